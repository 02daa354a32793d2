internal import GRDB

/// Which events are meant: conditions joined in any way.
public indirect enum EventFilter: Hashable, Sendable {
    case all([EventFilter])
    case any([EventFilter])
    case not(EventFilter)
    case severity(in: Set<UInt8>)
    case status(TriggerStatus)
    case type(EventType)
    case handling(HandlingStatus)
    /// A name, in which `%` and `_` are wildcards unless a backslash stands before them.
    case name(Name, like: String)
    /// A piece of the brief or the extended information, as in ``name(_:like:)``.
    case text(like: String)
    case since(Timestamp)
    case until(Timestamp)
    case server(MonitoringServer.ID)
    case trigger(String)
    case host(server: MonitoringServer.ID, id: String)
    /// Of a host in one of these groups, by the groups' names.
    case hostGroups([String])
    case events([Int64])

    /// What has a name.
    public enum Name: Hashable, Sendable { case host, group, server, trigger, event, assignee }

    /// Every event.
    public static let everything = EventFilter.all([])
}

extension EventFilter {
    /// A condition over `event e` and `handling d`.
    var sql: (text: String, arguments: StatementArguments) {
        switch self {
        case .all(let list): Self.joined(list, " AND ", empty: "1")
        case .any(let list): Self.joined(list, " OR ", empty: "0")
        case .not(let inner): ("NOT coalesce(\(inner.sql.text), 0)", inner.sql.arguments)
        case .severity(let values): (Self.sql(severities: values), [])
        case .status(let status): ("e.status = ?", [status.rawValue])
        case .type(let type): ("e.type = ?", [type.rawValue])
        case .handling(let status): ("coalesce(d.status, 0) = ?", [status.rawValue])
        case .name(let name, let pattern): Self.sql(name, pattern)
        case .text(let pattern):
            (#"(e.brief LIKE ? ESCAPE '\' OR coalesce(e.extended_info, '') LIKE ? ESCAPE '\')"#, [pattern, pattern])
        case .since(let moment): ("e.time >= ?", [moment.nanoseconds])
        case .until(let moment): ("e.time < ?", [moment.nanoseconds])
        case .server(let id): ("e.server = ?", [id])
        case .trigger(let id): ("e.trigger_name = (SELECT id FROM name WHERE text = ?)", [id])
        case .host(let server, let id): ("e.host = (SELECT id FROM host WHERE server = ? AND key = ?)", [server, id])
        case .hostGroups(let names): Self.sql(groups: names)
        case .events(let ids): ("e.id IN (\(ids.map(String.init).joined(separator: ",")))", [])
        }
    }

    /// Says `severity >= 2` literally where it holds, because only then SQLite uses the index of such events.
    private static func sql(severities: Set<UInt8>) -> String {
        let list = "e.severity IN (\(severities.sorted().map(String.init).joined(separator: ",")))"
        return severities.allSatisfy { $0 >= 2 } ? "(e.severity >= 2 AND \(list))" : list
    }

    private static func joined(_ list: [EventFilter], _ word: String, empty: String) -> (String, StatementArguments) {
        guard !list.isEmpty else { return (empty, []) }
        let parts = list.map(\.sql)
        return (
            "(" + parts.map(\.text).joined(separator: word) + ")",
            parts.reduce(into: StatementArguments()) { $0 += $1.arguments }
        )
    }

    private static let groupMembers = """
        SELECT h.id FROM host h JOIN host_membership m ON m.server = h.server AND m.host = h.key
        LEFT JOIN host_group g ON g.server = m.server AND g.key = m.host_group
        """

    private static func sql(groups names: [String]) -> (String, StatementArguments) {
        let marks = names.map { _ in "?" }.joined(separator: ",")
        return (
            "e.host IN (\(self.groupMembers) WHERE coalesce(g.name, m.host_group) IN (\(marks)))",
            StatementArguments(names)
        )
    }

    private static func sql(_ name: Name, _ pattern: String) -> (String, StatementArguments) {
        let like = #"LIKE ? ESCAPE '\'"#
        return switch name {
        case .host:
            (
                """
                (e.host_name IN (SELECT id FROM name WHERE text \(like))
                    OR e.host IN (SELECT id FROM host WHERE name \(like) OR key \(like)))
                """, [pattern, pattern, pattern]
            )
        case .group: ("e.host IN (\(self.groupMembers) WHERE coalesce(g.name, m.host_group) \(like))", [pattern])
        case .server:
            (
                "e.server IN (SELECT id FROM monitoring_server WHERE nickname \(like) OR CAST(id AS TEXT) \(like))",
                [pattern, pattern]
            )
        case .trigger: ("e.trigger_name IN (SELECT id FROM name WHERE text \(like))", [pattern])
        case .event:
            (
                """
                (CAST(e.id AS TEXT) \(like) OR e.name \(like)
                    OR s.prefix || '-' || printf('%0*d', s.width, e.number) \(like))
                """, [pattern, pattern, pattern]
            )
        case .assignee: ("coalesce(d.assignee, '') \(like)", [pattern])
        }
    }
}
