internal import GRDB

extension MonitoringStore {
    /// Rows deleted in one transaction: so few that a commit of events waits some milliseconds at most.
    private static let step = 2000

    /// Deletes the events before a moment, in small steps between which others write; returns how many.
    ///
    /// What is known of event ids stays, so that an event that is sent again does not come back.
    public func prune(before moment: Timestamp) async throws -> Int64 {
        let deleted = try await self.pruneEvents(before: moment)
        try await self.prunePlaces(before: moment)
        try await self.change("prune history and counters") { db in
            try db.execute(sql: "DELETE FROM sample WHERE time < ?", arguments: [moment.nanoseconds])
            let stretch = moment.nanoseconds / EventCounts.stretch
            try db.execute(sql: "DELETE FROM event_tally WHERE bucket < ?", arguments: [stretch])
        }
        return deleted
    }

    /// Deletes the oldest events, in small steps, until at most so many are left; returns how many went.
    public func prune(keeping newest: Int64) async throws -> Int64 {
        guard let oldest = try await self.oldest(of: max(newest, 1)) else { return 0 }
        return try await self.prune(before: oldest)
    }

    /// Deletes the oldest events, in small steps, once the database holds more than so many bytes; returns how many went.
    ///
    /// It goes on until a twentieth of them is free, so that there is something to do only now and then. The file does not get
    /// smaller: what comes later takes the room.
    public func prune(keepingBytes bytes: Int64) async throws -> Int64 {
        var deleted: Int64 = 0
        guard try await self.usedBytes() > bytes else { return 0 }
        while try await self.usedBytes() > bytes / 20 * 19 {
            try Task.checkCancellation()
            let boundary = try await self.read("find the oldest events") { db in
                let sql = "SELECT max(time) FROM (SELECT time FROM event INDEXED BY event_time ORDER BY time LIMIT ?)"
                return try Int64.fetchOne(db, sql: sql, arguments: [10 * Self.step])
            }
            guard let boundary, boundary < .max else { break }
            deleted += try await self.prune(before: Timestamp(nanoseconds: boundary + 1))
        }
        return deleted
    }

    /// The bytes of the database that hold something.
    public func usedBytes() async throws -> Int64 {
        try await self.read("read the size") { db in
            let sql = """
                SELECT (page_count - freelist_count) * page_size
                FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()
                """
            return try Int64.fetchOne(db, sql: sql) ?? 0
        }
    }

    /// When the oldest of the newest so many events happened; nil when there are not more than these.
    ///
    /// The counters say in which ten minutes that was, so only the events of these are counted one by one.
    private func oldest(of newest: Int64) async throws -> Timestamp? {
        try await self.read("find the oldest event to keep") { db in
            let sql = "SELECT bucket, sum(count) FROM event_tally GROUP BY bucket ORDER BY bucket DESC"
            let stretches = try Row.fetchCursor(db, sql: sql)
            var left = newest
            while let stretch = try stretches.next() {
                let (number, count): (Int64, Int64) = (stretch[0], stretch[1])
                if count < left {
                    left -= count
                    continue
                }
                let time = "SELECT time FROM event WHERE time BETWEEN ? AND ? ORDER BY time DESC LIMIT 1 OFFSET ?"
                let first = number * EventCounts.stretch
                return try Int64.fetchOne(db, sql: time, arguments: [first, first + EventCounts.stretch - 1, left - 1])
                    .map(Timestamp.init(nanoseconds:))
            }
            return nil
        }
    }

    private func pruneEvents(before moment: Timestamp) async throws -> Int64 {
        var deleted: Int64 = 0
        while true {
            try Task.checkCancellation()
            let count = try await self.change("prune events") { db in
                let oldest = "SELECT id FROM event INDEXED BY event_time WHERE time < ? ORDER BY time LIMIT ?"
                let arguments: StatementArguments = [moment.nanoseconds, Self.step]
                return try EventCounts.delete(oldest, arguments, in: db)
            }
            deleted += count
            guard count == Self.step else { return deleted }
        }
    }

    /// Forgets which events were at which place, some places at a time.
    private func prunePlaces(before moment: Timestamp) async throws {
        var place: Int64? = 0
        while let next = place {
            try Task.checkCancellation()
            place = try await self.change("prune places") { db in
                try EventPlaces.prune(before: moment, from: next, limit: Self.step, in: db)
            }
        }
    }
}
