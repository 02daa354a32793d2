/// The error of a JSON-RPC response (JSON-RPC 2.0 section 5.1).
public struct ErrorObject: Error, Hashable, Sendable {
    /// The code; the constants below name those of the specification.
    public var code: Int64
    /// One phrase.
    public var message: String
    /// Details, one problem each; always sent, because the Python arms look for the member.
    public var data: [String]

    /// Describes an error.
    public init(code: Int64, message: String, data: [String] = []) {
        self.code = code
        self.message = message
        self.data = data
    }

    /// -32700: the bytes are not JSON.
    public static let parseError: Int64 = -32700
    /// -32600: JSON, but no JSON-RPC message.
    public static let invalidRequest: Int64 = -32600
    /// -32601: a method nobody knows.
    public static let methodNotFound: Int64 = -32601
    /// -32602: params that do not fit the method.
    public static let invalidParams: Int64 = -32602
    /// -32603: a fault of the answering side.
    public static let internalError: Int64 = -32603

    /// The answer to a method that is not offered.
    public static func methodNotFound(_ method: String) -> Self {
        Self(code: self.methodNotFound, message: "Method not found: \(method.prefix(255))")
    }

    /// The answer to params that do not fit; each problem is named in `data`.
    public static func invalidParams(_ problems: [String]) -> Self {
        Self(code: self.invalidParams, message: "Invalid method parameter(s).", data: problems)
    }
}

extension ErrorObject: JSONEncodable, CustomStringConvertible {
    /// Writes `code`, `message` and `data`.
    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("code")
        writer.value(self.code)
        writer.key("message")
        writer.value(self.message)
        writer.key("data")
        writer.beginArray()
        for entry in self.data { writer.value(entry) }
        writer.endArray()
        writer.endObject()
    }

    /// Code, message and details in one line of at most 1000 characters: a peer wrote it, and it goes into logs.
    public var description: String {
        let details = self.data.isEmpty ? "" : " (\(self.data.joined(separator: "; ")))"
        let line = "\(self.code) \(self.message)\(details)"
        return line.count > 1000 ? line.prefix(999) + "…" : line
    }

    /// The most entries of `data` that are kept from a peer's answer.
    static let keptEntries = 100

    /// Reads an error as peers really send it: members may be missing or of other types, `data` may be anything.
    static func read(from reader: inout JSONReader) throws(JSONError) -> Self {
        var error = Self(code: 0, message: "")
        guard try reader.peekKind() == .object else {
            error.message = try self.text(from: &reader)
            return error
        }
        try reader.beginObject()
        while let key = try reader.nextKey() {
            if reader.text(key, is: "code"), try reader.peekKind() == .number {
                error.code = try reader.readNumber().integer ?? 0
            } else if reader.text(key, is: "message") {
                error.message = try self.text(from: &reader)
            } else if reader.text(key, is: "data") {
                error.data = try self.data(from: &reader)
            } else {
                _ = try reader.skipValue()
            }
        }
        return error
    }

    private static func data(from reader: inout JSONReader) throws(JSONError) -> [String] {
        guard try reader.peekKind() == .array else { return [try self.text(from: &reader)] }
        var entries: [String] = []
        try reader.beginArray()
        while try reader.nextElement() {
            let entry = try self.text(from: &reader)
            if entries.count < self.keptEntries { entries.append(entry) }
        }
        return entries
    }

    /// A string as itself, anything else as its JSON text.
    private static func text(from reader: inout JSONReader) throws(JSONError) -> String {
        if try reader.peekKind() == .string { return try reader.readString() }
        var text: [UInt8] = []
        text.appendRepairedUTF8(reader.bytes.extracting(try reader.skipValue()))
        return String(decoding: text, as: UTF8.self)
    }
}
