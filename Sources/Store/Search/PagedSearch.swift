internal import GRDB

/// One page of a search, within a time.
///
/// It begins by reading events in order, because most filters fill a page from the first few thousand. If this one does not, and an
/// index knows candidates (events of some places, of some severities, those that somebody handled), it follows the one
/// that is the sparsest here; otherwise it reads on, slice by slice.
struct PagedSearch {
    /// Entries read in order before an index is asked.
    private static let probe = 3000
    /// Entries of one slice: more each time, but so few that they are read in time from a cold disk, too.
    private static let slices = 1000...16_000
    /// Candidates looked at by one statement: more each time, because what a statement costs by itself adds up.
    private static let batches = 20...1600
    /// Above this the next slice is shorter, so that the end of the time is noticed.
    private static let pace = Duration.milliseconds(15)
    /// Handled events looked at one by one; with more of them the search goes on in order.
    private static let handled = 5000
    /// Arrivals that the places do not know yet, looked at one by one.
    private static let fresh: Int64 = 60_000

    private let search: EventSearch
    private let deadline: ContinuousClock.Instant
    private let db: Database
    private let condition: (text: String, arguments: StatementArguments)
    private var found: [HandledEvent] = []

    init(_ search: EventSearch, deadline: ContinuousClock.Instant, db: Database) {
        self.search = search
        self.deadline = deadline
        self.db = db
        self.condition = search.filter.withoutMoments.sql
    }

    consuming func run() throws -> EventPage {
        guard let stretch = EventStretch(self.search), self.search.limit > 0 else { return self.page(endingAt: nil) }
        if let few = try self.handledEvents() { return try self.page(of: few, in: stretch) }
        return try self.read(stretch)
    }

    private var isFull: Bool { self.found.count >= self.search.limit }
    private var isLate: Bool { ContinuousClock.now >= self.deadline }

    private func page(endingAt position: EventCursor?) -> EventPage {
        let next = self.isFull ? self.found.last?.event.cursor : position
        return EventPage(events: self.found, next: next, isBrokenOff: next != nil && !self.isFull)
    }
}

extension PagedSearch {
    /// Reads events in order, slice by slice.
    private consuming func read(_ whole: EventStretch) throws -> EventPage {
        var (stretch, count, seen) = (whole, Self.slices.lowerBound, 0)
        while true {
            let begin = ContinuousClock.now
            let end = try self.end(ofSlice: count, in: stretch)
            stretch.end = end ?? whole.end
            let slice = stretch.condition(time: "e.time", id: "e.id")
            try self.collect(from: "event e INDEXED BY event_time", where: slice, stretch)
            guard let end, !self.isFull else { return self.page(endingAt: nil) }
            (stretch.start, stretch.end) = (end, whole.end)
            seen += count
            if seen >= Self.probe, let candidates = try self.candidates(in: stretch) {
                return try self.follow(candidates, in: stretch)
            }
            if self.isLate { return self.page(endingAt: end) }
            let isSlow = ContinuousClock.now - begin > Self.pace
            count = isSlow ? max(count / 2, Self.slices.lowerBound) : min(count * 2, Self.slices.upperBound)
        }
    }

    /// The place behind so many entries; nil when there are fewer.
    private func end(ofSlice count: Int, in stretch: EventStretch) throws -> EventCursor? {
        let bounds = stretch.condition(time: "time", id: "id")
        let sql = """
            SELECT time, id FROM event INDEXED BY event_time WHERE \(bounds.text)
            ORDER BY time \(stretch.direction), id \(stretch.direction) LIMIT 1 OFFSET ?
            """
        return try Row.fetchOne(self.db.cachedStatement(sql: sql), arguments: bounds.arguments + [count - 1])
            .map { EventCursor(time: Timestamp(nanoseconds: $0[0]), id: $0[1]) }
    }

    /// Takes what matches among the given events until the page is full.
    private mutating func collect(
        from events: String,
        where bounds: (text: String, arguments: StatementArguments),
        _ stretch: EventStretch
    ) throws {
        let sql = """
            \(EventSearch.columns) FROM \(events) \(EventSearch.joins) WHERE \(bounds.text) AND \(self.condition.text)
            ORDER BY e.time \(stretch.direction), e.id \(stretch.direction) LIMIT ?
            """
        let arguments = bounds.arguments + self.condition.arguments + [self.search.limit - self.found.count]
        let arrivals = ArrivalReader(self.db)
        self.found += try Row.fetchAll(self.db, sql: sql, arguments: arguments).map { try HandledEvent($0, arrivals) }
    }
}

extension PagedSearch {
    /// Looks at candidates in order, some at a time.
    private consuming func follow(_ candidates: SortedEvents, in stretch: EventStretch) throws -> EventPage {
        var candidates = candidates
        var count = Self.batches.clamped(self.search.limit)
        while true {
            let begin = ContinuousClock.now
            let some = try candidates.next(count)
            guard let last = some.last else { return self.page(endingAt: nil) }
            let likely = Self.list(try self.sifted(some))
            try self.collect(from: "event e NOT INDEXED", where: likely, stretch)
            if self.isFull || self.isLate { return self.page(endingAt: last) }
            count = Self.batches.clamped(ContinuousClock.now - begin > Self.pace ? count / 2 : count * 2)
        }
    }

