internal import Escaping
internal import GRDB

/// The index of events' texts, which a setting turns on: three characters at a time, so that it needs no idea of words.
///
/// It names candidates only; the filter itself is asked of each. Fed behind ingest up to the event the counter `text` names, and
/// kept free of deleted events as long as it exists.
enum TextSearch {
    /// With more candidates than this the events themselves are read in order, which then fills a page soon.
    static let limit = 5000
    private static let step: Int64 = 5000
    /// Pieces of three characters asked for at most; more would hardly leave fewer candidates.
    private static let pieces = 40

    /// Without positions and sizes: two thirds smaller, twice as quick to write, and neither is asked for.
    private static let table = """
        CREATE VIRTUAL TABLE IF NOT EXISTS event_text USING fts5(
            brief, extended_info, content='', tokenize='trigram', detail=none, columnsize=0
        );
        INSERT INTO counter VALUES ('text', 0) ON CONFLICT DO NOTHING;
        """

    static func create(in db: Database) throws { try db.execute(sql: self.table) }

    /// The number of the last event that is indexed; nil when there is no index.
    static func position(in db: Database) throws -> Int64? {
        try Int64.fetchOne(db.cachedStatement(sql: "SELECT value FROM counter WHERE name = 'text'"))
    }

    /// Indexes the next events; returns whether more are waiting.
    static func advance(in db: Database) throws -> Bool {
        guard let position = try self.position(in: db) else { return false }
        let end = try Int64.fetchOne(db, sql: "SELECT value FROM counter WHERE name = 'event'") ?? 0
        guard position < end else { return false }
        let next = min(position + self.step, end)
        let insert = """
            INSERT INTO event_text (rowid, brief, extended_info)
            SELECT id, brief, coalesce(extended_info, '') FROM event WHERE id > ? AND id <= ? ORDER BY id
            """
        try db.execute(sql: insert, arguments: [position, next])
        try db.execute(sql: "UPDATE counter SET value = ? WHERE name = 'text'", arguments: [next])
        return next < end
    }

    /// Forgets events that are about to be deleted, which a query names by their ids.
    static func forget(_ query: String, _ arguments: StatementArguments, in db: Database) throws {
        guard let position = try self.position(in: db) else { return }
        let sql = """
            INSERT INTO event_text (event_text, rowid, brief, extended_info)
            SELECT 'delete', id, brief, coalesce(extended_info, '') FROM event WHERE id <= ? AND id IN (\(query))
            """
        try db.execute(sql: sql, arguments: [position] + arguments)
    }

    /// The indexed events that may match; nil when the index cannot say, or when they are too many.
    static func candidates(for filter: EventFilter, in db: Database) throws -> [Int64]? {
        guard let expression = filter.textExpression else { return nil }
        let sql = "SELECT rowid FROM event_text WHERE event_text MATCH ? LIMIT ?"
        let events = try Int64.fetchAll(db.cachedStatement(sql: sql), arguments: [expression, self.limit + 1])
        return events.count > self.limit ? nil : events
    }

    /// What the index is asked for a pattern of LIKE: all of its pieces of three characters; nil when it has none.
    static func expression(like pattern: String) -> String? {
        var pieces: [String] = []
        for literal in self.literals(of: pattern) where literal.count >= 3 {
            for start in 0...literal.count - 3 {
                var piece = String.UnicodeScalarView()
                piece.append(contentsOf: literal[start..<start + 3])
                let text = String(piece).escaped(for: .fullTextQuotation)
                if !pieces.contains(text) { pieces.append(text) }
            }
        }
        guard !pieces.isEmpty else { return nil }
        return "(" + pieces.prefix(self.pieces).map { "\"\($0)\"" }.joined(separator: " AND ") + ")"
    }

    /// The stretches of a pattern between its wildcards, in characters as the index counts them.
    private static func literals(of pattern: String) -> [[Unicode.Scalar]] {
        var literals: [[Unicode.Scalar]] = [[]]
        var isEscaped = false
        for scalar in pattern.unicodeScalars {
            if !isEscaped, scalar == "\\" {
                isEscaped = true
                continue
            }
            if !isEscaped, scalar == "%" || scalar == "_" {
                literals.append([])
            } else {
                literals[literals.count - 1].append(scalar)
            }
            isEscaped = false
        }
        return literals
    }
}

extension EventFilter {
    /// What the text index is asked, in its language, so that it names at least all matching events; nil when it cannot.
    fileprivate var textExpression: String? {
        switch self {
        case .text(let pattern): return TextSearch.expression(like: pattern)
        case .all(let list):
            let known = list.compactMap(\.textExpression)
            return known.isEmpty ? nil : "(" + known.joined(separator: " AND ") + ")"
        case .any(let list):
            let known = list.compactMap(\.textExpression)
            return known.isEmpty || known.count < list.count ? nil : "(" + known.joined(separator: " OR ") + ")"
        default: return nil
        }
    }
}

extension MonitoringStore {
    /// Makes the index of texts if it is not there; ``advanceTextIndex()`` fills it.
    public func createTextIndex() async throws {
        try await self.change("make the index of texts") { try TextSearch.create(in: $0) }
    }

    /// Indexes the texts of the next events, some thousands; returns whether more are waiting.
    ///
    /// It goes on where it stopped, also after a restart. Without an index it does nothing.
    public func advanceTextIndex() async throws -> Bool {
        let isBehind = try await self.read("compare counters") { db in
            let last = try Int64.fetchOne(db, sql: "SELECT value FROM counter WHERE name = 'event'") ?? 0
            return try TextSearch.position(in: db).map { $0 < last } ?? false
        }
        return try isBehind ? await self.change("index texts") { try TextSearch.advance(in: $0) } : false
    }
}
