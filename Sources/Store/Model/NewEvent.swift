/// An event on its way into the store.
public struct NewEvent: Sendable, Hashable {
    /// The arm's id of the event; an event with an id that is already stored for the server is a duplicate.
    public var eventID: String
    /// When it happened.
    public var time: Timestamp
    public var type: EventType
    public var status: TriggerStatus
    public var severity: Severity
    /// The trigger that fired; empty when there is none.
    public var triggerID: String
    /// The arm's id of the host; empty when there is none.
    public var hostID: String
    public var hostName: String
    /// One line for people.
    public var brief: String
    /// More, in a form the arm knows; empty when there is nothing.
    public var extendedInfo: String

    /// Describes an event; what is not given is empty or unknown.
    public init(
        eventID: String,
        time: Timestamp,
        type: EventType,
        status: TriggerStatus = .unknown,
        severity: Severity = .unknown,
        triggerID: String = "",
        hostID: String = "",
        hostName: String = "",
        brief: String,
        extendedInfo: String = ""
    ) {
        self.eventID = eventID
        self.time = time
        self.type = type
        self.status = status
        self.severity = severity
        self.triggerID = triggerID
        self.hostID = hostID
        self.hostName = hostName
        self.brief = brief
        self.extendedInfo = extendedInfo
    }
}
