/// A condition the monitored system watches, and its state.
public struct Trigger: Hashable, Sendable {
    public var id: String
    public var status: TriggerStatus
    public var severity: Severity
    public var lastChange: Timestamp
    public var hostID: String
    public var hostName: String
    public var brief: String
    public var extendedInfo: String

    /// Describes a trigger.
    public init(
        id: String,
        status: TriggerStatus,
        severity: Severity,
        lastChange: Timestamp,
        hostID: String,
        hostName: String,
        brief: String,
        extendedInfo: String = ""
    ) {
        self.id = id
        self.status = status
        self.severity = severity
        self.lastChange = lastChange
        self.hostID = hostID
        self.hostName = hostName
        self.brief = brief
        self.extendedInfo = extendedInfo
    }
}
