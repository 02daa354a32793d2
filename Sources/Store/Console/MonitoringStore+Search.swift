internal import GRDB

/// A page of events that match a filter.
public struct EventSearch: Sendable {
    public var filter: EventFilter
    public var order: EventQuery.Order = .newestFirst
    public var limit: Int
    /// Only what comes behind this place, in the search's order.
    public var after: EventCursor?
    /// Only what arrived after the event with this number, in the order of arrival.
    public var arrivedAfter: Int64?

    /// Asks for the newest events.
    public init(_ filter: EventFilter = .everything, limit: Int = 100) {
        self.filter = filter
        self.limit = limit
    }
}

extension EventSearch {
    /// What ``HandledEvent`` is made of.
    static let columns = """
        SELECT e.id, e.server, e.time, s.prefix, e.number, s.width, e.name, e.type, e.status, e.severity,
            h.key, coalesce(n.text, h.name), t.text, e.brief, e.extended_info, d.status, d.assignee, d.comments
        """
    /// What belongs to an event `e`.
    static let joins = """
        LEFT JOIN event_series s ON s.id = e.series
        LEFT JOIN host h ON h.id = e.host
        LEFT JOIN name n ON n.id = e.host_name
        LEFT JOIN name t ON t.id = e.trigger_name
        LEFT JOIN handling d ON d.event = e.id
        """
    fileprivate static let tables = "FROM event e \(Self.joins)"
}

extension MonitoringStore {
    /// One page of events with their handling.
    public func search(_ search: EventSearch) async throws -> [HandledEvent] {
        try await self.read("search events") { db in
            var (condition, arguments) = search.filter.sql
            let isDescending = search.order == .newestFirst
            if let after = search.after {
                condition += " AND (e.time, e.id) \(isDescending ? "<" : ">") (?, ?)"
                arguments += [after.time.nanoseconds, after.id]
            }
            if let arrival = search.arrivedAfter {
                condition += " AND e.id > ?"
                arguments += [arrival]
            }
            let direction = isDescending ? "DESC" : "ASC"
            let order = search.arrivedAfter == nil ? "e.time \(direction), e.id \(direction)" : "e.id \(direction)"
            let sql = "\(EventSearch.columns) \(EventSearch.tables) WHERE \(condition) ORDER BY \(order) LIMIT ?"
            let arrivals = ArrivalReader(db)
            return try Row.fetchAll(db, sql: sql, arguments: arguments + [search.limit])
                .map { try HandledEvent($0, arrivals) }
        }
    }

    /// How many events match, counted to a bound so that it stays quick.
    public func count(_ filter: EventFilter, upTo bound: Int) async throws -> Int {
        try await self.read("count events") { db in
            let (condition, arguments) = filter.sql
            let sql = "SELECT count(*) FROM (SELECT 1 \(EventSearch.tables) WHERE \(condition) LIMIT ?)"
            return try Int.fetchOne(db, sql: sql, arguments: arguments + [bound]) ?? 0
        }
    }

    /// The numbers of the events that match, the newest first.
    public func identifiers(_ filter: EventFilter, limit: Int) async throws -> [Int64] {
        try await self.read("find events") { db in
            let (condition, arguments) = filter.sql
            let sql = "SELECT e.id \(EventSearch.tables) WHERE \(condition) ORDER BY e.time DESC, e.id DESC LIMIT ?"
            return try Int64.fetchAll(db, sql: sql, arguments: arguments + [limit])
        }
    }
}

extension HandledEvent {
    /// Reads the columns of ``EventSearch/columns``.
    init(_ row: Row, _ arrivals: ArrivalReader) throws {
        var handling = Handling.untouched
        if let status: UInt8 = row[15] {
            handling = Handling(
                status: HandlingStatus(rawValue: status) ?? .none,
                assignee: row[16],
                comments: row[17]
            )
        }
        self.init(event: try StoredEvent(row, arrivals), handling: handling)
    }
}
