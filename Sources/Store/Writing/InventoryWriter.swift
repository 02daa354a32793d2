internal import GRDB

/// Stores hosts, groups, triggers, items and their history for one server, inside a transaction.
///
/// A row that would not change is not written, so that a full list sent at each poll costs no disk.
struct InventoryWriter {
    let server: MonitoringServer.ID
    let db: Database

    func put(_ hosts: [Host], _ update: Update) throws {
        if update == .all {
            let listed = try self.keys(
                "SELECT key FROM host WHERE server = ? AND state = \(HostState.listed.rawValue)"
            )
            let gone = "UPDATE host SET state = \(HostState.removed.rawValue) WHERE server = ? AND key = ?"
            for key in listed.subtracting(hosts.map(\.id)) { try self.run(gone, [self.server, key]) }
        }
        for host in hosts {
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

    func put(_ groups: [HostGroup], _ update: Update) throws {
        if update == .all {
            let stored = try self.keys("SELECT key FROM host_group WHERE server = ?")
            for key in stored.subtracting(groups.map(\.id)) {
                try self.run("DELETE FROM host_group WHERE server = ? AND key = ?", [self.server, key])
            }
        }
        for group in groups {
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
    func put(_ memberships: [HostMembership], _ update: Update) throws {
        if update == .all {
            let stored = try self.keys("SELECT DISTINCT host FROM host_membership WHERE server = ?")
            for host in stored.subtracting(memberships.map(\.hostID)) {
                try self.run("DELETE FROM host_membership WHERE server = ? AND host = ?", [self.server, host])
            }
        }
        for membership in memberships {
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

    func put(_ parents: [HostParent], _ update: Update) throws {
        if update == .all {
            let stored = try self.keys("SELECT child FROM host_parent WHERE server = ?")
            for child in stored.subtracting(parents.map(\.childID)) { try self.removeParent(of: child) }
        }
        for relation in parents {
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
        _ interning: inout Interning
    ) throws {
        if update == .all {
            let listed = Set(triggers.map(\.id))
            for key in try self.keys("SELECT key FROM watch WHERE server = ? AND own = 0", within: scope)
                .subtracting(listed)
            {
                try self.run("DELETE FROM watch WHERE server = ? AND key = ?", [self.server, key])
            }
        }
        for trigger in triggers {
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

    func put(_ items: [Item], scope: [String]?) throws {
        let stored = try self.keys("SELECT key FROM item WHERE server = ?", within: scope)
        for key in stored.subtracting(items.map(\.id)) {
            try self.run("DELETE FROM item WHERE server = ? AND key = ?", [self.server, key])
            try self.run("DELETE FROM item_group WHERE server = ? AND item = ?", [self.server, key])
        }
        for item in items {
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

    func put(_ samples: [Sample], of item: String) throws {
        for sample in samples {
            try self.run(
                """
                INSERT INTO sample (server, item, time, value) VALUES (?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET value = excluded.value WHERE value <> excluded.value
                """,
                [self.server, item, sample.time.nanoseconds, sample.value]
            )
        }
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
