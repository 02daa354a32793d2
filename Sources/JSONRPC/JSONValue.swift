/// A JSON value that stays the bytes it arrived as until somebody reads it.
///
/// Holds on to the whole message and marks its own part, so keeping one copies nothing. Values made by ``Message``
/// have been checked from end to end; reading one can still fail because it is not what the reader expects.
public struct JSONValue: Sendable {
    private let text: [UInt8]
    private let range: Range<Int>
    /// How strings that are not UTF-8 are read.
    public let invalidUTF8: JSONReader.InvalidUTF8

    /// Marks a part of a message.
    init(_ text: [UInt8], _ range: Range<Int>, invalidUTF8: JSONReader.InvalidUTF8) {
        self.text = text
        self.range = range
        self.invalidUTF8 = invalidUTF8
    }

    /// Takes bytes as one value, for example the params that a peer of one's own has encoded.
    public init(_ bytes: [UInt8]) {
        self.init(bytes, bytes.indices, invalidUTF8: .reject)
    }

    /// The bytes of the value, without what stands around it.
    public var span: Span<UInt8> {
        @_lifetime(borrow self) get { self.text.span.extracting(self.range) }
    }

    /// The bytes of the value, copied.
    public var bytes: [UInt8] { [UInt8](self.text[self.range]) }

    /// The length in bytes.
    public var count: Int { self.range.count }

    /// A cursor over the value.
    @_lifetime(borrow self)
    public func reader() throws(JSONError) -> JSONReader {
        try JSONReader(self.span, invalidUTF8: self.invalidUTF8)
    }

    /// What kind of value this is; `nil` when it is none at all.
    public var kind: JSONKind? {
        do {
            var reader = try self.reader()
            return try reader.peekKind()
        } catch {
            return nil
        }
    }

    /// The string, if the value is one.
    public var string: String? {
        do {
            var reader = try self.reader()
            let string = try reader.readString()
            try reader.finish()
            return string
        } catch {
            return nil
        }
    }

    /// The JSON text, for logs and for people.
    public var description: String { String(decoding: self.text[self.range], as: UTF8.self) }
}

extension JSONValue: Hashable, CustomStringConvertible {
    /// Compares the bytes; values that differ in white space or escapes differ.
    public static func == (left: Self, right: Self) -> Bool { left.text[left.range] == right.text[right.range] }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) { hasher.combine(self.text[self.range]) }
}
