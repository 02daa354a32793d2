/// What an event says about the monitored thing.
public enum EventType: UInt8, Sendable, CaseIterable {
    case good = 0
    case bad = 1
    case unknown = 2
    case notification = 3
}

/// The state of a trigger.
public enum TriggerStatus: UInt8, Sendable, CaseIterable {
    case ok = 0
    case ng = 1
    case unknown = 2
}

/// How bad it is, in rising order.
public enum Severity: UInt8, Sendable, CaseIterable, Comparable {
    case unknown = 0
    case info = 1
    case warning = 2
    case error = 3
    case critical = 4
    case emergency = 5

    public static func < (one: Severity, other: Severity) -> Bool { one.rawValue < other.rawValue }
}

/// The kinds of data an arm keeps a position for.
public enum LastInfoElement: UInt8, Sendable, CaseIterable {
    case host = 0
    case hostGroup = 1
    case hostGroupMembership = 2
    case trigger = 3
    case event = 4
    case hostParent = 5
}

/// Whether a list replaces what is stored or adds to it.
public enum Update: Sendable, Equatable {
    /// What is not in the list is no longer there.
    case all
    /// Insert, or overwrite by id.
    case updated
}
