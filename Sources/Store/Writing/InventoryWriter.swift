internal import GRDB

/// Stores hosts, groups, triggers, items and their history for one server, inside a transaction.
///
/// A row that would not change is not written, so that a full list sent at each poll costs no disk. Of a long list each call puts
/// one part, as its ``BatchProgress`` says.
struct InventoryWriter {
    let server: MonitoringServer.ID
    let db: Database

    func put(_ hosts: [Host], _ update: Update, _ progress: inout BatchProgress) throws {
        let listed = "SELECT key FROM host WHERE server = ? AND state = \(HostState.listed.rawValue)"
        let gone = "UPDATE host SET state = \(HostState.removed.rawValue) WHERE server = ? AND key = ?"
        for key in try self.removals(&progress, update, keys: listed, naming: hosts.lazy.map(\.id)) {
            try self.run(gone, [self.server, key])
        }
        for host in progress.rows(of: hosts) {
            try self.run(
                """
                INSERT INTO host (server, key, name, state) VALUES (?, ?, ?, \(HostState.listed.rawValue))
                ON CONFLICT (server, key) DO UPDATE SET name = excluded.name, state = excluded.state
                WHERE name <> excluded.name OR state <> excluded.state
                """,
                [self.server, host.id, host.name.isEmpty ? host.id : host.name]
            )
        }
    }

    func put(_ groups: [HostGroup], _ update: Update, _ progress: inout BatchProgress) throws {
        let stored = "SELECT key FROM host_group WHERE server = ?"
        for key in try self.removals(&progress, update, keys: stored, naming: groups.lazy.map(\.id)) {
            try self.run("DELETE FROM host_group WHERE server = ? AND key = ?", [self.server, key])
        }
        for group in progress.rows(of: groups) {
            try self.run(
                """
                INSERT INTO host_group (server, key, name) VALUES (?, ?, ?)
                ON CONFLICT DO UPDATE SET name = excluded.name WHERE name <> excluded.name
                """,
                [self.server, group.id, group.name]
            )
        }
    }

    /// Each element says all groups of its host; `ALL` also empties the hosts it does not name.
    func put(_ memberships: [HostMembership], _ update: Update, _ progress: inout BatchProgress) throws {
        let hosts = "SELECT DISTINCT host FROM host_membership WHERE server = ?"
        for host in try self.removals(&progress, update, keys: hosts, naming: memberships.lazy.map(\.hostID)) {
            try self.run("DELETE FROM host_membership WHERE server = ? AND host = ?", [self.server, host])
        }
        for membership in progress.rows(of: memberships) {
            let stored = try self.keys(
                "SELECT host_group FROM host_membership WHERE server = ? AND host = ?",
                [membership.hostID]
            )
            let wanted = Set(membership.groupIDs)
            for group in stored.subtracting(wanted) {
                try self.run(
                    "DELETE FROM host_membership WHERE server = ? AND host = ? AND host_group = ?",
                    [self.server, membership.hostID, group]
                )
            }
            for group in wanted.subtracting(stored) {
                try self.run(
                    "INSERT INTO host_membership (server, host, host_group) VALUES (?, ?, ?)",
                    [self.server, membership.hostID, group]
                )
            }
        }
    }

    func put(_ parents: [HostParent], _ update: Update, _ progress: inout BatchProgress) throws {
        let children = "SELECT child FROM host_parent WHERE server = ?"
        for child in try self.removals(
            &progress,
            update,
            keys: children,
            naming: parents.lazy.map(\.childID)
        ) {
            try self.removeParent(of: child)
        }
        for relation in progress.rows(of: parents) {
            if relation.parentID.isEmpty {
                try self.removeParent(of: relation.childID)
            } else {
                try self.run(
                    """
                    INSERT INTO host_parent (server, child, parent) VALUES (?, ?, ?)
                    ON CONFLICT DO UPDATE SET parent = excluded.parent WHERE parent <> excluded.parent
                    """,
                    [self.server, relation.childID, relation.parentID]
                )
            }
        }
    }

    private func removeParent(of child: String) throws {
        try self.run("DELETE FROM host_parent WHERE server = ? AND child = ?", [self.server, child])
    }

    func put(
        _ triggers: [Trigger],
        _ update: Update,
        scope: [String]?,
        own: Bool,
        _ progress: inout BatchProgress,
        _ interning: inout Interning
    ) throws {
        let stored = "SELECT key FROM watch WHERE server = ? AND own = 0"
        let named = triggers.lazy.map(\.id)
        for key in try self.removals(&progress, update, keys: stored, within: scope, naming: named) {
            try self.run("DELETE FROM watch WHERE server = ? AND key = ?", [self.server, key])
        }
        for trigger in progress.rows(of: triggers) {
            if !trigger.hostID.isEmpty {
                let key = Interning.HostKey(server: self.server, id: trigger.hostID)
                _ = try interning.host(key, name: trigger.hostName, in: self.db)
            }
            try self.upsert(trigger, own: own)
        }
    }

