public import HAPI

/// A monitored system that is asked for its state, now and then or when the server wants to know.
///
/// Implement what the system has; everything else has a default that says "not offered". ``ArmRunner`` does the rest: connection,
/// profiles, intervals, lastInfo, complete or partial lists, dividing, reports of how the arm is doing, and starting again after
/// failures. Whatever a method throws is a failed poll: it is reported to the server and the poll is repeated after the retry interval.
public protocol Arm: Sendable {
    /// The name of the arm, as the server shows it.
    var name: String { get }

    /// What the server may fetch, of fetchItems, fetchHistory, fetchTriggers and fetchEvents; default: triggers and events
    /// are not fetched but polled.
    var offers: [Procedure] { get }

    /// Takes the settings of the monitoring server: before the first poll, and whenever they change.
    func configure(_ settings: MonitoringServerInfo) async throws

    /// All hosts; `nil` if the system has none.
    func hosts() async throws -> [Host]?

    /// All groups of hosts; `nil` if the system has none.
    func hostGroups() async throws -> [HostGroup]?

    /// Which hosts are in which groups; `nil` if the system has no groups.
    func hostGroupMembership() async throws -> [HostGroupMembership]?

    /// Which hosts run on which; `nil` if the system does not know.
    func hostParents() async throws -> [HostParent]?

    /// Triggers that have changed since an earlier answer, or all of them if `lastInfo` is `nil`.
    func triggers(since lastInfo: String?) async throws -> Polled<Trigger>?

    /// Events since an earlier answer; for `nil` the arm decides whether that means all or none.
    func events(since lastInfo: String?) async throws -> Polled<Event>?

    /// The `count` events nearest to a reference point on one side of it, or as many as there are, for fetchEvents.
    func events(around lastInfo: String, direction: FetchDirection, count: Int) async throws -> [Event]

    /// Items of these hosts, or of all, for fetchItems.
    func items(of hostIds: [String]?) async throws -> [Item]

    /// The values of an item in a closed interval, in any order, for fetchHistory.
    func history(
        of itemId: String,
        host hostId: String,
        from begin: TimeStamp,
        to end: TimeStamp
    ) async throws -> [Sample]
}

/// What a poll yields.
public struct Polled<Record: Sendable>: Sendable {
    /// The records.
    public var records: [Record]
    /// Where the next poll goes on, in the arm's own form (String32767).
    public var lastInfo: String?

    /// Puts them together.
    public init(_ records: [Record], lastInfo: String? = nil) {
        self.records = records
        self.lastInfo = lastInfo
    }
}

extension Arm {
    public var offers: [Procedure] { [] }
    public func configure(_ settings: MonitoringServerInfo) async throws {}
    public func hosts() async throws -> [Host]? { nil }
    public func hostGroups() async throws -> [HostGroup]? { nil }
    public func hostGroupMembership() async throws -> [HostGroupMembership]? { nil }
    public func hostParents() async throws -> [HostParent]? { nil }
    public func triggers(since lastInfo: String?) async throws -> Polled<Trigger>? { nil }
    public func events(since lastInfo: String?) async throws -> Polled<Event>? { nil }
    public func events(around lastInfo: String, direction: FetchDirection, count: Int) async throws -> [Event] { [] }
    public func items(of hostIds: [String]?) async throws -> [Item] { [] }
    public func history(
        of itemId: String,
        host hostId: String,
        from begin: TimeStamp,
        to end: TimeStamp
    ) async throws
        -> [Sample]
    { [] }
}
