internal import Foundation
internal import GRDB

/// Filling a new file with what another one holds that cannot be used any more.
///
/// A page of the table that holds the next number may be damaged while all batches are whole. Numbering would then begin at
/// 1 again, below the rescued batches: new ones would replace them, or be removed in their stead. So numbering always goes on
/// behind what was rescued, and a batch that is there is never replaced.
extension SpoolDatabase {
    /// Numbers beyond this are damage: no spool gives out so many.
    private static let greatestSequence: Int64 = 9_000_000_000_000_000

    /// Copies what can still be read of a damaged file, row by row, up to the first broken one of each table.
    ///
    /// The name and the numbering are kept if they can be read.
    /// - Returns: How many events could not be read at most; those among them that were delivered are not missing.
    @discardableResult
    func rescue(from damagedFile: String) throws -> Int64 {
        // A connection of its own: one that met damage refuses to write, whichever file it met it in.
        guard let damaged = try? DatabaseQueue(path: damagedFile) else { return 0 }
        defer { try? damaged.close() }
        return try self.queue.writeWithoutTransaction { database in
            var isComplete = false
            try self.transact(in: database) { database in
                damaged.inDatabase { source in isComplete = Self.copyReadable(of: source, to: database) }
                try Self.numberBehindAll(in: database)
            }
            return isComplete ? 0 : try Self.numbersAboveAll(in: database)
        }
    }

    /// Copies all of another spool, whose files have lost their names and are still open.
    ///
    /// That one is then let go of. SQLite would delete the log by its name, which is that of the new log.
    func takeOver(_ other: SpoolDatabase) async throws {
        try await self.queue.writeWithoutTransaction { database in
            try self.transact(in: database) { database in
                try other.queue.inDatabase { source in
                    for (rows, statement) in Self.copies {
                        try Self.copy(rows, of: source, to: database, by: statement)
                    }
                    try other.keepLog(of: source)
                }
                try Self.numberBehindAll(in: database)
            }
        }
    }

    /// Writes what a running spool has in memory into a new file, before older contents are copied behind it.
    func restore(id: String, nextSequence: Int64, batches: [SpooledBatch], positions: [Position]) async throws {
        _ = try await self.commit(SpoolTransaction(batches: batches, positions: positions))
        try await self.queue.write { database in
            try database.execute(
                sql: "UPDATE spool SET id = ?, nextSequence = max(nextSequence, ?)",
                arguments: [id, nextSequence]
            )
        }
    }

    /// Removes batches from a number on: they are about to be stored for good, and may have been rescued already.
    func remove(from sequence: Int64) async throws {
        try await self.queue.write { database in
            try database.execute(sql: "DELETE FROM batch WHERE firstSequence >= ?", arguments: [sequence])
        }
    }

    /// What is copied, the batches last, and how.
    private static let copies = [
        (
            """
            SELECT nextSequence, id FROM spool
            WHERE typeof(nextSequence) = 'integer' AND nextSequence BETWEEN 1 AND \(Self.greatestSequence)
            """,
            "UPDATE spool SET nextSequence = max(nextSequence, ?), id = ?"
        ),
        ("SELECT source, value FROM position", "INSERT OR IGNORE INTO position (source, value) VALUES (?, ?)"),
        (
            """
            SELECT firstSequence, count, payload FROM batch
            WHERE firstSequence BETWEEN 1 AND \(Self.greatestSequence)
                AND typeof(count) = 'integer' AND count BETWEEN 1 AND \(Self.greatestSequence) AND typeof(payload) = 'blob'
            """,
            "INSERT OR IGNORE INTO batch (firstSequence, count, payload) VALUES (?, ?, ?)"
        ),
    ]

    /// Copies what can be read of each table, up to its first broken row; what follows stays in the damaged file.
    ///
    /// - Returns: Whether all batches were read.
    private static func copyReadable(of source: Database, to database: Database) -> Bool {
        var isComplete = false
        for (rows, statement) in Self.copies {
            do {
                try Self.copy(rows, of: source, to: database, by: statement)
                isComplete = true
            } catch { isComplete = false }
        }
        return isComplete
    }

    private static func copy(
        _ rows: String,
        of source: Database,
        to database: Database,
        by statement: String
    ) throws {
        let insert = try database.makeStatement(sql: statement)
        let rows = try Row.fetchCursor(source, sql: rows)
        while let row = try rows.next() { try insert.execute(arguments: StatementArguments(row.databaseValues)) }
    }

    private static let afterLastBatch = "(SELECT coalesce(max(firstSequence + count), 1) FROM batch)"

    private static func numberBehindAll(in database: Database) throws {
        try database.execute(sql: "UPDATE spool SET nextSequence = max(nextSequence, \(Self.afterLastBatch))")
    }

    /// How many numbers were given out after the last batch that is here.
    private static func numbersAboveAll(in database: Database) throws -> Int64 {
        try Int64.fetchOne(database, sql: "SELECT nextSequence - \(Self.afterLastBatch) FROM spool") ?? 0
    }
}
