internal import GRDB

/// How many events of one severity came in a stretch of ten minutes.
public struct EventTally: Hashable, Sendable {
    /// The beginning of the stretch.
    public let time: Timestamp
    public let server: MonitoringServer.ID
    public let severity: Severity
    public let count: Int64
}

extension MonitoringStore {
    /// Nanoseconds of a stretch of the tally.
    static let stretch: Int64 = 600_000_000_000
    private static let step: Int64 = 20_000

    /// Counts what arrived since the last call and notes at which places, at most 20,000 numbers at a time; returns whether more is
    /// waiting.
    ///
    /// So pages read counters that are kept, and never count the events themselves.
    public func advanceTally() async throws -> Bool {
        try await self.change("count new events") { db in
            let select = "SELECT value FROM counter WHERE name = ?"
            let from = try Int64.fetchOne(db, sql: select, arguments: ["tally"]) ?? 0
            let end = try Int64.fetchOne(db, sql: select, arguments: ["event"]) ?? 0
            guard from < end else { return false }
            let to = min(end, from + Self.step)
            try db.execute(
                sql: """
                    INSERT INTO event_tally (bucket, server, severity, count)
                    SELECT time / ?, server, severity, count(*) FROM event WHERE id > ? AND id <= ? GROUP BY 1, 2, 3
                    ON CONFLICT DO UPDATE SET count = count + excluded.count
                    """,
                arguments: [Self.stretch, from, to]
            )
            try EventPlaces.index(from + 1...to, in: db)
            try db.execute(sql: "UPDATE counter SET value = ? WHERE name = 'tally'", arguments: [to])
            return to < end
        }
    }

    /// Whether ``advanceTally()`` has something to do; costs one small read.
    public func isTallyBehind() async throws -> Bool {
        try await self.read("compare counters") { db in
            let sql = """
                SELECT (SELECT value FROM counter WHERE name = 'tally') < (SELECT value FROM counter WHERE name = 'event')
                """
            return try Bool.fetchOne(db, sql: sql) ?? false
        }
    }

    /// The counters from the stretch that holds the given moment on.
    public func tally(since moment: Timestamp) async throws -> [EventTally] {
        try await self.read("read counters") { db in
            let sql = "SELECT bucket, server, severity, count FROM event_tally WHERE bucket >= ? ORDER BY bucket"
            return try Row.fetchAll(db, sql: sql, arguments: [moment.nanoseconds / Self.stretch]).map { row in
                EventTally(
                    time: Timestamp(nanoseconds: (row[0] as Int64) * Self.stretch),
                    server: row[1],
                    severity: Severity(rawValue: row[2]) ?? .unknown,
                    count: row[3]
                )
            }
        }
    }

    /// How many events came in each hour and of which severity, from the hour that begins at the given moment on.
    public func hourlyTally(
        since hour: Timestamp
    ) async throws -> [(hour: Timestamp, severity: Severity, count: Int64)] {
        try await self.read("read counters by the hour") { db in
            let sql = """
                SELECT bucket / 6, severity, sum(count) FROM event_tally WHERE bucket >= ? GROUP BY 1, 2 ORDER BY 1, 2
                """
            return try Row.fetchAll(db, sql: sql, arguments: [hour.nanoseconds / Self.stretch]).map { row in
                (
                    Timestamp(nanoseconds: (row[0] as Int64) * 6 * Self.stretch),
                    Severity(rawValue: row[1]) ?? .unknown,
                    row[2]
                )
            }
        }
    }

    /// How many hosts there are, without those that are no longer listed.
    public func hostCount() async throws -> Int {
        try await self.read("count hosts") { db in
            let sql = "SELECT count(*) FROM host WHERE state <> ?"
            return try Int.fetchOne(db, sql: sql, arguments: [HostState.removed.rawValue]) ?? 0
        }
    }

    /// How many events ever arrived, and how many bytes the database has.
    public func size() async throws -> (arrived: Int64, bytes: Int64) {
        try await self.read("read the size") { db in
            let arrived = try Int64.fetchOne(db, sql: "SELECT value FROM counter WHERE name = 'event'") ?? 0
            let sql = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
            return (arrived, try Int64.fetchOne(db, sql: sql) ?? 0)
        }
    }
}
