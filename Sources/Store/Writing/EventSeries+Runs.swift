internal import GRDB

/// Runs of numbers of one spool: each is a series of its own, and the numbers rise over all of them.
///
/// An agent begins a run at each start. Its ids are 26 characters, of which the last eight name the spool, and 16 digits:
/// behind `…1X-…0050` of one run follows `…2X-…0051` of the next. So a number that is missing between two runs is noticed like
/// one that is missing within a run, and a spool that is an older copy of itself is known by going back.
extension EventSeries.Name {
    /// What the ids of all runs of the same spool end with; nil if the series is none of a spool.
    var spool: String? {
        guard self.width == 16, self.prefix.count == 26, self.prefix.allSatisfy(Self.isDigit) else { return nil }
        return String(decoding: self.prefix.suffix(8), as: UTF8.self)
    }

    /// Whether it is a digit of base 32, as the ids of runs have them.
    private static func isDigit(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") <= 9 || byte &- UInt8(ascii: "A") < 26
    }
}

extension EventSeries {
    /// What is to be said of a series that begins with this number; nil if it follows the run before it without a gap.
    func beginning(_ name: Name, at number: Int64, in db: Database) throws -> SeriesNotice? {
        guard let before = try self.runBefore(name, in: db) else { return .began(prefix: name.text, first: number) }
        if number <= before.last {
            return .wentBack(prefix: name.text, first: number, before: before.prefix, last: before.last)
        }
        guard number > before.last + 1 else { return nil }
        return .gap(prefix: before.prefix, missing: before.last + 1...number - 1)
    }

    /// The newest other run of the same spool, and the last number of it.
    private func runBefore(_ name: Name, in db: Database) throws -> (prefix: String, last: Int64)? {
        guard let spool = name.spool else { return nil }
        // The plus signs keep SQLite from sorting all series of the server: it is to go back by id and stop at the first.
        let find = try db.cachedStatement(
            sql: """
                SELECT e.prefix, (SELECT max(last) FROM event_span WHERE series = e.id) FROM event_series e
                WHERE e.id < ? AND +e.server = ? AND +e.width = ? AND substr(e.prefix, -8) = ? AND length(e.prefix) = 26
                ORDER BY e.id DESC LIMIT 1
                """
        )
        let row = try Row.fetchOne(find, arguments: [self.id, name.server, name.width, spool])
        guard let row, let last: Int64 = row[1] else { return nil }
        return (row[0], last)
    }
}
