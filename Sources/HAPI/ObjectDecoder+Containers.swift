internal import JSONRPC

extension ObjectDecoder {
    /// A mandatory array of objects.
    ///
    /// A single object counts as an array of one, an empty string as an empty array.
    mutating func objects<Element: HAPIObject>(_ key: StaticString) -> [Element] {
        var elements: [Element] = []
        let ranges = self.elements(key, single: .object)
        guard !ranges.isEmpty else { return [] }
        elements.reserveCapacity(ranges.count)
        var child = ObjectDecoder(self.bytes, invalidUTF8: self.invalidUTF8)
        swap(&child.report, &self.report)
        for (index, range) in ranges.enumerated() {
            child.place = Place(container: key, index: index)
            if child.enterReporting(range) { elements.append(Element(from: &child)) }
        }
        swap(&child.report, &self.report)
        return elements
    }

    /// An optional object.
    mutating func optionalObject<Element: HAPIObject>(_ key: StaticString) -> Element? {
        guard let member = self.member(key) else { return nil }
        var child = ObjectDecoder(self.bytes, invalidUTF8: self.invalidUTF8)
        child.place = Place(container: key)
        swap(&child.report, &self.report)
        let element = child.enterReporting(member.value) ? Element(from: &child) : nil
        swap(&child.report, &self.report)
        return element
    }

    /// A mandatory array of texts.
    ///
    /// A single string counts as an array of one, an empty string as an empty array.
    mutating func texts(_ key: StaticString, excess: Excess = .clip) -> [String] {
        self.elements(key, single: .string).compactMap { self.element($0, of: key, excess) }
    }

    /// An optional array of texts.
    mutating func optionalTexts(_ key: StaticString, excess: Excess = .refuse) -> [String]? {
        self.member(key) == nil ? nil : self.texts(key, excess: excess)
    }

    private mutating func element(_ range: Range<Int>, of key: StaticString, _ excess: Excess) -> String? {
        let member = Member(key: .none, value: range, kind: self.kind(at: range))
        guard let text = self.text(of: member) else {
            self.problem(key, "expected strings, found \(member.kind)")
            return nil
        }
        if member.kind == .number { self.note(key, "a number where a string is expected") }
        let limit = TextLimit.string255
        if limit.admits(text) { return text }
        if excess == .refuse { self.problem(key, "longer than \(limit.characters) characters") }
        return limit.clip(text)
    }

    private mutating func elements(_ key: StaticString, single: JSONKind) -> [Range<Int>] {
        guard let member = self.member(key) else {
            self.problem(key, "missing")
            return []
        }
        if member.kind == .string, member.value.count == 2 {
            self.note(key, "an empty string where an array is expected")
            return []
        }
        if member.kind == single {
            self.note(key, "a single \(single) where an array is expected")
            return [member.value]
        }
        guard member.kind == .array else {
            self.problem(key, "expected an array, found \(member.kind)")
            return []
        }
        return self.ranges(of: member.value)
    }

    private func ranges(of array: Range<Int>) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        do {
            var reader = try self.reader(array)
            try reader.beginArray()
            while try reader.nextElement() {
                let range = try reader.skipValue()
                ranges.append(range.lowerBound + array.lowerBound..<range.upperBound + array.lowerBound)
            }
        } catch {
            // The bounds come from a pass over the same bytes, which has checked them.
            return ranges
        }
        return ranges
    }

    private func kind(at range: Range<Int>) -> JSONKind {
        do {
            var reader = try self.reader(range)
            return try reader.peekKind()
        } catch {
            return .null
        }
    }

    /// Enters an object, or reports that there is none.
    mutating func enterReporting(_ range: Range<Int>) -> Bool {
        do {
            try self.enter(range)
            return true
        } catch {
            self.report.problem(self.place, "", error.code == .unexpectedKind ? "expected an object" : "\(error)")
            return false
        }
    }
}
