/// The id that ties a JSON-RPC response to its request.
///
/// A responder echoes it in the type it came in. Callers match by ``integer``, because some peers turn numbers into strings.
public enum MessageID: Hashable, Sendable {
    /// A whole number of 64 bits; `1.0` is read as 1.
    case number(Int64)
    /// A string of at most ``longestString`` bytes.
    case string(String)
    /// `null`: the id of an error whose request could not be read, and of requests by peers that send just that.
    case null

    /// The longest string taken for an id, in bytes of UTF-8.
    public static let longestString = 1024

    /// The number this id stands for, be it sent as a number or as decimal text.
    public var integer: Int64? {
        switch self {
        case .number(let number): number
        case .string(let text): Int64(text).flatMap { String($0) == text ? $0 : nil }
        case .null: nil
        }
    }
}

extension MessageID: JSONEncodable {
    /// Writes the id in its own type.
    public func encode(to writer: inout JSONWriter) {
        switch self {
        case .number(let number): writer.value(number)
        case .string(let text): writer.value(text)
        case .null: writer.null()
        }
    }

    /// Reads an id; `nil` for any value that can be none.
    static func read(from reader: inout JSONReader) throws(JSONError) -> Self? {
        switch try reader.peekKind() {
        case .number: return try reader.readNumber().integer.map(Self.number)
        case .string:
            // Counted as it will be sent back: repairs can make it longer than what stood in the message.
            let text = try reader.readString()
            return text.utf8.count <= Self.longestString ? .string(text) : nil
        case .null:
            try reader.readNull()
            return .null
        case .object, .array, .boolean:
            _ = try reader.skipValue()
            return nil
        }
    }
}

extension MessageID: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, CustomStringConvertible {
    /// A number.
    public init(integerLiteral value: Int64) { self = .number(value) }

    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }

    /// The id as text, without quotes.
    public var description: String {
        switch self {
        case .number(let number): String(number)
        case .string(let text): text
        case .null: "null"
        }
    }
}
