internal import GRDB

/// When events arrived: the moment of the first event of each stretch of some seconds, by our own clock.
///
/// The time in an event is the sender's. A node whose clock is wrong, or anybody who can send a datagram, may date an event to
/// 1970 or 2200, so what is deleted first cannot depend on it. A column of its own would cost each event eight bytes and an old
/// store a rewrite. Event ids rise in the order of arrival, so one row for a stretch of ids is enough:
///
///     first   time
///     1       10:00:00     events 1 to 41,999 arrived from 10:00:00 on, and before 10:00:10
///     42000   13:30:07     events from 42,000 on arrived from 13:30:07 on
///
/// Events with smaller ids than the first row are older than this table: when they arrived is not known.
enum ArrivalLog {
    /// Nanoseconds that events share a row, at most; an arrival is known to this precision.
    static let interval: Int64 = 10_000_000_000

    /// Notes that the events from `first` on arrive now; returns the time under which they are found.
    ///
    /// `last` is the time of the newest row, nil when it has to be read. A clock that was set back begins a new row, too.
    static func note(eventsFrom first: Int64, at now: Timestamp, last: Timestamp?, in db: Database) throws -> Timestamp
    {
        if let last = try last ?? self.last(in: db), now >= last, now.nanoseconds - last.nanoseconds < self.interval {
            return last
        }
        let insert = try db.cachedStatement(
            sql: """
                INSERT INTO arrival (first, time) VALUES (?, ?) ON CONFLICT (first) DO UPDATE SET time = excluded.time
                """
        )
        try insert.execute(arguments: [first, now.nanoseconds])
        return now
    }

    private static func last(in db: Database) throws -> Timestamp? {
        let sql = "SELECT time FROM arrival ORDER BY first DESC LIMIT 1"
        return try Int64.fetchOne(db.cachedStatement(sql: sql)).map(Timestamp.init(nanoseconds:))
    }

    /// The id of the first event that arrived at a moment or later: what has a smaller one is known to have arrived before.
    ///
    /// Our own clock may have been wrong for a while, too. A row of the future says nothing about age, so it is looked at only when no
    /// other row is young enough; otherwise an hour in the year 2200 would keep all events before it for ever.
    static func first(since moment: Timestamp, now: Timestamp, in db: Database) throws -> Int64 {
        let sql = """
            SELECT coalesce(
                (SELECT first FROM arrival WHERE time BETWEEN :moment AND :now ORDER BY first LIMIT 1),
                (SELECT first FROM arrival WHERE time >= :moment ORDER BY first LIMIT 1),
                (SELECT value + 1 FROM counter WHERE name = 'event')
            )
            """
        let arguments: StatementArguments = ["moment": moment.nanoseconds, "now": now.nanoseconds]
        let first = try Int64.fetchOne(db, sql: sql, arguments: arguments) ?? 0
        // Of what is older than the first row we only know that it arrived before that, which may be after the moment.
        return try first > self.beginning(in: db) ? first : 0
    }

    /// The id of the first event whose arrival is known.
    static func beginning(in db: Database) throws -> Int64 {
        let sql = """
            SELECT coalesce((SELECT min(first) FROM arrival), (SELECT value + 1 FROM counter WHERE name = 'event'))
            """
        return try Int64.fetchOne(db, sql: sql) ?? 0
    }

    /// Forgets the rows of which no event is left.
    static func forget(in db: Database) throws {
        try db.execute(
            sql: """
                DELETE FROM arrival WHERE first < (
                    SELECT max(first) FROM arrival
                    WHERE first <= coalesce((SELECT min(id) FROM event), (SELECT value + 1 FROM counter WHERE name = 'event'))
                )
                """
        )
    }
}
