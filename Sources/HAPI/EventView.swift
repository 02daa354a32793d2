/// One event of a batch, its texts lent as valid UTF-8.
///
/// Texts are within their limits, but as the sender normalised them.
public struct EventView: ~Escapable {
    private let message: Span<UInt8>
    private let resolved: Span<UInt8>
    private let fields: EventFields

    @_lifetime(copy message, copy resolved)
    init(message: Span<UInt8>, resolved: Span<UInt8>, fields: EventFields) {
        self.message = message
        self.resolved = resolved
        self.fields = fields
    }

    /// The id of the event.
    public var eventId: Span<UInt8> { @_lifetime(copy self) get { self.text(self.fields.eventId) } }
    /// What people read.
    public var brief: Span<UInt8> { @_lifetime(copy self) get { self.text(self.fields.brief) } }
    /// The trigger; empty if absent.
    public var triggerId: Span<UInt8> { @_lifetime(copy self) get { self.text(self.fields.triggerId) } }
    /// The host; empty if absent.
    public var hostId: Span<UInt8> { @_lifetime(copy self) get { self.text(self.fields.hostId) } }
    /// The host's name; empty if absent.
    public var hostName: Span<UInt8> { @_lifetime(copy self) get { self.text(self.fields.hostName) } }
    /// More about the event; empty if absent.
    public var extendedInfo: Span<UInt8> { @_lifetime(copy self) get { self.text(self.fields.extendedInfo) } }

    /// When it happened.
    public var time: TimeStamp { self.fields.time ?? .earliest }
    /// What it reports.
    public var type: EventType { self.fields.type ?? .unknown }
    /// The state of the trigger.
    public var status: TriggerStatus? { self.fields.status }
    /// How grave it is.
    public var severity: TriggerSeverity? { self.fields.severity }

    /// The event as a value of its own.
    public var event: Event {
        Event(
            eventId: self.string(self.fields.eventId),
            time: self.time,
            type: self.type,
            triggerId: self.optionalString(self.fields.triggerId),
            status: self.status,
            severity: self.severity,
            hostId: self.optionalString(self.fields.hostId),
            hostName: self.optionalString(self.fields.hostName),
            brief: self.string(self.fields.brief),
            extendedInfo: self.optionalString(self.fields.extendedInfo)
        )
    }

    @_lifetime(copy self)
    private func text(_ slot: EventFields.Slot) -> Span<UInt8> {
        let bounds = slot.isPresent ? Int(slot.start)..<Int(slot.end) : 0..<0
        return slot.isResolved ? self.resolved.extracting(bounds) : self.message.extracting(bounds)
    }

    private func string(_ slot: EventFields.Slot) -> String {
        // The decoder lets only valid UTF-8 into a slot.
        String(copying: UTF8Span(unchecked: self.text(slot), isKnownASCII: slot.isASCII))
    }

    private func optionalString(_ slot: EventFields.Slot) -> String? {
        slot.isPresent ? self.string(slot) : nil
    }
}
