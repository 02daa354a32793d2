extension [UInt8] {
    /// Appends a string with its quotes.
    public mutating func appendJSON(_ string: String) {
        self.append(UInt8(ascii: "\""))
        self.appendJSON(validContent: string.utf8.span)
        self.append(UInt8(ascii: "\""))
    }

    /// Appends a string given as bytes, with its quotes; bytes that are not UTF-8 become U+FFFD.
    public mutating func appendJSON(utf8 bytes: Span<UInt8>) {
        self.append(UInt8(ascii: "\""))
        self.appendJSON(content: bytes)
        self.append(UInt8(ascii: "\""))
    }

    /// Appends what stands between the quotes of a string given as bytes; those that are not UTF-8 become U+FFFD.
    public mutating func appendJSON(content bytes: Span<UInt8>) {
        if JSONReader.isUTF8(bytes) {
            self.appendJSON(validContent: bytes)
        } else {
            var repaired: [UInt8] = []
            repaired.appendRepairedUTF8(bytes)
            self.appendJSON(validContent: repaired.span)
        }
    }

    /// Appends what stands between the quotes of a string given as bytes that are known to be UTF-8.
    ///
    /// Only the quote, the backslash and control characters are escaped (RFC 8259 section 7 asks for no more).
    public mutating func appendJSON(validContent bytes: Span<UInt8>) {
        let raw = bytes.bytes
        let lastWord = bytes.count - 8
        var plainStart = 0
        var position = 0
        while position < bytes.count {
            if position <= lastWord {
                let word = UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self))
                let special = JSONBytes.special(in: word)
                guard special != 0 else {
                    position += 8
                    continue
                }
                position += special.trailingZeroBitCount >> 3
            }
            let byte = bytes[position]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                self.append(copying: bytes.extracting(plainStart..<position))
                self.appendEscape(byte)
                plainStart = position + 1
            }
            position += 1
        }
        self.append(copying: bytes.extracting(plainStart..<bytes.count))
    }

    private mutating func appendEscape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): self.append("\\\"")
        case UInt8(ascii: "\\"): self.append("\\\\")
        case 0x08: self.append("\\b")
        case 0x09: self.append("\\t")
        case 0x0A: self.append("\\n")
        case 0x0C: self.append("\\f")
        case 0x0D: self.append("\\r")
        default:
            self.append("\\u00")
            self.append(Self.hexadecimal(byte >> 4))
            self.append(Self.hexadecimal(byte & 0xF))
        }
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }

    /// Appends a whole number in decimal.
    public mutating func appendDecimal(_ integer: Int64) {
        if integer < 0 { self.append(UInt8(ascii: "-")) }
        var rest = integer.magnitude
        let start = self.count
        repeat {
            self.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        self[start...].reverse()
    }
}
