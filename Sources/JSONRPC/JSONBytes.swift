/// Finding the bytes that matter inside strings, eight at a time.
enum JSONBytes {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// Marks, by the high bit of its byte, at least the lowest quote, backslash or control byte of a little-endian word.
    ///
    /// Marks above the lowest one may be false (the borrow of a subtraction runs upwards), so only the lowest counts.
    @inline(__always)
    static func special(in word: UInt64) -> UInt64 {
        let quotes = word ^ (self.ones &* UInt64(UInt8(ascii: "\"")))
        let backslashes = word ^ (self.ones &* UInt64(UInt8(ascii: "\\")))
        let isQuote = (quotes &- self.ones) & ~quotes
        let isBackslash = (backslashes &- self.ones) & ~backslashes
        let isControl = (word &- self.ones &* 0x20) & ~word
        return (isQuote | isBackslash | isControl) & self.highs
    }
}

extension Span<UInt8> {
    /// Whether the bytes are just this word.
    @inlinable
    @inline(__always)
    public func says(_ word: StaticString) -> Bool {
        guard self.count == word.utf8CodeUnitCount else { return false }
        for index in self.indices where self[index] != word.utf8Start[index] { return false }
        return true
    }

    /// Whether the bytes are ASCII and stand in a JSON string as they are, without an escape.
    public var isPlainJSON: Bool {
        let raw = self.bytes
        var position = 0
        while position <= self.count - 8 {
            let word = UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self))
            guard (JSONBytes.special(in: word) | word) & 0x8080_8080_8080_8080 == 0 else { return false }
            position += 8
        }
        while position < self.count {
            let byte = self[position]
            guard byte >= 0x20, byte < 0x80, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") else {
                return false
            }
            position += 1
        }
        return true
    }
}

extension [UInt8] {
    /// Copies the bytes of a span.
    public init(copying bytes: Span<UInt8>) {
        self = bytes.withUnsafeBufferPointer { Self($0) }
    }

    /// Appends bytes from a span.
    @inline(__always)
    public mutating func append(copying bytes: Span<UInt8>) {
        bytes.withUnsafeBufferPointer { self.append(contentsOf: $0) }
    }

    /// Appends a constant.
    @inline(__always)
    public mutating func append(_ text: StaticString) {
        self.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends bytes as UTF-8, each maximal ill-formed part replaced by U+FFFD.
    public mutating func appendRepairedUTF8(_ bytes: Span<UInt8>) {
        if JSONReader.isUTF8(bytes) { return self.append(copying: bytes) }
        let repaired = bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        self.append(contentsOf: repaired.utf8)
    }
}
