public import JSONRPC

/// A condition that is watched, and its state.
public struct Trigger: Hashable, HAPIObject {
    /// Its id (String255).
    public var triggerId: String
    /// Its state.
    public var status: TriggerStatus
    /// How grave it is.
    public var severity: TriggerSeverity
    /// When the state last changed.
    public var lastChangeTime: TimeStamp
    /// The host (String255).
    public var hostId: String
    /// The host's name (String255).
    public var hostName: String
    /// What it watches (String255).
    public var brief: String
    /// More about it (String32767).
    public var extendedInfo: String

    /// Puts the fields together.
    public init(
        triggerId: String,
        status: TriggerStatus,
        severity: TriggerSeverity,
        lastChangeTime: TimeStamp,
        hostId: String,
        hostName: String,
        brief: String,
        extendedInfo: String
    ) {
        self.triggerId = triggerId
        self.status = status
        self.severity = severity
        self.lastChangeTime = lastChangeTime
        self.hostId = hostId
        self.hostName = hostName
        self.brief = brief
        self.extendedInfo = extendedInfo
    }

    /// Reads the members.
    public init(from object: inout ObjectDecoder) {
        self.triggerId = object.identifier("triggerId")
        self.status = object.lenientWord("status", unknown: .unknown)
        self.severity = object.lenientWord("severity", unknown: .unknown)
        self.lastChangeTime = object.time("lastChangeTime")
        self.hostId = object.identifier("hostId")
        self.hostName = object.text("hostName")
        self.brief = object.text("brief")
        self.extendedInfo = object.text("extendedInfo", .string32767)
    }

    /// Writes the members.
    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("triggerId", self.triggerId)
        writer.member("status", self.status)
        writer.member("severity", self.severity)
        writer.member("lastChangeTime", self.lastChangeTime)
        writer.member("hostId", self.hostId)
        writer.member("hostName", self.hostName)
        writer.member("brief", self.brief)
        writer.member("extendedInfo", self.extendedInfo, .string32767)
        writer.endObject()
    }
}
