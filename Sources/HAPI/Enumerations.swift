/// How an arm is doing (armInfoStatus).
public enum ArmStatus: String, CaseIterable, Hashable, Sendable {
    /// No communication with the monitored system yet.
    case initial = "INIT"
    case ok = "OK"
    case notGood = "NG"
}

/// The state of a trigger.
public enum TriggerStatus: String, CaseIterable, Hashable, Sendable {
    case ok = "OK"
    case notGood = "NG"
    case unknown = "UNKNOWN"
}

/// How grave a trigger or event is; ordered, with `unknown` lowest.
public enum TriggerSeverity: String, CaseIterable, Hashable, Sendable, Comparable {
    case unknown = "UNKNOWN"
    case info = "INFO"
    case warning = "WARNING"
    case error = "ERROR"
    case critical = "CRITICAL"
    case emergency = "EMERGENCY"

    /// 0 (unknown) to 5 (emergency), the numbers of the original server.
    public var rank: Int {
        switch self {
        case .unknown: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        case .critical: 4
        case .emergency: 5
        }
    }

    /// Orders by ``rank``.
    public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
}

/// What an event reports.
public enum EventType: String, CaseIterable, Hashable, Sendable {
    case good = "GOOD"
    case bad = "BAD"
    case unknown = "UNKNOWN"
    case notification = "NOTIFICATION"
}

/// What becomes of the records the receiver already holds.
public enum UpdateType: String, CaseIterable, Hashable, Sendable {
    /// They are replaced by what is sent.
    case all = "ALL"
    /// What is sent is added, or overwrites by id.
    case updated = "UPDATED"
}

/// Which side of the reference point fetchEvents asks for.
public enum FetchDirection: String, CaseIterable, Hashable, Sendable {
    /// Newer than the reference point.
    case ascending = "ASC"
    /// Older than the reference point.
    case descending = "DESC"
}

/// The elements for which a server keeps lastInfo; the params of getLastInfo.
public enum LastInfoElement: String, CaseIterable, Hashable, Sendable {
    case host
    case hostGroup
    case hostGroupMembership
    case trigger
    case event
    case hostParent

    /// The procedure whose lastInfo this is.
    public var procedure: Procedure {
        switch self {
        case .host: .putHosts
        case .hostGroup: .putHostGroups
        case .hostGroupMembership: .putHostGroupMembership
        case .trigger: .putTriggers
        case .event: .putEvents
        case .hostParent: .putHostParents
        }
    }
}
