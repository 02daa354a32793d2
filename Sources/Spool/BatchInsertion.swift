internal import GRDB
internal import GRDBSQLite

/// Stores batches as they lie in memory: their bytes are lent to SQLite for the time of the step.
struct BatchInsertion {
    /// Keeps the pointer below alive.
    private let statement: Statement
    private let handle: OpaquePointer

    init(_ database: Database) throws {
        self.statement = try database.cachedStatement(
            sql: "INSERT INTO batch (firstSequence, count, payload) VALUES (?, ?, ?)"
        )
        self.handle = self.statement.sqliteStatement
    }

    /// Inserts one row.
    ///
    /// A number that is taken is an error: the batch that has it may be all that is left of its events.
    func insert(_ batch: SpooledBatch, in database: Database) throws {
        sqlite3_bind_int64(self.handle, 1, batch.firstSequence)
        sqlite3_bind_int64(self.handle, 2, Int64(batch.count))
        let status = batch.payload.withUnsafeBytes { payload in
            self.bind(payload)
            let status = sqlite3_step(self.handle)
            sqlite3_reset(self.handle)
            sqlite3_clear_bindings(self.handle)
            return status
        }
        guard status == SQLITE_DONE else {
            throw DatabaseError(resultCode: ResultCode(rawValue: status), message: database.lastErrorMessage)
        }
    }

    /// Without a destructor SQLite does not copy; an empty blob has no address, which would make it NULL.
    private func bind(_ payload: UnsafeRawBufferPointer) {
        guard let base = payload.baseAddress, !payload.isEmpty else {
            sqlite3_bind_zeroblob(self.handle, 3, 0)
            return
        }
        sqlite3_bind_blob64(self.handle, 3, base, UInt64(payload.count), nil)
    }
}
