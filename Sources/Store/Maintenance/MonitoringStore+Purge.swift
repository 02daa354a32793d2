internal import GRDB

extension MonitoringStore {
    /// Deletes what removed servers left, in small steps; returns how many events went.
    public func purgeRemovedServers() async throws -> Int64 {
        var deleted: Int64 = 0
        while true {
            let id = try await self.read("find removed servers") { db in
                try Int64.fetchOne(db, sql: "SELECT id FROM monitoring_server WHERE removed = 1 ORDER BY id LIMIT 1")
            }
            guard let id else { return deleted }
            deleted += try await self.purge(id)
        }
    }

    private func purge(_ server: MonitoringServer.ID) async throws -> Int64 {
        var deleted: Int64 = 0
        var position: Int64 = 0
        let end = try await self.lastArrival()
        while position < end {
            try Task.checkCancellation()
            let range = position..<position + 20_000
            deleted += try await self.change("purge events of server \(server)") { db in
                let some = "SELECT id FROM event WHERE id > ? AND id <= ? AND server = ?"
                let arguments: StatementArguments = [range.lowerBound, range.upperBound, server]
                return Int64(try EventCounts.delete(some, arguments, in: db).count)
            }
            position = range.upperBound
        }
        try await self.purgePlaces(of: server)
        try await self.write("purge server \(server)") { db in
            let series = "DELETE FROM event_span WHERE series IN (SELECT id FROM event_series WHERE server = ?)"
            try db.execute(sql: series, arguments: [server])
            for table in Self.tables {
                try db.execute(sql: "DELETE FROM \(table) WHERE server = ?", arguments: [server])
            }
            try db.execute(sql: "DELETE FROM monitoring_server WHERE id = ?", arguments: [server])
        }
        return deleted
    }

    private func purgePlaces(of server: MonitoringServer.ID) async throws {
        var isMore = true
        while isMore {
            try Task.checkCancellation()
            isMore = try await self.change("purge places of server \(server)") { db in
                try EventPlaces.purge(server, limit: 20_000, in: db)
            }
        }
    }

    /// The tables with a `server` column, besides `event`.
    private static let tables = [
        "event_series", "event_name", "event_tally", "event_place", "host", "host_group", "host_membership",
        "host_parent", "watch", "item", "item_group", "sample", "last_info", "arm_report", "arm_link", "put_aside",
        "command",
    ]
}
