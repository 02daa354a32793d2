internal import GRDB

extension MonitoringStore {
    /// One page of events.
    ///
    /// The next page is the same query with ``EventQuery/after`` set to the last event's cursor.
    public func events(_ query: EventQuery) async throws -> [StoredEvent] {
        try await self.read("list events") { try Self.events(query, in: $0) }
    }

    /// How many events match; limit and order do not matter.
    public func count(_ query: EventQuery) async throws -> Int64 {
        try await self.read("count events") { db in
            let (sql, arguments) = query.count()
            return try Int64.fetchOne(db, sql: sql, arguments: arguments) ?? 0
        }
    }

    /// The number of the event that arrived last; 0 before the first.
    public func lastArrival() async throws -> Int64 {
        try await self.read("read the event counter", Self.lastArrival)
    }

    /// The events that match and arrive from now on, or after the event with the given number.
    public func tail(_ query: EventQuery = EventQuery(), after id: Int64? = nil) async throws -> EventTail {
        var query = query
        query.limit = min(max(query.limit, 1), 1000)
        query.arrivedAfter = if let id { id } else { try await self.lastArrival() }
        return EventTail(store: self, query: query)
    }

    /// How many numbers of a range are not stored in a series of event ids `<prefix>-<number>`.
    public func missing(_ range: ClosedRange<Int64>, prefix: String, server: MonitoringServer.ID) async throws -> Int64
    {
        try await self.read("look for missing events") { db in
            let name = EventSeries.Name(server: server, prefix: Array(prefix.utf8), width: 16)
            let isMeant = name.spool == nil ? "e.prefix = ?" : "length(e.prefix) = 26 AND substr(e.prefix, -8) = ?"
            let sql = """
                SELECT s.first, s.last FROM event_span s JOIN event_series e ON e.id = s.series
                WHERE e.server = ? AND \(isMeant) AND s.first <= ? AND s.last >= ? ORDER BY s.first
                """
            let spans = try Row.fetchAll(
                db,
                sql: sql,
                arguments: [server, name.spool ?? prefix, range.upperBound, range.lowerBound]
            )
            var missing: Int64 = 0
            var next = range.lowerBound
            for span in spans {
                let (first, last): (Int64, Int64) = (span[0], span[1])
                missing += max(0, first - next)
                next = max(next, last + 1)
            }
            return missing + max(0, range.upperBound + 1 - next)
        }
    }

    /// A page of arrivals, and the number of the last event there was when it was read.
    func arrivals(_ query: EventQuery) async throws -> (page: [StoredEvent], highest: Int64) {
        try await self.read("read arrivals") { try (Self.events(query, in: $0), Self.lastArrival(in: $0)) }
    }

    private static func events(_ query: EventQuery, in db: Database) throws -> [StoredEvent] {
        let (sql, arguments) = query.rows()
        let arrivals = ArrivalReader(db)
        return try Row.fetchCursor(db, sql: sql, arguments: arguments).map { try StoredEvent($0, arrivals) }.collected()
    }

    private static func lastArrival(in db: Database) throws -> Int64 {
        try Int64.fetchOne(db, sql: "SELECT value FROM counter WHERE name = 'event'") ?? 0
    }
}

extension Cursor {
    fileprivate func collected() throws -> [Element] {
        var elements: [Element] = []
        while let element = try self.next() { elements.append(element) }
        return elements
    }
}
