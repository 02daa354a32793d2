internal import JSONRPC

extension ObjectDecoder {
    /// What to do with a text beyond its limit.
    enum Excess {
        /// Report it: the text names something, and part of a name would name something else.
        case refuse
        /// Cut and mark it: the text is for people.
        case clip
    }

    /// A mandatory text.
    mutating func text(_ key: StaticString, _ limit: TextLimit = .string255, excess: Excess = .clip) -> String {
        if let text = self.optionalText(key, limit, excess: excess) { return text }
        if self.member(key) == nil { self.problem(key, "missing") }
        return ""
    }

    /// A mandatory text that identifies something.
    mutating func identifier(_ key: StaticString) -> String { self.text(key, excess: .refuse) }

    /// An optional text that identifies something.
    mutating func optionalIdentifier(_ key: StaticString) -> String? {
        self.optionalText(key, .string255, excess: .refuse)
    }

    /// An optional text; a number is taken as its decimal text.
    mutating func optionalText(
        _ key: StaticString,
        _ limit: TextLimit = .string255,
        excess: Excess = .clip
    ) -> String? {
        guard let member = self.member(key) else { return nil }
        guard let text = self.text(of: member) else {
            self.problem(key, "expected a string, found \(member.kind)")
            return nil
        }
        if member.kind == .number { self.note(key, "a number where a string is expected") }
        if limit.admits(text) { return text }
        let finding = "longer than \(limit.characters) characters"
        switch excess {
        case .refuse: self.problem(key, finding)
        case .clip: self.note(key, "\(finding), cut")
        }
        return limit.clip(text)
    }

    /// A mandatory number in HAPI's range, 0 to 2147483647.
    mutating func number(_ key: StaticString, in range: ClosedRange<Int64> = 0...2_147_483_647) -> Int {
        guard let member = self.member(key) else {
            self.problem(key, "missing")
            return 0
        }
        guard let number = self.integer(of: member) else {
            self.problem(key, "expected a whole number, found \(member.kind)")
            return 0
        }
        if member.kind == .string { self.note(key, "a string where a number is expected") }
        if !range.contains(number) { self.problem(key, "not within \(range.lowerBound) and \(range.upperBound)") }
        return Int(number)
    }

    /// A mandatory Boolean.
    mutating func boolean(_ key: StaticString) -> Bool {
        if self.member(key) == nil { self.problem(key, "missing") }
        return self.optionalBoolean(key) ?? false
    }

    /// An optional Boolean; 0 and 1 are taken for one.
    mutating func optionalBoolean(_ key: StaticString) -> Bool? {
        guard let member = self.member(key) else { return nil }
        if member.kind == .boolean { return self.bytes[member.value.lowerBound] == UInt8(ascii: "t") }
        if member.kind == .number, let number = self.integer(of: member), number == 0 || number == 1 {
            self.note(key, "a number where true or false is expected")
            return number == 1
        }
        self.problem(key, "expected true or false, found \(member.kind)")
        return nil
    }

    /// A mandatory moment.
    mutating func time(_ key: StaticString) -> TimeStamp {
        self.timeIfAny(key, allowsEmpty: false) ?? .earliest
    }

    /// A mandatory moment, or the empty string for none.
    mutating func timeOrEmpty(_ key: StaticString) -> TimeStamp? {
        self.timeIfAny(key, allowsEmpty: true)
    }

    /// A mandatory word; unknown ones are a problem.
    mutating func word<Word: RawRepresentable<String>>(
        _ key: StaticString,
        alias: (String, Word)? = nil,
        orElse placeholder: Word
    ) -> Word {
        guard let text = self.requiredWord(key) else { return placeholder }
        if let word = Word(rawValue: text) { return word }
        if let alias, alias.0 == text {
            self.note(key, "\(text) taken as \(alias.1.rawValue)")
            return alias.1
        }
        self.problem(key, "unknown value")
        return placeholder
    }

    /// A mandatory word; unknown ones become `unknown`, with a note.
    mutating func lenientWord<Word: RawRepresentable<String>>(_ key: StaticString, unknown: Word) -> Word {
        guard let text = self.requiredWord(key) else { return unknown }
        if let word = Word(rawValue: text) { return word }
        self.note(key, "unknown value, taken as \(unknown.rawValue)")
        return unknown
    }

    private mutating func requiredWord(_ key: StaticString) -> String? {
        guard let member = self.member(key) else {
            self.problem(key, "missing")
            return nil
        }
        guard member.kind == .string else {
            self.problem(key, "expected a string, found \(member.kind)")
            return nil
        }
        return self.text(of: member)
    }

    private mutating func timeIfAny(_ key: StaticString, allowsEmpty: Bool) -> TimeStamp? {
        guard let member = self.member(key) else {
            self.problem(key, "missing")
            return nil
        }
        guard let text = self.text(of: member) else {
            self.problem(key, "expected a time stamp, found \(member.kind)")
            return nil
        }
        if text.isEmpty, allowsEmpty { return nil }
        guard let time = TimeStamp(text) else {
            self.problem(key, "not a time stamp")
            return nil
        }
        if text.utf8.count == 12 { self.note(key, "time stamp without seconds") }
        return time
    }

    /// A string, or the text of a number; `nil` for other kinds.
    func text(of member: Member) -> String? {
        do {
            var reader = try self.reader(member.value)
            switch member.kind {
            case .string: return try reader.readString()
            case .number: return String(decoding: [UInt8](copying: reader.bytes), as: UTF8.self)
            default: return nil
            }
        } catch {
            return nil
        }
    }

    private func integer(of member: Member) -> Int64? {
        do {
            var reader = try self.reader(member.value)
            switch member.kind {
            case .number: return try reader.readNumber().integer
            case .string: return Int64(try reader.readString())
            default: return nil
            }
        } catch {
            return nil
        }
    }
}
