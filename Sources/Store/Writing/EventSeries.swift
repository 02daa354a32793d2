internal import GRDB

/// Knows which numbers of one series of event ids are stored.
///
/// The highest span lives here and is written once per batch; anything below it is looked up.
struct EventSeries: Sendable {
    /// What makes a series: two ids of one series differ in their number only.
    struct Name: Hashable, Sendable {
        var server: MonitoringServer.ID
        /// UTF-8: prefixes that differ in their Unicode normalisation only are two.
        var prefix: [UInt8]
        /// Count of digits, leading zeros included.
        var width: Int

        /// The prefix for people and tables.
        var text: String { String(decoding: self.prefix, as: UTF8.self) }
    }

    let id: Int64
    private var top: ClosedRange<Int64>?
    private var isWritten = true

    /// Finds the series, or begins it.
    static func open(_ name: Name, in db: Database) throws -> (series: EventSeries, isNew: Bool) {
        let find = try db.cachedStatement(
            sql: "SELECT id FROM event_series WHERE server = ? AND prefix = ? AND width = ?"
        )
        if let id = try Int64.fetchOne(find, arguments: [name.server, name.text, name.width]) {
            let highest = try db.cachedStatement(
                sql: "SELECT first, last FROM event_span WHERE series = ? ORDER BY first DESC LIMIT 1"
            )
            let row = try Row.fetchOne(highest, arguments: [id])
            return (EventSeries(id: id, top: row.map { $0[0]...$0[1] }), false)
        }
        let insert = try db.cachedStatement(sql: "INSERT INTO event_series (server, prefix, width) VALUES (?, ?, ?)")
        try insert.execute(arguments: [name.server, name.text, name.width])
        return (EventSeries(id: db.lastInsertedRowID, top: nil), true)
    }

    private init(id: Int64, top: ClosedRange<Int64>?) {
        self.id = id
        self.top = top
    }

    /// What is to be done with an event of this number.
    enum Admission: Equatable {
        case new
        case duplicate
        /// New, and the numbers before it have not been seen.
        case newAfterGap(ClosedRange<Int64>)
    }

    /// Notes the number; the caller stores the event unless it is a duplicate.
    mutating func admit(_ number: Int64, in db: Database) throws -> Admission {
        guard let top = self.top else {
            self.top = number...number
            self.isWritten = false
            return .new
        }
        if number == top.upperBound + 1 {
            self.top = top.lowerBound...number
            self.isWritten = false
            return .new
        }
        if top.contains(number) { return .duplicate }
        if number < top.lowerBound { return try self.admitBelow(top, number, in: db) }
        try self.write(to: db)
        self.top = number...number
        self.isWritten = false
        return .newAfterGap(top.upperBound + 1...number - 1)
    }

    /// Writes the highest span; to be called before the transaction ends.
    mutating func write(to db: Database) throws {
        guard !self.isWritten, let top = self.top else { return }
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO event_span (series, first, last) VALUES (?, ?, ?)
                ON CONFLICT (series, first) DO UPDATE SET last = excluded.last
                """
        )
        try statement.execute(arguments: [self.id, top.lowerBound, top.upperBound])
        self.isWritten = true
    }

    /// Fills a hole, joining the spans on both sides when it closes.
    private mutating func admitBelow(_ top: ClosedRange<Int64>, _ number: Int64, in db: Database) throws -> Admission {
        let find = try db.cachedStatement(
            sql: "SELECT first, last FROM event_span WHERE series = ? AND first <= ? ORDER BY first DESC LIMIT 1"
        )
        let below: ClosedRange<Int64>? = try Row.fetchOne(find, arguments: [self.id, number]).map { $0[0]...$0[1] }
        if let below, below.contains(number) { return .duplicate }
        let first = below.flatMap { $0.upperBound + 1 == number ? $0.lowerBound : nil } ?? number
        let last: Int64
        if number + 1 == top.lowerBound {
            last = top.upperBound
            try self.remove(first: top.lowerBound, in: db)
            self.top = first...last
        } else if let above = try self.span(first: number + 1, in: db) {
            last = above.upperBound
            try self.remove(first: above.lowerBound, in: db)
        } else {
            last = number
        }
        let insert = try db.cachedStatement(
            sql: """
                INSERT INTO event_span (series, first, last) VALUES (?, ?, ?)
                ON CONFLICT (series, first) DO UPDATE SET last = excluded.last
                """
        )
        try insert.execute(arguments: [self.id, first, last])
        return .new
    }

    private func span(first: Int64, in db: Database) throws -> ClosedRange<Int64>? {
        let find = try db.cachedStatement(sql: "SELECT first, last FROM event_span WHERE series = ? AND first = ?")
        return try Row.fetchOne(find, arguments: [self.id, first]).map { $0[0]...$0[1] }
    }

    private func remove(first: Int64, in db: Database) throws {
        let delete = try db.cachedStatement(sql: "DELETE FROM event_span WHERE series = ? AND first = ?")
        try delete.execute(arguments: [self.id, first])
    }
}
