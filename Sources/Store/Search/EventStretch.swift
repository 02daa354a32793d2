internal import GRDB

/// A stretch of all events in the order of a search: what comes behind `start`, to `end` and that included.
struct EventStretch {
    let order: EventQuery.Order
    var start: EventCursor
    var end: EventCursor

    /// What a search asks for; nil when no moment is left.
    init?(_ search: EventSearch) {
        guard let moments = search.filter.moments else { return nil }
        self.order = search.order
        let first = EventCursor(time: Timestamp(nanoseconds: moments.lowerBound), id: .min)
        let last = EventCursor(time: Timestamp(nanoseconds: moments.upperBound), id: .max)
        (self.start, self.end) = search.order == .newestFirst ? (last, first) : (first, last)
        if let after = search.after, self.isBefore(self.start, after) { self.start = after }
    }

    /// `DESC` or `ASC`.
    var direction: String { self.order == .newestFirst ? "DESC" : "ASC" }

    /// Whether one place comes before another in this order.
    func isBefore(_ one: EventCursor, _ other: EventCursor) -> Bool {
        let isEarlier = (one.time.nanoseconds, one.id) < (other.time.nanoseconds, other.id)
        return self.order == .oldestFirst ? isEarlier : one != other && !isEarlier
    }

    /// The condition that two columns lie in the stretch: one bound at each end, so that SQLite uses both on an index.
    func condition(time: String, id: String) -> (text: String, arguments: StatementArguments) {
        let (behind, to) = self.order == .newestFirst ? ("<", ">=") : (">", "<=")
        return (
            "(\(time), \(id)) \(behind) (?, ?) AND (\(time), \(id)) \(to) (?, ?)",
            [self.start.time.nanoseconds, self.start.id, self.end.time.nanoseconds, self.end.id]
        )
    }
}
