/// Something that happened.
public struct Event: Hashable, Sendable {
    /// Its id, unique at its source and the same whenever it is sent again (String255).
    public var eventId: String
    /// When it happened.
    public var time: TimeStamp
    /// What it reports.
    public var type: EventType
    /// The trigger that fired, if one did (String255).
    public var triggerId: String?
    /// The state of that trigger.
    public var status: TriggerStatus?
    /// How grave it is.
    public var severity: TriggerSeverity?
    /// The host (String255).
    public var hostId: String?
    /// The host's name (String255).
    public var hostName: String?
    /// What people read (String255).
    public var brief: String
    /// More about it (String32767).
    public var extendedInfo: String?

    /// Puts the fields together.
    public init(
        eventId: String,
        time: TimeStamp,
        type: EventType,
        triggerId: String? = nil,
        status: TriggerStatus? = nil,
        severity: TriggerSeverity? = nil,
        hostId: String? = nil,
        hostName: String? = nil,
        brief: String,
        extendedInfo: String? = nil
    ) {
        self.eventId = eventId
        self.time = time
        self.type = type
        self.triggerId = triggerId
        self.status = status
        self.severity = severity
        self.hostId = hostId
        self.hostName = hostName
        self.brief = brief
        self.extendedInfo = extendedInfo
    }
}