    /// Those of the candidates that have a severity the filter asks for, by the index of severities.
    ///
    /// Events of a place lie far apart, so reading one is reading a page of its own; their entries in this index lie together.
    private func sifted(_ candidates: [EventCursor]) throws -> [Int64] {
        guard let severities = self.search.filter.severities, severities.allSatisfy({ $0 >= 2 }) else {
            return candidates.map(\.id)
        }
        let rows = candidates.map { "(\($0.time.nanoseconds),\($0.id))" }.joined(separator: ",")
        let sql = """
            SELECT c.column2 FROM (VALUES \(rows)) c WHERE EXISTS (
                SELECT 1 FROM event s INDEXED BY event_severity
                WHERE s.severity >= 2 AND s.severity IN (\(severities.map(String.init).joined(separator: ",")))
                    AND s.time = c.column1 AND s.id = c.column2
            )
            """
        return try Int64.fetchAll(self.db, sql: sql)
    }

    /// The candidates of the index that is the sparsest from here on; nil when none is sparser than the events themselves.
    private func candidates(in stretch: EventStretch) throws -> SortedEvents? {
        let sample = 256
        guard var best = try self.end(ofSlice: sample, in: stretch) else { return nil }
        var sparsest: SortedEvents?
        let known = [
            try self.withText(in: stretch), try self.atPlaces(in: stretch), try self.ofSeverities(in: stretch),
        ]
        for candidates in known.compactMap(\.self) {
            guard let reach = try candidates.reach(sample) else { return candidates }
            if stretch.isBefore(best, reach) { (best, sparsest) = (reach, candidates) }
        }
        return sparsest
    }

    private func ofSeverities(in stretch: EventStretch) throws -> SortedEvents? {
        guard let severities = self.search.filter.severities, severities.allSatisfy({ $0 >= 2 }) else { return nil }
        return try SortedEvents(
            of: severities.map(Int64.init),
            table: "event INDEXED BY event_severity",
            key: "severity >= 2 AND severity",
            time: "time",
            id: "id",
            in: stretch,
            db: self.db
        )
    }

    private func atPlaces(in stretch: EventStretch) throws -> SortedEvents? {
        guard let places = try EventPlaces.admitted(by: self.search.filter, in: self.db) else { return nil }
        guard let indexed = try EventPlaces.position(in: self.db), try self.isNear(indexed) else { return nil }
        var candidates = try SortedEvents(
            of: places,
            table: "event_at_place",
            key: "place",
            time: "time",
            id: "event",
            in: stretch,
            db: self.db
        )
        try candidates.add(try self.arrivals(after: indexed, in: stretch), db: self.db)
        return candidates
    }

    private func withText(in stretch: EventStretch) throws -> SortedEvents? {
        guard let indexed = try TextSearch.position(in: self.db), try self.isNear(indexed),
            let events = try TextSearch.candidates(for: self.search.filter, in: self.db)
        else { return nil }
        let bounds = stretch.condition(time: "e.time", id: "e.id")
        let sql = """
            SELECT e.time, e.id FROM event e NOT INDEXED WHERE \(Self.list(events).text) AND \(bounds.text)
            ORDER BY e.time \(stretch.direction), e.id \(stretch.direction)
            """
        let entries = try Row.fetchAll(self.db, sql: sql, arguments: bounds.arguments)
            .map { EventCursor(time: Timestamp(nanoseconds: $0[0]), id: $0[1]) }
        var candidates = SortedEvents(in: stretch)
        try candidates.add(entries, db: self.db)
        try candidates.add(try self.arrivals(after: indexed, in: stretch), db: self.db)
        return candidates
    }

    /// Whether so few events have arrived since that they can be looked at one by one.
    private func isNear(_ indexed: Int64) throws -> Bool {
        let counter = "SELECT value FROM counter WHERE name = 'event'"
        let last = try Int64.fetchOne(self.db.cachedStatement(sql: counter)) ?? 0
        return last - indexed <= Self.fresh
    }

    /// What matches among the latest arrivals, at most as many as the page takes.
    private func arrivals(after arrival: Int64, in stretch: EventStretch) throws -> [EventCursor] {
        let bounds = stretch.condition(time: "e.time", id: "e.id")
        let sql = """
            SELECT e.time, e.id FROM event e NOT INDEXED \(EventSearch.joins)
            WHERE e.id > ? AND \(bounds.text) AND \(self.condition.text)
            ORDER BY e.time \(stretch.direction), e.id \(stretch.direction) LIMIT ?
            """
        let arguments: StatementArguments =
            [arrival] + bounds.arguments + self.condition.arguments + [self.search.limit]
        return try Row.fetchAll(self.db, sql: sql, arguments: arguments)
            .map { EventCursor(time: Timestamp(nanoseconds: $0[0]), id: $0[1]) }
    }

    /// The only events that can match a filter for what people did; nil when they are too many, or others can match.
    private func handledEvents() throws -> [Int64]? {
        guard let (condition, arguments) = self.search.filter.handledOnly?.sql else {
            return self.search.filter.identifiers
        }
        let sql = "SELECT d.event FROM handling d WHERE \(condition) LIMIT ?"
        let events = try Int64.fetchAll(self.db, sql: sql, arguments: arguments + [Self.handled + 1])
        return events.count > Self.handled ? nil : events
    }

    private consuming func page(of events: [Int64], in stretch: EventStretch) throws -> EventPage {
        let bounds = stretch.condition(time: "e.time", id: "e.id")
        let list = Self.list(events)
        let both = ("\(list.text) AND \(bounds.text)", list.arguments + bounds.arguments)
        try self.collect(from: "event e NOT INDEXED", where: both, stretch)
        return self.page(endingAt: nil)
    }

    private static func list(_ ids: [Int64]) -> (text: String, arguments: StatementArguments) {
        ("e.id IN (\(ids.map(String.init).joined(separator: ",")))", [])
    }
}

extension ClosedRange {
    /// The nearest value that is in the range.
    fileprivate func clamped(_ value: Bound) -> Bound { Swift.min(Swift.max(value, self.lowerBound), self.upperBound) }
}
