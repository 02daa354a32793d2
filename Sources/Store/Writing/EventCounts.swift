internal import GRDB

/// How many events came or went, by ten minutes, server and severity: counted as values, and written once.
///
/// Whoever stores or deletes events writes these in the same transaction, so that the counters are what counting would give.
struct EventCounts {
    private struct Key: Hashable {
        let bucket: Int64
        let server: MonitoringServer.ID
        let severity: UInt8
    }

    /// Nanoseconds of a stretch that is counted together.
    static let stretch: Int64 = 600_000_000_000

    private var counts: [Key: Int64] = [:]
    /// The key of the last event, whose successors mostly have the same: counted without looking it up.
    private var run: (key: Key, count: Int64)?

    /// Counts an event.
    mutating func add(server: MonitoringServer.ID, time: Int64, severity: UInt8) {
        let key = Key(bucket: time / Self.stretch, server: server, severity: severity)
        if self.run?.key == key {
            self.run?.count += 1
        } else {
            self.endRun()
            self.run = (key, 1)
        }
    }

    /// Adds what was counted to the counters, or takes it away from them.
    mutating func write(taking isTaken: Bool = false, in db: Database) throws {
        self.endRun()
        let add = try db.cachedStatement(
            sql: """
                INSERT INTO event_tally (bucket, server, severity, count) VALUES (?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET count = count + excluded.count
                """
        )
        let clear = try db.cachedStatement(
            sql: "DELETE FROM event_tally WHERE bucket = ? AND server = ? AND severity = ? AND count <= 0"
        )
        for (key, count) in self.counts {
            try add.execute(arguments: [key.bucket, key.server, key.severity, isTaken ? -count : count])
            if isTaken { try clear.execute(arguments: [key.bucket, key.server, key.severity]) }
        }
        self.counts = [:]
    }

    private mutating func endRun() {
        guard let run = self.run else { return }
        self.counts[run.key, default: 0] += run.count
        self.run = nil
    }
}

/// What has to be known of an event that is gone, to forget it elsewhere.
struct DeletedEvent: Sendable {
    let id: Int64
    let server: MonitoringServer.ID
    let time: Int64
    let host: Int64?
    let hostName: Int64?
}

extension EventCounts {
    /// Deletes the events that a query names by their ids, with their texts and from the counters; returns which they were.
    static func delete(_ query: String, _ arguments: StatementArguments, in db: Database) throws -> [DeletedEvent] {
        try TextSearch.forget(query, arguments, in: db)
        var gone = EventCounts()
        var events: [DeletedEvent] = []
        let sql = "DELETE FROM event WHERE id IN (\(query)) RETURNING id, server, time, severity, host, host_name"
        let rows = try Row.fetchCursor(db.cachedStatement(sql: sql), arguments: arguments)
        while let row = try rows.next() {
            gone.add(server: row[1], time: row[2], severity: row[3])
            events.append(DeletedEvent(id: row[0], server: row[1], time: row[2], host: row[4], hostName: row[5]))
        }
        try gone.write(taking: true, in: db)
        return events
    }
}
