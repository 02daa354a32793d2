/// An event as the store has it.
public struct StoredEvent: Sendable, Equatable, Identifiable {
    /// The store's own number: rises in the order of arrival, never used again.
    public let id: Int64
    /// The monitoring server it came from.
    public let server: MonitoringServer.ID
    /// When it arrived, by our own clock, up to ten seconds too early; nil for events that were stored before arrivals were noted.
    ///
    /// The sender's clock has no part in it, unlike the time in ``content``.
    public let arrival: Timestamp?
    /// What the arm said; host and other empty fields completed from the trigger it names.
    public let content: NewEvent

    /// Where a page ends: the next one begins behind it.
    public var cursor: EventCursor { EventCursor(time: self.content.time, id: self.id) }
}

/// A place in the order of events, which is by time, then by arrival.
public struct EventCursor: Hashable, Comparable, Sendable {
    public let time: Timestamp
    public let id: Int64

    /// Names a place by the event that stands there.
    public init(time: Timestamp, id: Int64) {
        self.time = time
        self.id = id
    }

    public static func < (one: EventCursor, other: EventCursor) -> Bool {
        (one.time, one.id) < (other.time, other.id)
    }
}
