internal import JSONRPC

/// Finds the events of putEvents in one pass over the bytes.
struct EventBatchDecoder: ~Escapable {
    let bytes: Span<UInt8>
    let invalidUTF8: JSONReader.InvalidUTF8
    var fields: [EventFields] = []
    var resolved: [UInt8] = []
    var report = DecodingReport()
    var place = Place(container: "events", index: 0)
    private var hasEvents = false

    /// Bounds are kept in 32 bits, and what is resolved can be longer than the message.
    private static let mostBytes = 512 << 20

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>, invalidUTF8: JSONReader.InvalidUTF8) {
        self.bytes = bytes
        self.invalidUTF8 = invalidUTF8
    }

    mutating func decode(_ params: JSONValue) throws(InvalidParams) -> Decoded<EventBatch> {
        var envelope = ObjectDecoder(self.bytes, invalidUTF8: self.invalidUTF8)
        do {
            try self.readMembers(into: &envelope)
        } catch {
            let text = error.code == .unexpectedKind ? "expected an object" : "\(error)"
            throw InvalidParams(problems: ["params: \(text)"])
        }
        swap(&envelope.report, &self.report)
        if !self.hasEvents { envelope.problem("events", "missing") }
        if self.place.index > PutEvents.mostEvents {
            envelope.problem("events", "more than \(PutEvents.mostEvents)")
        }
        let members = PutEvents.Envelope(from: &envelope)
        guard envelope.report.isClean else { throw envelope.report.error }
        let batch = EventBatch(params, fields: self.fields, resolved: self.resolved, envelope: members)
        return Decoded(value: batch, notes: envelope.report.allNotes)
    }

    private mutating func readMembers(into envelope: inout ObjectDecoder) throws(JSONError) {
        var reader = try JSONReader(
            self.bytes,
            limits: JSONLimits(bytes: Self.mostBytes),
            invalidUTF8: self.invalidUTF8
        )
        guard try reader.peekKind() == .object else { throw JSONError(.unexpectedKind, at: 0) }
        try reader.beginObject()
        while let key = try reader.nextKey() {
            if reader.text(key, is: "events") {
                self.startOver()
                try self.readEvents(&reader)
            } else {
                let kind = try reader.peekKind()
                envelope.members.append(ObjectDecoder.Member(key: key, value: try reader.skipValue(), kind: kind))
            }
        }
        try reader.finish()
    }

    /// Forgets what an earlier member of the same name has said.
    private mutating func startOver() {
        self.fields.removeAll(keepingCapacity: true)
        self.resolved.removeAll(keepingCapacity: true)
        self.report = DecodingReport()
        self.place.index = 0
        self.hasEvents = true
    }

    private mutating func readEvents(_ reader: inout JSONReader) throws(JSONError) {
        let top = Place()
        switch try reader.peekKind() {
        case .array: break
        case .object:
            self.report.note(top, "events", "a single object where an array is expected")
            return try self.readEvent(&reader)
        case .string:
            let text = try reader.readText()
            if text.start == text.end {
                return self.report.note(top, "events", "an empty string where an array is expected")
            }
            return self.report.problem(top, "events", "expected an array, found string")
        case .null:
            try reader.readNull()
            self.hasEvents = false
            return
        case .number, .boolean:
            self.report.problem(top, "events", "expected an array, found \(try reader.peekKind())")
            _ = try reader.skipValue()
            return
        }
        // The shortest event that is complete takes some 80 bytes.
        self.fields.reserveCapacity(min(PutEvents.mostEvents, (self.bytes.count - reader.position) / 80 + 1))
        try reader.beginArray()
        while try reader.nextElement() { try self.readEvent(&reader) }
    }

    private mutating func readEvent(_ reader: inout JSONReader) throws(JSONError) {
        defer { self.place.index += 1 }
        // Beyond the limit the request is lost anyway; it is passed over so that it costs no memory.
        guard self.place.index < PutEvents.mostEvents, try reader.peekKind() == .object else {
            if self.place.index < PutEvents.mostEvents { self.report.problem(self.place, "", "expected an object") }
            _ = try reader.skipValue()
            return
        }
        var fields = EventFields()
        try reader.beginObject()
        while let key = try reader.nextKey() { try self.readMember(key, &reader, &fields) }
        if !fields.eventId.isPresent { self.missing("eventId") }
        if fields.time == nil { self.missing("time") }
        if fields.type == nil { self.missing("type") }
        if !fields.brief.isPresent { self.missing("brief") }
        self.fields.append(fields)
    }

    private mutating func missing(_ key: String) {
        // A member that was there and could not be read has been reported where it stood.
        let entry = self.place.name(key)
        guard self.report.problems.last(where: { $0.hasPrefix(entry) }) == nil else { return }
        self.report.problem(self.place, key, "missing")
    }
}

extension PutEvents.Envelope {
    init(from object: inout ObjectDecoder) {
        self.init(
            lastInfo: object.optionalText("lastInfo", .string32767, excess: .refuse),
            fetchId: object.optionalIdentifier("fetchId"),
            mayMoreFlag: object.optionalBoolean("mayMoreFlag"),
            divideInfo: object.optionalObject("divideInfo")
        )
    }
}
