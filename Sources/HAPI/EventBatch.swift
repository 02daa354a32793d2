public import JSONRPC

/// The params of putEvents, checked, with the events still in the bytes they came in.
///
/// For a receiver that stores events without making strings of them; ``PutEvents/decode(_:)`` makes ``Event`` values.
/// Keeps the whole message alive.
public struct EventBatch: Sendable {
    private let value: JSONValue
    private let fields: [EventFields]
    private let resolved: [UInt8]
    /// What goes with the events.
    public let envelope: PutEvents.Envelope

    init(_ value: JSONValue, fields: [EventFields], resolved: [UInt8], envelope: PutEvents.Envelope) {
        self.value = value
        self.fields = fields
        self.resolved = resolved
        self.envelope = envelope
    }

    /// How many events there are, at most ``PutEvents/mostEvents``.
    public var count: Int { self.fields.count }

    /// The texts of all events together have at most so many bytes.
    public var byteCount: Int { self.value.count + self.resolved.count }

    /// One event, lent.
    public subscript(index: Int) -> EventView {
        @_lifetime(borrow self) get {
            EventView(message: self.value.span, resolved: self.resolved.span, fields: self.fields[index])
        }
    }

    /// All events as values of their own.
    public var events: [Event] {
        var events: [Event] = []
        events.reserveCapacity(self.fields.count)
        for index in self.fields.indices { events.append(self[index].event) }
        return events
    }

    /// Reads the params of putEvents, liberally.
    ///
    /// - Throws: ``InvalidParams`` with every problem of every event.
    public static func decode(_ params: JSONValue?) throws(InvalidParams) -> Decoded<EventBatch> {
        guard let params else { throw InvalidParams(problems: ["params: missing"]) }
        var decoder = EventBatchDecoder(params.span, invalidUTF8: params.invalidUTF8)
        return try decoder.decode(params)
    }
}

extension PutEvents {
    /// Reads the params of putEvents, liberally.
    ///
    /// - Throws: ``InvalidParams`` with every problem of every event.
    public static func decode(_ params: JSONValue?) throws(InvalidParams) -> Decoded<PutEvents> {
        let batch = try EventBatch.decode(params)
        let value = PutEvents(events: batch.value.events, envelope: batch.value.envelope)
        return Decoded(value: value, notes: batch.notes)
    }
}
