/// An answer of HTTP/1.1, complete: everything until the peer closed, at most 1 MiB (``ServiceResponse/limit``) unless told otherwise.
public struct ServiceResponse: Equatable, Sendable {
    /// The longest answer in bytes, head included.
    public static let limit = 1 << 20

    /// The status, as in 200.
    public let status: Int
    /// Seconds in `Retry-After`, if it says seconds.
    public let retryAfter: Int?
    /// The body.
    public let body: [UInt8]

    /// Reads an answer; nil when it is cut off, too long, or not HTTP/1.x with a plain body.
    public init?(bytes: [UInt8], limit: Int = Self.limit) {
        guard bytes.count <= limit, let end = Self.endOfHead(bytes) else { return nil }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        guard let first = lines.first?.split(separator: " "), first.count >= 2, first[0].hasPrefix("HTTP/1."),
            first[1].utf8.count == 3, let status = Int(first[1]), (200...599).contains(status)
        else { return nil }
        var fields: [String: Substring] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            fields[line[..<colon].lowercased()] = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        }
        let body = Array(bytes[(end + 4)...])
        guard fields["transfer-encoding"] == nil else { return nil }
        if let length = fields["content-length"] { guard Int(length) == body.count else { return nil } }
        self.status = status
        self.retryAfter = fields["retry-after"].flatMap { Int($0) }.map { min(max($0, 0), 3600) }
        self.body = body
    }

    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        let mark: [UInt8] = [13, 10, 13, 10]
        guard bytes.count >= 4 else { return nil }
        return (0...(bytes.count - 4)).first { bytes[$0..<($0 + 4)].elementsEqual(mark) }
    }
}
