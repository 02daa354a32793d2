internal import Foundation
internal import GRDB

extension SpoolDatabase {
    /// Copies what can still be read of a damaged file, row by row, up to the first broken one of each table.
    ///
    /// The name and the numbering are kept if they can be read, so that the server recognises events it already has.
    func rescue(from damagedFile: String) throws {
        // A connection of its own: one that met damage refuses to write, whichever file it met it in.
        guard let damaged = try? DatabaseQueue(path: damagedFile) else { return }
        defer { try? damaged.close() }
        try self.queue.writeWithoutTransaction { database in
            try self.transact(in: database) { database in
                damaged.inDatabase { source in
                    Self.copy(
                        "SELECT nextSequence, id FROM spool",
                        of: source,
                        to: database,
                        by: "UPDATE spool SET nextSequence = ?, id = ?"
                    )
                    Self.copy(
                        "SELECT source, value FROM position",
                        of: source,
                        to: database,
                        by: "INSERT OR REPLACE INTO position (source, value) VALUES (?, ?)"
                    )
                    Self.copy(
                        "SELECT firstSequence, count, payload FROM batch",
                        of: source,
                        to: database,
                        by: "INSERT OR REPLACE INTO batch (firstSequence, count, payload) VALUES (?, ?, ?)"
                    )
                }
            }
        }
    }

    /// Writes what a running spool has in memory, which is newer than what was rescued.
    func restore(id: String, nextSequence: Int64, batches: [SpooledBatch], positions: [Position]) async throws {
        _ = try await self.commit(SpoolTransaction(batches: batches, positions: positions))
        try await self.queue.write { database in
            try database.execute(
                sql: "UPDATE spool SET id = ?, nextSequence = max(nextSequence, ?)",
                arguments: [id, nextSequence]
            )
        }
    }

    /// Copies rows until one cannot be read; that one and what follows stay in the damaged file.
    private static func copy(_ rows: String, of source: Database, to database: Database, by statement: String) {
        do {
            let insert = try database.makeStatement(sql: statement)
            let rows = try Row.fetchCursor(source, sql: rows)
            while let row = try rows.next() {
                try insert.execute(arguments: StatementArguments(row.databaseValues))
            }
        } catch { return }
    }
}
