internal import GRDB

/// How many events of one severity came in a stretch of ten minutes.
public struct EventTally: Hashable, Sendable {
    /// The beginning of the stretch.
    public let time: Timestamp
    /// The monitoring server that sent them.
    public let server: MonitoringServer.ID
    /// Their severity.
    public let severity: Severity
    /// How many of them are stored now.
    public let count: Int64
}

extension MonitoringStore {
    /// The counters from the stretch that holds the given moment on.
    public func tally(since moment: Timestamp) async throws -> [EventTally] {
        try await self.read("read counters") { db in
            let sql = "SELECT bucket, server, severity, count FROM event_tally WHERE bucket >= ? ORDER BY bucket"
            return try Row.fetchAll(db, sql: sql, arguments: [moment.nanoseconds / EventCounts.stretch]).map { row in
                EventTally(
                    time: Timestamp(nanoseconds: (row[0] as Int64) * EventCounts.stretch),
                    server: row[1],
                    severity: Severity(rawValue: row[2]) ?? .unknown,
                    count: row[3]
                )
            }
        }
    }

    /// How many events are dated to each hour and of which severity, from the hour that begins at the given moment on.
    ///
    /// With `until`, stretches that begin later are left out: senders may date events to any year.
    public func hourlyTally(
        since hour: Timestamp,
        until end: Timestamp? = nil
    ) async throws -> [(hour: Timestamp, severity: Severity, count: Int64)] {
        try await self.read("read counters by the hour") { db in
            let sql = """
                SELECT bucket / 6, severity, sum(count) FROM event_tally WHERE bucket BETWEEN ? AND ? GROUP BY 1, 2 ORDER BY 1, 2
                """
            let stretches = [hour, end ?? Timestamp(nanoseconds: .max)].map { $0.nanoseconds / EventCounts.stretch }
            return try Row.fetchAll(db, sql: sql, arguments: StatementArguments(stretches)).map { row in
                (
                    Timestamp(nanoseconds: (row[0] as Int64) * 6 * EventCounts.stretch),
                    Severity(rawValue: row[1]) ?? .unknown,
                    row[2]
                )
            }
        }
    }

    /// How many events of a server are stored now.
    public func eventCount(server: MonitoringServer.ID) async throws -> Int64 {
        try await self.read("count events of server \(server)") { db in
            let sql = "SELECT coalesce(sum(count), 0) FROM event_tally WHERE server = ?"
            return try Int64.fetchOne(db, sql: sql, arguments: [server]) ?? 0
        }
    }

    /// How many hosts there are, without those that are no longer listed.
    public func hostCount() async throws -> Int {
        try await self.read("count hosts") { db in
            let sql = "SELECT count(*) FROM host WHERE state <> ?"
            return try Int.fetchOne(db, sql: sql, arguments: [HostState.removed.rawValue]) ?? 0
        }
    }

    /// How many triggers there are, and how many of them have a problem.
    public func triggerCounts() async throws -> (all: Int, problems: Int) {
        try await self.read("count triggers") { db in
            let sql = "SELECT count(*), coalesce(sum(status = ?), 0) FROM watch"
            let row = try Row.fetchOne(db, sql: sql, arguments: [TriggerStatus.ng.rawValue])
            return (row?[0] ?? 0, row?[1] ?? 0)
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
