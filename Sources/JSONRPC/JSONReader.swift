/// A forward-only cursor over JSON text (RFC 8259, nothing more).
///
/// The caller asks for what it expects (``beginObject()``, ``nextKey()``, ``readText()`` …) and no tree is built: strings come as
/// bounds until somebody wants them. Every read is bounds-checked by the span. Once a call has thrown, the
/// position is meaningless and the reader is to be given up.
public struct JSONReader: ~Escapable {
    /// What to do with bytes in strings that are not UTF-8.
    public enum InvalidUTF8: Sendable {
        /// Throw ``JSONError/Code/invalidUTF8``.
        case reject
        /// Replace each maximal ill-formed part by U+FFFD, as Unicode chapter 3.9 recommends; halves of surrogate
        /// pairs in escapes likewise.
        case repair
    }

    /// The text being read.
    public let bytes: Span<UInt8>
    let raw: RawSpan
    let limits: JSONLimits
    let invalidUTF8: InvalidUTF8
    /// The next byte to be read.
    public internal(set) var position = 0
    var depth = 0
    var members = 0
    /// True right after an opening bracket, when no comma may precede what follows.
    var isFirst = false

    /// Starts at the first byte.
    ///
    /// - Throws: ``JSONError/Code/tooLong``.
    @_lifetime(copy bytes)
    public init(
        _ bytes: Span<UInt8>,
        limits: JSONLimits = .standard,
        invalidUTF8: InvalidUTF8 = .reject
    ) throws(JSONError) {
        self.bytes = bytes
        self.raw = bytes.bytes
        self.limits = limits
        self.invalidUTF8 = invalidUTF8
        guard bytes.count <= limits.bytes else { throw JSONError(.tooLong, at: limits.bytes) }
    }

    /// The kind of the value that comes next, which stays unread.
    public mutating func peekKind() throws(JSONError) -> JSONKind {
        switch try self.peek() {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
        case UInt8(ascii: "n"): return .null
        default: throw JSONError(.unexpectedByte, at: self.position)
        }
    }

    /// Enters an object; its members follow by ``nextKey()``.
    public mutating func beginObject() throws(JSONError) {
        try self.open(UInt8(ascii: "{"))
    }

    /// The next key, its colon consumed, or `nil` at the end of the object.
    public mutating func nextKey() throws(JSONError) -> JSONText? {
        guard try self.advance(to: UInt8(ascii: "}")) else { return nil }
        let key = try self.readText()
        guard try self.peek() == UInt8(ascii: ":") else { throw JSONError(.unexpectedByte, at: self.position) }
        self.position += 1
        return key
    }

    /// Enters an array; ask ``nextElement()`` before each element.
    public mutating func beginArray() throws(JSONError) {
        try self.open(UInt8(ascii: "["))
    }

    /// Whether another element follows; false at the end of the array, which is then left.
    public mutating func nextElement() throws(JSONError) -> Bool {
        try self.advance(to: UInt8(ascii: "]"))
    }

    /// Reads `true` or `false`.
    public mutating func readBoolean() throws(JSONError) -> Bool {
        switch try self.peekKind() {
        case .boolean: break
        default: throw JSONError(.unexpectedKind, at: self.position)
        }
        let value = self.bytes[self.position] == UInt8(ascii: "t")
        try self.literal(value ? "true" : "false")
        return value
    }

    /// Reads `null`.
    public mutating func readNull() throws(JSONError) {
        guard try self.peekKind() == .null else { throw JSONError(.unexpectedKind, at: self.position) }
        try self.literal("null")
    }

    /// Checks that only white space is left.
    ///
    /// - Throws: ``JSONError/Code/trailingBytes``.
    public mutating func finish() throws(JSONError) {
        self.skipWhitespace()
        guard self.position == self.bytes.count else { throw JSONError(.trailingBytes, at: self.position) }
    }
}

extension JSONReader {
    /// The next byte that is not white space, which stays unread.
    @inline(__always)
    mutating func peek() throws(JSONError) -> UInt8 {
        // Compact JSON, the common case, has no white space at all.
        if self.position < self.bytes.count {
            let byte = self.bytes[self.position]
            if byte > 0x20 { return byte }
        }
        return try self.peekBeyondWhitespace()
    }

    @inline(never)
    private mutating func peekBeyondWhitespace() throws(JSONError) -> UInt8 {
        self.skipWhitespace()
        guard self.position < self.bytes.count else { throw JSONError(.unexpectedEnd, at: self.bytes.count) }
        return self.bytes[self.position]
    }

    private mutating func skipWhitespace() {
        while self.position < self.bytes.count {
            switch self.bytes[self.position] {
            case 0x20, 0x0A, 0x0D, 0x09: self.position += 1
            default: return
            }
        }
    }

    private mutating func open(_ bracket: UInt8) throws(JSONError) {
        guard try self.peek() == bracket else { throw JSONError(.unexpectedKind, at: self.position) }
        guard self.depth < self.limits.depth else { throw JSONError(.tooDeep, at: self.position) }
        self.depth += 1
        self.position += 1
        self.isFirst = true
    }

    /// Steps over the comma to the next member or element, or over the closing bracket.
    @inline(__always)
    mutating func advance(to close: UInt8) throws(JSONError) -> Bool {
        let byte = try self.peek()
        if byte == close {
            self.position += 1
            self.depth -= 1
            self.isFirst = false
            return false
        }
        if self.isFirst {
            self.isFirst = false
        } else {
            guard byte == UInt8(ascii: ",") else { throw JSONError(.unexpectedByte, at: self.position) }
            self.position += 1
            guard try self.peek() != close else { throw JSONError(.unexpectedByte, at: self.position) }
        }
        self.members += 1
        guard self.members <= self.limits.members else { throw JSONError(.tooManyMembers, at: self.position) }
        return true
    }

    private mutating func literal(_ word: StaticString) throws(JSONError) {
        let start = self.position
        for offset in 0..<word.utf8CodeUnitCount {
            guard self.position < self.bytes.count else { throw JSONError(.unexpectedEnd, at: self.bytes.count) }
            guard self.bytes[self.position] == word.utf8Start[offset] else {
                throw JSONError(.unexpectedByte, at: start)
            }
            self.position += 1
        }
    }
}
