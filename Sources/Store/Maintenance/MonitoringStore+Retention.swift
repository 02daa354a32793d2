internal import GRDB

extension MonitoringStore {
    /// Rows deleted in one transaction: so few that a commit of events waits some milliseconds at most.
    private static let step = 2000

    /// Deletes the events before a moment, in small steps between which others write; returns how many.
    ///
    /// What is known of event ids stays, so that an event that is sent again does not come back.
    public func prune(before moment: Timestamp) async throws -> Int64 {
        var deleted: Int64 = 0
        while true {
            try Task.checkCancellation()
            let count = try await self.write("prune events") { db in
                let sql = "DELETE FROM event WHERE id IN (SELECT id FROM event WHERE time < ? ORDER BY time LIMIT ?)"
                try db.execute(sql: sql, arguments: [moment.nanoseconds, Self.step])
                return db.changesCount
            }
            deleted += Int64(count)
            guard count == Self.step else { break }
        }
        try await self.pruneSamples(before: moment)
        return deleted
    }

    /// Deletes the oldest events, in small steps, until at most so many are left; returns how many went.
    public func prune(keeping newest: Int64) async throws -> Int64 {
        let boundary = try await self.read("find the oldest event to keep") { db in
            let sql = "SELECT time FROM event ORDER BY time DESC, id DESC LIMIT 1 OFFSET ?"
            return try Int64.fetchOne(db, sql: sql, arguments: [max(newest, 1) - 1])
        }
        guard let boundary else { return 0 }
        return try await self.prune(before: Timestamp(nanoseconds: boundary))
    }

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
            deleted += try await self.write("purge events of server \(server)") { db in
                let sql = "DELETE FROM event WHERE id > ? AND id <= ? AND server = ?"
                try db.execute(sql: sql, arguments: [range.lowerBound, range.upperBound, server])
                return Int64(db.changesCount)
            }
            position = range.upperBound
        }
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

    /// The tables with a `server` column, besides `event`.
    private static let tables = [
        "event_series", "event_name", "host", "host_group", "host_membership", "host_parent", "watch", "item",
        "item_group",
        "sample", "last_info", "arm_report", "arm_link", "put_aside", "command",
    ]

    private func pruneSamples(before moment: Timestamp) async throws {
        try await self.write("prune history") { db in
            try db.execute(sql: "DELETE FROM sample WHERE time < ?", arguments: [moment.nanoseconds])
        }
    }
}
