internal import GRDB

/// Says when events arrived that are read one after the other: neighbours mostly share a row of ``ArrivalLog``, which is kept at hand.
///
/// For one reading transaction.
final class ArrivalReader {
    private let db: Database
    /// The events of the row that was read last, and when they arrived; nil when that is not known.
    private var last: (events: Range<Int64>, time: Timestamp?) = (0..<0, nil)

    init(_ db: Database) { self.db = db }

    /// When an event arrived; nil when it is older than the knowledge of arrivals.
    func arrival(of event: Int64) throws -> Timestamp? {
        if self.last.events.contains(event) { return self.last.time }
        let begin = try self.db.cachedStatement(
            sql: "SELECT first, time FROM arrival WHERE first <= ? ORDER BY first DESC LIMIT 1"
        )
        let end = try self.db.cachedStatement(sql: "SELECT first FROM arrival WHERE first > ? ORDER BY first LIMIT 1")
        let row = try Row.fetchOne(begin, arguments: [event])
        let next = try Int64.fetchOne(end, arguments: [event]) ?? .max
        self.last = ((row?[0] ?? 0)..<next, (row?[1] as Int64?).map(Timestamp.init(nanoseconds:)))
        return self.last.time
    }
}
