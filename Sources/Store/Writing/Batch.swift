/// What one message of an arm changes.
///
/// Events are stored as a whole or not at all. So is a list of up to 4,000 rows. A longer one is stored in several transactions, with
/// ``lastInfo`` in the last of them, so that the batches of other arms need not wait; if it fails on the way, some of its rows are stored.
public struct Batch: Sendable {
    /// The monitoring server it belongs to.
    public var server: MonitoringServer.ID
    /// What is put.
    public var change: Change
    /// The position to remember for this element, in the same transaction; nil or empty keeps the one there is.
    public var lastInfo: String?

    /// Describes a batch.
    public init(server: MonitoringServer.ID, change: Change, lastInfo: String? = nil) {
        self.server = server
        self.change = change
        self.lastInfo = lastInfo
    }
}

/// The things that can be put.
public enum Change: Sendable {
    case events(EventPack)
    case hosts([Host], Update)
    case hostGroups([HostGroup], Update)
    case hostMemberships([HostMembership], Update)
    case hostParents([HostParent], Update)
    /// With ``Update/all``, `scope` limits what the list replaces to the triggers of these hosts; nil means all hosts.
    case triggers([Trigger], Update, scope: [String]?)
    /// The server's own triggers, which no list of an arm replaces.
    case ownTriggers([Trigger])
    /// Replaces the items of the hosts in `scope`; nil means all hosts.
    case items([Item], scope: [String]?)
    case history(item: String, [Sample])
    case report(ArmReport)
    case link(ArmLink)
    case putAside(reason: String, body: [UInt8], received: Timestamp)

    /// Puts events that are values; they are packed.
    public static func events(_ events: [NewEvent]) -> Change { .events(EventPack(events)) }

    /// The kind of data whose position ``Batch/lastInfo`` is.
    var element: LastInfoElement? {
        switch self {
        case .events: .event
        case .hosts: .host
        case .hostGroups: .hostGroup
        case .hostMemberships: .hostGroupMembership
        case .hostParents: .hostParent
        case .triggers: .trigger
        case .ownTriggers, .items, .history, .report, .link, .putAside: nil
        }
    }

    /// A measure of the work of one transaction on it, in events; a row of a list is several times the work of an event.
    var weight: Int {
        switch self {
        case .events(let list): list.count + 1
        case .hosts(let list, _): Self.weight(rows: list.count)
        case .hostGroups(let list, _): Self.weight(rows: list.count)
        case .hostMemberships(let list, _): Self.weight(rows: list.count)
        case .hostParents(let list, _): Self.weight(rows: list.count)
        case .triggers(let list, _, _), .ownTriggers(let list): Self.weight(rows: list.count)
        case .items(let list, _): Self.weight(rows: list.count)
        case .history(_, let list): Self.weight(rows: list.count)
        case .report, .link, .putAside: 1
        }
    }

    private static func weight(rows: Int) -> Int {
        1 + 4 * min(rows, BatchProgress.rowsPerTransaction)
    }
}
