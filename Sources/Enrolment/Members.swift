internal import JSONRPC

/// The string members of one JSON object of at most 64 KiB (``Members/limit``); others are passed over.
struct Members {
    /// The longest body, in bytes.
    static let limit = 64 * 1024

    private var values: [String: String] = [:]

    init(_ bytes: [UInt8]) throws(EnrolmentProblem) {
        do {
            try self.read(bytes)
        } catch {
            throw EnrolmentProblem(400, "The body is not a JSON object as expected here: \(error).")
        }
    }

    private mutating func read(_ bytes: [UInt8]) throws(JSONError) {
        var reader = try JSONReader(bytes.span, limits: JSONLimits(bytes: Self.limit, depth: 8, members: 64))
        try reader.beginObject()
        while let name = try reader.nextKey() {
            let name = reader.string(name)
            if try reader.peekKind() == .string {
                self.values[name] = try reader.readString()
            } else {
                _ = try reader.skipValue()
            }
        }
        try reader.finish()
    }

    subscript(name: String) -> String? { self.values[name] }
}
