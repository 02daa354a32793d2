internal import JSONRPC

/// Finds the fields of an event in a record.
struct RecordReader {
    private struct Member {
        var name: String
        /// The key with its quotes.
        var key: Range<Int>
        var value: Range<Int>
        var text: JSONText?
        var isUsed = false
    }

    private let set: RuleSet
    private var members: [Member] = []

    init(_ set: RuleSet) {
        self.set = set
    }

    /// Takes a plain line.
    func read(text: Span<UInt8>) -> RuledEvent {
        var message: [UInt8] = []
        message.appendRepairedUTF8(text)
        return RuledEvent(message: Self.withoutLineEnd(message))
    }

    /// Reads a JSON record; what is no JSON object becomes the message as it is.
    mutating func read(json bytes: Span<UInt8>) -> RuledEvent {
        self.members.removeAll(keepingCapacity: true)
        guard (try? self.scan(bytes)) != nil else { return self.read(text: bytes) }
        var event = RuledEvent(message: [])
        var hasMessage = false
        for field in RuleSet.Field.allCases {
            for key in self.set.keys[field] ?? [] {
                // Of repeated members the last counts, as with most readers of JSON.
                guard let index = self.members.lastIndex(where: { $0.name == key && !$0.isUsed }),
                    let value = Self.value(of: self.members[index], in: bytes), self.take(value, as: field, &event)
                else { continue }
                self.members[index].isUsed = true
                if field == .message { hasMessage = true }
                break
            }
        }
        if !hasMessage { event.message.appendRepairedUTF8(bytes) }
        event.message = Self.withoutLineEnd(event.message)
        self.appendRest(of: bytes, to: &event)
        return event
    }

    private mutating func scan(_ bytes: Span<UInt8>) throws(JSONError) {
        var reader = try JSONReader(bytes, invalidUTF8: .repair)
        try reader.beginObject()
        while let key = try reader.nextKey() {
            let name = reader.string(key)
            let range = key.start - 1..<key.end + 1
            if try reader.peekKind() == .string {
                let text = try reader.readText()
                self.members.append(.init(name: name, key: range, value: text.start - 1..<text.end + 1, text: text))
            } else {
                self.members.append(.init(name: name, key: range, value: try reader.skipValue()))
            }
        }
        try reader.finish()
    }

    /// The text of a string, the JSON of anything else, `nil` for null.
    private static func value(of member: Member, in bytes: Span<UInt8>) -> [UInt8]? {
        var value: [UInt8] = []
        if let text = member.text {
            JSONReader.resolve(text, in: bytes, into: &value)
        } else {
            value.appendRepairedUTF8(bytes.extracting(member.value))
        }
        return member.text == nil && value == Array("null".utf8) ? nil : value
    }

    /// Puts a value into its field; `false` when it is none for it, and belongs to the rest.
    private func take(_ value: [UInt8], as field: RuleSet.Field, _ event: inout RuledEvent) -> Bool {
        switch field {
        case .message: event.message = value
        case .host: event.host = value
        case .trigger: event.trigger = value
        case .time:
            event.time = RecordTimeReader.read(value, self.set.timeFormat)
            return event.time != nil
        case .severity, .status, .type:
            let text = String(decoding: value, as: UTF8.self)
            let word = field.words.contains(text) ? text : self.set.translations[field]?[text.lowercased()]
            guard let word else { return false }
            event.set(field, word)
        }
        return true
    }

    private func appendRest(of bytes: Span<UInt8>, to event: inout RuledEvent) {
        for member in self.members where !member.isUsed {
            event.rest.append(event.rest.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
            event.rest.append(copying: bytes.extracting(member.key))
            event.rest.append(UInt8(ascii: ":"))
            event.rest.append(copying: bytes.extracting(member.value))
        }
        if !event.rest.isEmpty { event.rest.append(UInt8(ascii: "}")) }
    }

    private static func withoutLineEnd(_ text: [UInt8]) -> [UInt8] {
        guard let last = text.lastIndex(where: { $0 != 0x0A && $0 != 0x0D }) else { return [] }
        return last == text.count - 1 ? text : Array(text[...last])
    }
}

extension RuledEvent {
    /// Sets a field to a value that the rule file was allowed to give.
    mutating func set(_ field: RuleSet.Field, _ value: String) {
        switch field {
        case .message: self.message = Array(value.utf8)
        case .host: self.host = Array(value.utf8)
        case .trigger: self.trigger = Array(value.utf8)
        case .severity: self.severity = value
        case .status: self.status = value
        case .type: self.type = value
        case .time: break
        }
    }
}
