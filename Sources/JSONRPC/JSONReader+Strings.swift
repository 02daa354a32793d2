extension JSONReader {
    /// Reads a string as bounds, checked but not copied.
    public mutating func readText() throws(JSONError) -> JSONText {
        guard try self.peek() == UInt8(ascii: "\"") else { throw JSONError(.unexpectedKind, at: self.position) }
        let quote = self.position
        guard let end = self.plainTextEnd(at: quote) else { return try self.readAnyText() }
        self.position = end
        return JSONText(start: quote + 1, end: end - 1, hasEscapes: false, isASCII: true, needsRepair: false)
    }

    @inline(never)
    private mutating func readAnyText() throws(JSONError) -> JSONText {
        self.position += 1
        let start = self.position
        var hasEscapes = false
        var highBits: UInt64 = 0
        while true {
            self.skipPlainBytes(&highBits)
            guard self.position < self.bytes.count else { throw JSONError(.unexpectedEnd, at: self.bytes.count) }
            let byte = self.bytes[self.position]
            if byte == UInt8(ascii: "\"") { break }
            guard byte == UInt8(ascii: "\\") else { throw JSONError(.unexpectedByte, at: self.position) }
            hasEscapes = true
            try self.checkEscape()
        }
        let end = self.position
        self.position += 1
        let isASCII = highBits & 0x8080_8080_8080_8080 == 0
        let isValid = isASCII || Self.isUTF8(self.bytes.extracting(start..<end))
        guard isValid || self.invalidUTF8 == .repair else { throw JSONError(.invalidUTF8, at: start) }
        return JSONText(start: start, end: end, hasEscapes: hasEscapes, isASCII: isASCII, needsRepair: !isValid)
    }

    /// Reads a string.
    public mutating func readString() throws(JSONError) -> String {
        let text = try self.readText()
        return self.string(text)
    }

    /// The string that a text of this reader stands for.
    public borrowing func string(_ text: JSONText) -> String { Self.string(text, in: self.bytes) }

    /// The string that a text found in these bytes stands for.
    public static func string(_ text: JSONText, in bytes: Span<UInt8>) -> String {
        let slice = bytes.extracting(text.start..<text.end)
        if text.isVerbatim {
            // `readText` has validated just these bytes.
            return String(copying: UTF8Span(unchecked: slice, isKnownASCII: text.isASCII))
        }
        var resolved: [UInt8] = []
        resolved.reserveCapacity(slice.count)
        Self.resolve(text, in: bytes, into: &resolved)
        return String(decoding: resolved, as: UTF8.self)
    }

    /// Appends the UTF-8 that a text found in these bytes stands for; always valid.
    public static func resolve(_ text: JSONText, in bytes: Span<UInt8>, into output: inout [UInt8]) {
        let slice = bytes.extracting(text.start..<text.end)
        guard text.hasEscapes else {
            if text.needsRepair { output.appendRepairedUTF8(slice) } else { output.append(copying: slice) }
            return
        }
        var escapes = JSONEscapes(slice)
        if text.needsRepair {
            var raw: [UInt8] = []
            escapes.resolve(into: &raw)
            output.appendRepairedUTF8(raw.span)
        } else {
            escapes.resolve(into: &output)
        }
    }

    /// Whether a text says just this, without making a string of it.
    @inlinable
    public borrowing func text(_ text: JSONText, is word: StaticString) -> Bool {
        text.isVerbatim && self.bytes.extracting(text.start..<text.end).says(word)
    }

    static func isUTF8(_ bytes: Span<UInt8>) -> Bool {
        do {
            _ = try UTF8Span(validating: bytes)
            return true
        } catch {
            return false
        }
    }

    /// The end of the string that begins at a position, if it is ASCII without escapes and not among the last few bytes.
    @inline(__always)
    func plainTextEnd(at start: Int) -> Int? {
        guard self.byte(at: start) == UInt8(ascii: "\"") else { return nil }
        var position = start + 1
        var highBits: UInt64 = 0
        while position <= self.bytes.count - 8 {
            let word = UInt64(littleEndian: self.raw.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self))
            let special = JSONBytes.special(in: word)
            if special == 0 {
                highBits |= word
                position += 8
                continue
            }
            // The bits below the lowest mark are those of the bytes before it.
            highBits |= word & (special & (~special &+ 1) &- 1)
            position += special.trailingZeroBitCount >> 3
            guard highBits & 0x8080_8080_8080_8080 == 0, self.bytes[position] == UInt8(ascii: "\"") else { return nil }
            return position + 1
        }
        return nil
    }

    /// Moves to the next quote, backslash or control byte, eight bytes at a time, gathering the high bits on the way.
    private mutating func skipPlainBytes(_ highBits: inout UInt64) {
        var position = self.position
        let lastWord = self.bytes.count - 8
        while position <= lastWord {
            let word = UInt64(littleEndian: self.raw.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self))
            let special = JSONBytes.special(in: word)
            if special != 0 {
                let plain = special.trailingZeroBitCount & ~7
                highBits |= plain == 0 ? 0 : word & (~0 >> UInt64(64 - plain))
                self.position = position + plain >> 3
                return
            }
            highBits |= word
            position += 8
        }
        while position < self.bytes.count {
            let byte = self.bytes[position]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
            highBits |= UInt64(byte)
            position += 1
        }
        self.position = position
    }

    /// Checks the escape at the position and steps over it.
    private mutating func checkEscape() throws(JSONError) {
        let start = self.position
        guard start + 1 < self.bytes.count else { throw JSONError(.unexpectedEnd, at: self.bytes.count) }
        switch self.bytes[start + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            self.position = start + 2
        case UInt8(ascii: "u"):
            guard let unit = JSONEscapes.codeUnit(in: self.bytes, at: start) else {
                throw JSONError(.invalidEscape, at: start)
            }
            self.position = start + 6
            if self.invalidUTF8 == .repair || !UTF16.isSurrogate(unit) { return }
            guard UTF16.isLeadSurrogate(unit), let trail = JSONEscapes.codeUnit(in: self.bytes, at: start + 6),
                UTF16.isTrailSurrogate(trail)
            else { throw JSONError(.invalidEscape, at: start) }
            self.position = start + 12
        default:
            throw JSONError(.invalidEscape, at: start)
        }
    }
}
