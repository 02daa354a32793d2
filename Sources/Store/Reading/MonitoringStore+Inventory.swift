internal import GRDB

/// A host as the store has it.
public struct StoredHost: Sendable, Equatable {
    public let server: MonitoringServer.ID
    public let host: Host
    public let state: HostState
    /// The names of its groups; a group nobody described is named by its id.
    public let groups: [String]
    /// The id of the host it runs on; nil when it has none.
    public let parent: String?
}

/// A trigger as the store has it.
public struct StoredTrigger: Sendable, Equatable {
    public let server: MonitoringServer.ID
    public let trigger: Trigger
    /// Whether it is our server's own, about the arm, rather than one the arm told.
    public let isOwn: Bool
}

/// An item as the store has it.
public struct StoredItem: Sendable, Equatable {
    public let server: MonitoringServer.ID
    public let item: Item
}

extension MonitoringStore {
    /// The hosts of one server, or of all; those no longer listed only when asked for.
    public func hosts(server: MonitoringServer.ID? = nil, includingRemoved: Bool = false) async throws -> [StoredHost] {
        try await self.read("list hosts") { db in
            let sql = """
                SELECT server, key, name, state, (SELECT parent FROM host_parent p WHERE p.server = h.server AND p.child = h.key)
                FROM host h WHERE server = coalesce(?, server) AND (state <> ? OR ?) ORDER BY server, key
                """
            let rows = try Row.fetchAll(
                db,
                sql: sql,
                arguments: [server, HostState.removed.rawValue, includingRemoved]
            )
            let groups = """
                SELECT coalesce(g.name, m.host_group) FROM host_membership m
                LEFT JOIN host_group g ON g.server = m.server AND g.key = m.host_group
                WHERE m.server = ? AND m.host = ? ORDER BY 1
                """
            return try rows.map { row in
                StoredHost(
                    server: row[0],
                    host: Host(id: row[1], name: row[2]),
                    state: HostState(rawValue: row[3]) ?? .adHoc,
                    groups: try String.fetchAll(
                        db.cachedStatement(sql: groups),
                        arguments: [row[0] as Int64, row[1] as String]
                    ),
                    parent: row[4]
                )
            }
        }
    }

    /// The servers that know a host, by its id or a name of it.
    public func servers(ofHost name: String) async throws -> Set<MonitoringServer.ID> {
        try await self.read("find the servers of a host") { db in
            let sql = """
                SELECT server FROM host WHERE key = :name OR name = :name
                UNION SELECT p.server FROM event_place p JOIN name n ON n.id = p.host_name WHERE n.text = :name
                """
            return try MonitoringServer.ID.fetchSet(db, sql: sql, arguments: ["name": name])
        }
    }

    /// The triggers of one server, or of all.
    public func triggers(server: MonitoringServer.ID? = nil) async throws -> [StoredTrigger] {
        try await self.read("list triggers") { db in
            let sql = """
                SELECT server, key, status, severity, last_change, host, host_name, brief, extended_info, own FROM watch
                WHERE server = coalesce(?, server) ORDER BY server, key
                """
            return try Row.fetchAll(db, sql: sql, arguments: [server]).map { row in
                let trigger = Trigger(
                    id: row[1],
                    status: TriggerStatus(rawValue: row[2]) ?? .unknown,
                    severity: Severity(rawValue: row[3]) ?? .unknown,
                    lastChange: Timestamp(nanoseconds: row[4]),
                    hostID: row[5],
                    hostName: row[6],
                    brief: row[7],
                    extendedInfo: row[8]
                )
                return StoredTrigger(server: row[0], trigger: trigger, isOwn: row[9])
            }
        }
    }

    /// The items of one server, or of all.
    public func items(server: MonitoringServer.ID? = nil) async throws -> [StoredItem] {
        try await self.read("list items") { db in
            let sql = """
                SELECT server, key, host, brief, last_value_time, last_value, unit FROM item
                WHERE server = coalesce(?, server) ORDER BY server, key
                """
            let groups = "SELECT name FROM item_group WHERE server = ? AND item = ? ORDER BY 1"
            return try Row.fetchAll(db, sql: sql, arguments: [server]).map { row in
                let item = Item(
                    id: row[1],
                    hostID: row[2],
                    brief: row[3],
                    lastValueTime: Timestamp(nanoseconds: row[4]),
                    lastValue: row[5],
                    groups: try String.fetchAll(
                        db.cachedStatement(sql: groups),
                        arguments: [row[0] as Int64, row[1] as String]
                    ),
                    unit: row[6]
                )
                return StoredItem(server: row[0], item: item)
            }
        }
    }

    /// The known past of an item, oldest first, both ends included.
    public func history(
        server: MonitoringServer.ID,
        item: String,
        from: Timestamp,
        to: Timestamp
    ) async throws -> [Sample] {
        try await self.read("list history") { db in
            let sql =
                "SELECT time, value FROM sample WHERE server = ? AND item = ? AND time BETWEEN ? AND ? ORDER BY time"
            return try Row.fetchAll(db, sql: sql, arguments: [server, item, from.nanoseconds, to.nanoseconds])
                .map { Sample(time: Timestamp(nanoseconds: $0[0]), value: $0[1]) }
        }
    }
}
