extension JSONReader {
    /// Passes over one value of any kind, checking all of it, and tells its bounds.
    public mutating func skipValue() throws(JSONError) -> Range<Int> {
        let kind = try self.peekKind()
        let start = self.position
        switch kind {
        case .string: _ = try self.readText()
        case .number: _ = try self.readNumber()
        case .boolean: _ = try self.readBoolean()
        case .null: try self.readNull()
        case .object:
            try self.beginObject()
            while try self.advance(to: UInt8(ascii: "}")) {
                if try self.skipPlainMembers() { try self.skipMember() }
            }
        case .array:
            try self.beginArray()
            while try self.nextElement() { _ = try self.skipValue() }
        }
        return start..<self.position
    }

    private mutating func skipMember() throws(JSONError) {
        _ = try self.readText()
        guard try self.peek() == UInt8(ascii: ":") else { throw JSONError(.unexpectedByte, at: self.position) }
        self.position += 1
        _ = try self.skipValue()
    }

    /// Passes over members like `"key":"text"`, all ASCII, without escapes and white space: most of a message is that.
    ///
    /// - Returns: Whether a member of another kind begins where it stopped.
    private mutating func skipPlainMembers() throws(JSONError) -> Bool {
        while let keyEnd = self.plainTextEnd(at: self.position), self.byte(at: keyEnd) == UInt8(ascii: ":"),
            let end = self.plainTextEnd(at: keyEnd + 1)
        {
            self.position = end
            guard self.byte(at: end) == UInt8(ascii: ","), self.byte(at: end + 1) == UInt8(ascii: "\"") else {
                return false
            }
            self.members += 1
            guard self.members <= self.limits.members else { throw JSONError(.tooManyMembers, at: end + 1) }
            self.position = end + 1
        }
        return true
    }

    /// A byte, or 0 beyond the end.
    @inline(__always)
    func byte(at position: Int) -> UInt8 { position < self.bytes.count ? self.bytes[position] : 0 }
}
