internal import GRDB

extension MonitoringStore {
    /// Rows deleted in one transaction: so few that a commit of events waits some milliseconds at most.
    private static let step = 2000

    /// Deletes the events that arrived before a moment, in small steps between which others write; returns how many.
    ///
    /// The time in an event is not asked: a node that was cut off for a year keeps what it brings, and an event of the year 2200 goes when
    /// its time has come. Only for events that are older than the knowledge of arrivals both count; they go with the earlier one.
    /// What is known of event ids stays, so that an event that is sent again does not come back.
    public func prune(before moment: Timestamp) async throws -> Int64 {
        let now = self.clock()
        let (end, beginning) = try await self.read("find the oldest event to keep") { db in
            (try ArrivalLog.first(since: moment, now: now, in: db), try ArrivalLog.beginning(in: db))
        }
        let deleted =
            try await self.pruneEvents("SELECT id FROM event WHERE id < ? ORDER BY id", [end])
            + self.pruneEventsOfUnknownArrival(dated: moment, until: beginning)
        if deleted > 0 { try await self.forgetDeleted() }
        try await self.change("prune history") { db in
            try db.execute(sql: "DELETE FROM sample WHERE time < ?", arguments: [moment.nanoseconds])
        }
        return deleted
    }

    /// Deletes the events that arrived first, in small steps, until at most so many are left; returns how many went.
    public func prune(keeping newest: Int64) async throws -> Int64 {
        let excess = try await self.read("count events") { db in
            // Ids may have holes, and then there are fewer events than ids; there are never more.
            let sql = """
                SELECT min((SELECT coalesce(sum(count), 0) FROM event_tally),
                    (SELECT coalesce(max(id), 0) FROM event) - (SELECT coalesce(min(id), 1) FROM event) + 1)
                """
            return (try Int64.fetchOne(db, sql: sql) ?? 0) - max(newest, 1)
        }
        return try await self.pruneOldest(excess)
    }

    /// Deletes the events that arrived first, in small steps, once the database holds more than so many bytes; returns how many went.
    ///
    /// It goes on until a twentieth of them is free, so that there is something to do only now and then. The file does not get
    /// smaller: what comes later takes the room.
    public func prune(keepingBytes bytes: Int64) async throws -> Int64 {
        var deleted: Int64 = 0
        guard try await self.usedBytes() > bytes else { return 0 }
        while try await self.usedBytes() > bytes / 20 * 19 {
            let count = try await self.pruneOldest(Int64(10 * Self.step))
            guard count > 0 else { break }
            deleted += count
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

    private func pruneOldest(_ count: Int64) async throws -> Int64 {
        guard count > 0 else { return 0 }
        let deleted = try await self.pruneEvents("SELECT id FROM event ORDER BY id", [], atMost: count)
        try await self.forgetDeleted()
        return deleted
    }

    private func pruneEventsOfUnknownArrival(dated moment: Timestamp, until end: Int64) async throws -> Int64 {
        let isAny = try await self.read("look for events of unknown arrival") { db in
            try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM event WHERE id < ?)", arguments: [end]) ?? false
        }
        guard isAny else { return 0 }
        let dated = "SELECT id FROM event INDEXED BY event_time WHERE time < ? AND id < ? ORDER BY time"
        return try await self.pruneEvents(dated, [moment.nanoseconds, end])
    }

    /// Deletes events in the order in which a query names them.
    private func pruneEvents(
        _ query: String,
        _ arguments: StatementArguments,
        atMost most: Int64 = .max
    ) async throws -> Int64 {
        var deleted: Int64 = 0
        // Of most events that look late in one step all that are older have gone a few steps later.
        var late: [DeletedEvent] = []
        while deleted < most {
            try Task.checkCancellation()
            let limit = min(Int64(Self.step), most - deleted)
            let count: Int64
            (count, late) = try await self.change("prune events") { [late] db in
                let events = try EventCounts.delete("\(query) LIMIT \(limit)", arguments, in: db)
                return (Int64(events.count), try EventPlaces.late(among: late + events, in: db))
            }
            deleted += count
            if late.count > 10 * Self.step {
                try await self.forget(late)
                late = []
            }
            guard count == limit else { break }
        }
        try await self.forget(late)
        return deleted
    }

    /// Forgets where deleted events were, some at a time.
    private func forget(_ events: [DeletedEvent]) async throws {
        for first in stride(from: 0, to: events.count, by: Self.step) {
            try await self.change("prune places") {
                try EventPlaces.forget(events[first...].prefix(Self.step), in: $0)
            }
        }
    }

    /// Forgets when deleted events arrived and where they were, some places at a time.
    private func forgetDeleted() async throws {
        try await self.change("prune arrivals") { try ArrivalLog.forget(in: $0) }
        var place: Int64? = 0
        while let next = place {
            try Task.checkCancellation()
            place = try await self.change("prune places") {
                try EventPlaces.prune(from: next, limit: Self.step, in: $0)
            }
        }
    }
}
