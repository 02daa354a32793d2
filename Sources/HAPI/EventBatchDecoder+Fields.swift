internal import JSONRPC

extension EventBatchDecoder {
    /// Reads the value of one member of an event into its place.
    mutating func readMember(
        _ key: JSONText,
        _ reader: inout JSONReader,
        _ fields: inout EventFields
    ) throws(JSONError) {
        let name = self.bytes.extracting(key.start..<key.end)
        // The length and one letter tell the ten names apart; the comparison makes sure.
        switch name.count {
        case 4 where name.says("time"): fields.time = try self.readTime(&reader)
        case 4 where name.says("type"): fields.type = try self.readType(&reader)
        case 5 where name.says("brief"):
            fields.brief = try self.readText("brief", .string255, .clip, &reader)
        case 6 where name.says("hostId"):
            fields.hostId = try self.readText("hostId", .string255, .refuse, &reader)
        case 6 where name.says("status"): fields.status = try self.readStatus(&reader)
        case 7 where name.says("eventId"):
            fields.eventId = try self.readText("eventId", .string255, .refuse, &reader)
        case 8 where name.says("severity"): fields.severity = try self.readSeverity(&reader)
        case 8 where name.says("hostName"):
            fields.hostName = try self.readText("hostName", .string255, .clip, &reader)
        case 9 where name.says("triggerId"):
            fields.triggerId = try self.readText("triggerId", .string255, .refuse, &reader)
        case 12 where name.says("extendedInfo"):
            fields.extendedInfo = try self.readText("extendedInfo", .string32767, .clip, &reader)
        default: _ = try reader.skipValue()
        }
    }

    private mutating func readText(
        _ key: StaticString,
        _ limit: TextLimit,
        _ excess: ObjectDecoder.Excess,
        _ reader: inout JSONReader
    ) throws(JSONError) -> EventFields.Slot {
        switch try reader.peekKind() {
        case .string:
            let text = try reader.readText()
            guard text.isVerbatim else { return self.resolve(text, key, limit, excess) }
            let slot = EventFields.Slot(start: Int32(text.start), end: Int32(text.end), isASCII: text.isASCII)
            if text.end - text.start <= limit.characters { return slot }
            return self.limit(slot, JSONReader.string(text, in: self.bytes), key, limit, excess)
        case .number:
            self.report.note(self.place, key.description, "a number where a string is expected")
            let range = try reader.readNumber().range
            return EventFields.Slot(start: Int32(range.lowerBound), end: Int32(range.upperBound))
        case .null:
            try reader.readNull()
            return EventFields.Slot()
        case let kind:
            _ = try reader.skipValue()
            self.report.problem(self.place, key.description, "expected a string, found \(kind)")
            return EventFields.Slot()
        }
    }

    /// Writes out a text that cannot stay as it stands.
    private mutating func resolve(
        _ text: JSONText,
        _ key: StaticString,
        _ limit: TextLimit,
        _ excess: ObjectDecoder.Excess
    ) -> EventFields.Slot {
        let start = self.resolved.count
        JSONReader.resolve(text, in: self.bytes, into: &self.resolved)
        let end = self.resolved.count
        let slot = EventFields.Slot(start: Int32(start), end: Int32(end), isResolved: true, isASCII: false)
        if end - start <= limit.characters { return slot }
        let string = String(decoding: self.resolved[start..<end], as: UTF8.self)
        return self.limit(slot, string, key, limit, excess)
    }

    /// Looks closer at a text of more bytes than its limit has characters.
    private mutating func limit(
        _ slot: EventFields.Slot,
        _ text: String,
        _ key: StaticString,
        _ limit: TextLimit,
        _ excess: ObjectDecoder.Excess
    ) -> EventFields.Slot {
        if limit.admits(text) { return slot }
        let finding = "longer than \(limit.characters) characters"
        guard excess == .clip else {
            self.report.problem(self.place, key.description, finding)
            return EventFields.Slot()
        }
        self.report.note(self.place, key.description, "\(finding), cut")
        let start = self.resolved.count
        self.resolved.append(contentsOf: limit.clip(text).utf8)
        return EventFields.Slot(
            start: Int32(start),
            end: Int32(self.resolved.count),
            isResolved: true,
            isASCII: false
        )
    }

    private mutating func readTime(_ reader: inout JSONReader) throws(JSONError) -> TimeStamp? {
        let time: TimeStamp?
        let length: Int
        switch try reader.peekKind() {
        case .string:
            let text = try reader.readText()
            length = text.end - text.start
            time = TimeStamp(utf8: self.bytes.extracting(text.start..<text.end))
        case .number:
            let range = try reader.readNumber().range
            length = range.count
            time = TimeStamp(utf8: self.bytes.extracting(range))
            if time != nil { self.report.note(self.place, "time", "a number where a string is expected") }
        case .null:
            try reader.readNull()
            return nil
        case let kind:
            _ = try reader.skipValue()
            self.report.problem(self.place, "time", "expected a time stamp, found \(kind)")
            return nil
        }
        if time == nil { self.report.problem(self.place, "time", "not a time stamp") }
        if time != nil, length == 12 { self.report.note(self.place, "time", "time stamp without seconds") }
        return time
    }

    private mutating func readType(_ reader: inout JSONReader) throws(JSONError) -> EventType? {
        guard let word = try self.readWord("type", &reader) else { return nil }
        if let type = EventType(utf8: self.bytes.extracting(word)) { return type }
        self.unknownWord("type")
        return .unknown
    }

    private mutating func readStatus(_ reader: inout JSONReader) throws(JSONError) -> TriggerStatus? {
        guard let word = try self.readWord("status", &reader) else { return nil }
        if let status = TriggerStatus(utf8: self.bytes.extracting(word)) { return status }
        self.unknownWord("status")
        return .unknown
    }

    private mutating func readSeverity(_ reader: inout JSONReader) throws(JSONError) -> TriggerSeverity? {
        guard let word = try self.readWord("severity", &reader) else { return nil }
        if let severity = TriggerSeverity(utf8: self.bytes.extracting(word)) { return severity }
        self.unknownWord("severity")
        return .unknown
    }

    private mutating func unknownWord(_ key: String) {
        self.report.note(self.place, key, "unknown value, taken as UNKNOWN")
    }

    private mutating func readWord(_ key: String, _ reader: inout JSONReader) throws(JSONError) -> Range<Int>? {
        switch try reader.peekKind() {
        case .string:
            let text = try reader.readText()
            return text.start..<text.end
        case .null:
            try reader.readNull()
            return nil
        case let kind:
            _ = try reader.skipValue()
            self.report.problem(self.place, key, "expected a string, found \(kind)")
            return nil
        }
    }
}
