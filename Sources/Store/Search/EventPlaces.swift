internal import GRDB

/// Where events happened: which places there are, and which events each has, in the order of time.
///
/// Written behind ingest up to the event the counter `place` names; what arrived after that has to be looked at itself.
enum EventPlaces {
    /// With more of them one look at each costs more than reading the events in order.
    static let limit = 2000
    private static let step: Int64 = 20_000

    /// The number of the last event whose place is noted.
    static func position(in db: Database) throws -> Int64? {
        try Int64.fetchOne(db.cachedStatement(sql: "SELECT value FROM counter WHERE name = 'place'"))
    }

    /// Notes the places of the next events; returns whether more are waiting.
    static func advance(in db: Database) throws -> Bool {
        let end = try Int64.fetchOne(db.cachedStatement(sql: "SELECT value FROM counter WHERE name = 'event'")) ?? 0
        guard let position = try self.position(in: db), position < end else { return false }
        let next = min(position + self.step, end)
        try self.index(position + 1...next, in: db)
        try db.execute(sql: "UPDATE counter SET value = ? WHERE name = 'place'", arguments: [next])
        return next < end
    }

    private static func index(_ events: ClosedRange<Int64>, in db: Database) throws {
        let range: StatementArguments = [events.lowerBound, events.upperBound]
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO event_place (server, host, host_name)
                SELECT DISTINCT server, coalesce(host, 0), coalesce(host_name, 0) FROM event WHERE id BETWEEN ? AND ?
                """,
            arguments: range
        )
        // Sorted, so that neighbours go into the same page.
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO event_at_place (place, time, event)
                SELECT p.id, e.time, e.id FROM event e CROSS JOIN event_place p
                    ON p.server = e.server AND p.host = coalesce(e.host, 0) AND p.host_name = coalesce(e.host_name, 0)
                WHERE e.id BETWEEN ? AND ? ORDER BY 1, 2, 3
                """,
            arguments: range
        )
    }

    /// Those of some deleted events that are not older than all others, so that ``prune(from:limit:in:)`` does not forget where they were.
    ///
    /// Events that were deleted because they arrived first mostly are the oldest by their own time, too, and taking ranges of them away costs
    /// a third of taking one after the other. But some are dated to 2200, and some that stay are dated to 1970.
    static func late(among events: [DeletedEvent], in db: Database) throws -> [DeletedEvent] {
        let oldest = try self.oldest(in: db)
        return events.filter { $0.time >= oldest }
    }

    /// Forgets where deleted events were, one after the other.
    static func forget(_ events: some Sequence<DeletedEvent>, in db: Database) throws {
        let delete = try db.cachedStatement(
            sql: """
                DELETE FROM event_at_place WHERE time = ? AND event = ?
                    AND place = (SELECT id FROM event_place WHERE server = ? AND host = ? AND host_name = ?)
                """
        )
        for event in events {
            try delete.execute(
                arguments: [event.time, event.id, event.server, event.host ?? 0, event.hostName ?? 0]
            )
        }
    }

    /// The time of the oldest event; the last moment when there is none.
    private static func oldest(in db: Database) throws -> Int64 {
        try Int64.fetchOne(db.cachedStatement(sql: "SELECT min(time) FROM event")) ?? .max
    }

    /// Forgets entries older than all events, of places from the given number on, until about so many went; returns where to go on.
    static func prune(from place: Int64, limit: Int, in db: Database) throws -> Int64? {
        let moment = try self.oldest(in: db)
        let places = try Int64.fetchCursor(
            db,
            sql: "SELECT id FROM event_place WHERE id >= ? ORDER BY id",
            arguments: [place]
        )
        // The oldest entries of a place, up to the moment of one that is not too far behind the first.
        let delete = try db.cachedStatement(
            sql: """
                DELETE FROM event_at_place WHERE place = :place AND time < min(:moment, coalesce((
                    SELECT time + 1 FROM event_at_place WHERE place = :place ORDER BY time LIMIT 1 OFFSET :limit
                ), :moment))
                """
        )
        var deleted = 0
        while let next = try places.next() {
            try delete.execute(arguments: ["place": next, "moment": moment, "limit": limit])
            deleted += db.changesCount
            if deleted >= limit { return next }
        }
        return nil
    }

    /// Forgets entries at the places of a server, at most so many; returns whether there may be more.
    static func purge(_ server: MonitoringServer.ID, limit: Int, in db: Database) throws -> Bool {
        let sql = """
            DELETE FROM event_at_place WHERE (place, time, event) IN (
                SELECT a.place, a.time, a.event FROM event_place p CROSS JOIN event_at_place a ON a.place = p.id
                WHERE p.server = ? LIMIT ?
            )
            """
        try db.execute(sql: sql, arguments: [server, limit])
        return db.changesCount == limit
    }

    /// The places a filter admits; nil when it does not ask for places, or when they are too many.
    static func admitted(by filter: EventFilter, in db: Database) throws -> [Int64]? {
        guard let (condition, arguments) = filter.placesOnly?.sql else { return nil }
        let sql = "SELECT e.id FROM event_place e WHERE \(condition) LIMIT ?"
        let places = try Int64.fetchAll(db, sql: sql, arguments: arguments + [Self.limit + 1])
        return places.count > Self.limit ? nil : places
    }
}

extension MonitoringStore {
    /// Notes at which places events arrived since the last call, at most 20,000 at a time; returns whether more are waiting.
    public func advancePlaces() async throws -> Bool {
        try await self.change("note places") { try EventPlaces.advance(in: $0) }
    }

    /// Whether ``advancePlaces()`` has something to do; costs one small read.
    public func arePlacesBehind() async throws -> Bool {
        try await self.read("compare counters") { db in
            let sql = """
                SELECT (SELECT value FROM counter WHERE name = 'place') < (SELECT value FROM counter WHERE name = 'event')
                """
            return try Bool.fetchOne(db, sql: sql) ?? false
        }
    }
}
