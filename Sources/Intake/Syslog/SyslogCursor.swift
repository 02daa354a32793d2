/// A place in the bytes of a message, moving forward.
struct SyslogCursor: ~Escapable {
    let bytes: Span<UInt8>
    var position: Int

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>, at position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    var isAtEnd: Bool { self.position >= self.bytes.count }

    /// The byte here, without moving.
    var next: UInt8? { self.isAtEnd ? nil : self.bytes[self.position] }

    /// Moves past the byte if it is here.
    @_lifetime(self: copy self)
    mutating func skip(_ byte: UInt8) -> Bool {
        guard self.next == byte else { return false }
        self.position += 1
        return true
    }

    /// Moves past bytes that satisfy the condition, at most `limit` of them, and says where they were.
    @_lifetime(self: copy self)
    mutating func take(atMost limit: Int, while condition: (UInt8) -> Bool) -> Range<Int> {
        let start = self.position
        let end = min(self.bytes.count, start + limit)
        while self.position < end, condition(self.bytes[self.position]) { self.position += 1 }
        return start..<self.position
    }

    /// Moves past exactly this many digits and returns their value.
    @_lifetime(self: copy self)
    mutating func number(digits: Int) -> Int? {
        guard self.position + digits <= self.bytes.count else { return nil }
        var value = 0
        for index in self.position..<self.position + digits {
            let digit = self.bytes[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            value = value * 10 + Int(digit)
        }
        self.position += digits
        return value
    }
}

extension UInt8 {
    /// 33 to 126, PRINTUSASCII of RFC 5424.
    var isVisible: Bool { self > 0x20 && self < 0x7F }

    /// `0` to `9`.
    var isDigit: Bool { self &- UInt8(ascii: "0") <= 9 }
}