    private func upsert(_ trigger: Trigger, own: Bool) throws {
        try self.run(
            """
            INSERT INTO watch (server, key, own, status, severity, last_change, host, host_name, brief, extended_info)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET (status, severity, last_change, host, host_name, brief, extended_info) =
                (excluded.status, excluded.severity, excluded.last_change, excluded.host, excluded.host_name,
                 excluded.brief, excluded.extended_info)
            WHERE own = excluded.own AND (status, severity, last_change, host, host_name, brief, extended_info) <>
                (excluded.status, excluded.severity, excluded.last_change, excluded.host, excluded.host_name,
                 excluded.brief, excluded.extended_info)
            """,
            [
                self.server, trigger.id, own, trigger.status.rawValue, trigger.severity.rawValue,
                trigger.lastChange.nanoseconds, trigger.hostID, trigger.hostName, trigger.brief, trigger.extendedInfo,
            ]
        )
    }

    func put(_ items: [Item], scope: [String]?, _ progress: inout BatchProgress) throws {
        let stored = "SELECT key FROM item WHERE server = ?"
        for key in try self.removals(
            &progress,
            .all,
            keys: stored,
            within: scope,
            naming: items.lazy.map(\.id)
        ) {
            try self.run("DELETE FROM item WHERE server = ? AND key = ?", [self.server, key])
            try self.run("DELETE FROM item_group WHERE server = ? AND item = ?", [self.server, key])
        }
        for item in progress.rows(of: items) {
            try self.upsert(item)
            let groups = try self.keys("SELECT name FROM item_group WHERE server = ? AND item = ?", [item.id])
            guard groups != Set(item.groups) else { continue }
            try self.run("DELETE FROM item_group WHERE server = ? AND item = ?", [self.server, item.id])
            for name in Set(item.groups) {
                try self.run(
                    "INSERT INTO item_group (server, item, name) VALUES (?, ?, ?)",
                    [self.server, item.id, name]
                )
            }
        }
    }

    private func upsert(_ item: Item) throws {
        try self.run(
            """
            INSERT INTO item (server, key, host, brief, last_value_time, last_value, unit) VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET (host, brief, last_value_time, last_value, unit) =
                (excluded.host, excluded.brief, excluded.last_value_time, excluded.last_value, excluded.unit)
            WHERE (host, brief, last_value_time, last_value, unit) <>
                (excluded.host, excluded.brief, excluded.last_value_time, excluded.last_value, excluded.unit)
            """,
            [
                self.server, item.id, item.hostID, item.brief, item.lastValueTime.nanoseconds, item.lastValue,
                item.unit,
            ]
        )
    }

    func put(_ samples: [Sample], of item: String, _ progress: inout BatchProgress) throws {
        _ = progress.removals(from: [])
        for sample in progress.rows(of: samples) {
            try self.run(
                """
                INSERT INTO sample (server, item, time, value) VALUES (?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET value = excluded.value WHERE value <> excluded.value
                """,
                [self.server, item, sample.time.nanoseconds, sample.value]
            )
        }
    }

    /// What is stored and not named by a complete list, as much of it as this transaction takes; ``Update/updated`` removes nothing.
    private func removals(
        _ progress: inout BatchProgress,
        _ update: Update,
        keys sql: String,
        within scope: [String]? = nil,
        naming named: some Sequence<String>
    ) throws -> some Sequence<String> {
        guard progress.isRemoving, update == .all else { return progress.removals(from: []) }
        return progress.removals(from: try self.keys(sql, within: scope).subtracting(named))
    }

    private func run(_ sql: String, _ arguments: [any DatabaseValueConvertible]) throws {
        let storable = arguments.map { ($0 as? String)?.storable ?? $0 }
        try self.db.cachedStatement(sql: sql).execute(arguments: StatementArguments(storable))
    }

    private func keys(_ sql: String, _ more: [String] = []) throws -> Set<String> {
        let arguments = StatementArguments([self.server]) + StatementArguments(more.map(\.storable))
        return try String.fetchSet(self.db.cachedStatement(sql: sql), arguments: arguments)
    }

    /// The keys of the rows whose `host` is in the scope; of all when there is none.
    private func keys(_ sql: String, within scope: [String]?) throws -> Set<String> {
        guard let scope else { return try self.keys(sql) }
        return try scope.reduce(into: []) { found, host in found.formUnion(try self.keys(sql + " AND host = ?", [host]))
        }
    }
}
