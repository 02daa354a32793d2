internal import GRDB
internal import GRDBSQLite

/// Making room on a full disk, without any. Each step writes less to the log than ``SpoolRoom`` has taken for it, and begins with
/// an empty one.
extension SpoolDatabase {
    /// How many batches are removed in one step: at most 9 pages each, those of the balanced tree and of the free list.
    static let removalsInStep = 16
    /// How many pages are given back in one step: at most 5 pages each, its content and those that point to it.
    static let pagesInStep = 32
    /// What a cut log keeps, so that a transaction fits into it whose pages lie in the file already.
    private static let shortLog = 16 << 20

    /// Copies the log into the file, and cuts it if it is long.
    func cutLog() async throws {
        try await self.queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA journal_size_limit = \(Self.shortLog)")
            defer { try? database.execute(sql: "PRAGMA journal_size_limit = \(Self.longestLog)") }
            _ = try database.checkpoint(.passive)
            // SQLite cuts the log with the first transaction that begins it anew: one that changes nothing, but is written.
            try database.execute(sql: "PRAGMA user_version = \(Self.formatVersion)")
            try self.room?.takeLog()
        }
    }

    /// Removes some batches, at most ``removalsInStep``.
    func makeRoom(removing sequences: [Int64]) async throws -> RemovedAmount {
        try await self.queue.writeWithoutTransaction { database in
            _ = try database.checkpoint(.passive)
            var removed = RemovedAmount()
            try self.transact(in: database) { removed = try Self.remove(sequences, in: $0) }
            return removed
        }
    }

    /// Shortens the file as far as it ever is.
    func giveBackSpace() async throws {
        try await self.queue.writeWithoutTransaction { database in
            repeat {
                _ = try database.checkpoint(.passive)
            } while try Self.giveBackSpace(of: database, pages: Self.pagesInStep)
        }
    }

    /// Has SQLite leave the log where it is, and as long, when the database is closed.
    func keepLog(of database: Database) throws {
        var yes: CInt = 1
        sqlite3_file_control(database.sqliteConnection, nil, SQLITE_FCNTL_PERSIST_WAL, &yes)
        try database.execute(sql: "PRAGMA journal_size_limit = -1")
    }
}
