internal import GRDB
internal import GRDBSQLite

/// The one statement that runs per event, bound and stepped without intermediate copies.
struct EventInsertion {
    private static let sql = """
        INSERT INTO event (
            id, server, time, series, number, name, type, status, severity, host, host_name, trigger_name, brief, extended_info
        ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    /// What is known of an event besides its own fields.
    struct Keys {
        var id: Int64
        var server: MonitoringServer.ID
        /// The series and number; nil for an id that is just a name.
        var number: (series: Int64, number: Int64)?
        var host: Int64?
        var hostName: Int64?
        var triggerName: Int64?
    }

    /// Keeps the pointer below alive.
    private let statement: Statement
    private let handle: OpaquePointer

    init(_ db: Database) throws {
        self.statement = try db.cachedStatement(sql: Self.sql)
        self.handle = self.statement.sqliteStatement
    }

    /// Inserts one row; texts are lent to SQLite for the time of the step.
    func insert(_ row: EventPack.Row, _ texts: EventTexts, _ keys: Keys, in db: Database) throws {
        self.bind(1, keys.id)
        self.bind(2, keys.server)
        self.bind(3, row.time.nanoseconds)
        self.bind(4, keys.number?.series)
        self.bind(5, keys.number?.number)
        self.bind(6, keys.number == nil ? texts.eventID : nil)
        self.bind(7, Int64(row.type.rawValue))
        self.bind(8, Int64(row.status.rawValue))
        self.bind(9, Int64(row.severity.rawValue))
        self.bind(10, keys.host)
        self.bind(11, keys.hostName)
        self.bind(12, keys.triggerName)
        self.bind(13, texts.brief)
        self.bind(14, texts.extendedInfo.isEmpty ? nil : texts.extendedInfo)
        let status = sqlite3_step(self.handle)
        sqlite3_reset(self.handle)
        guard status == SQLITE_DONE else {
            throw DatabaseError(resultCode: ResultCode(rawValue: status), message: db.lastErrorMessage)
        }
    }

    /// Lets go of the texts of the last row, which are no longer there.
    func finish() { sqlite3_clear_bindings(self.handle) }

    private func bind(_ index: CInt, _ value: Int64?) {
        if let value { sqlite3_bind_int64(self.handle, index, value) } else { sqlite3_bind_null(self.handle, index) }
    }

    /// Without a destructor SQLite does not copy: the bytes must live until the step.
    private func bind(_ index: CInt, _ text: UnsafeBufferPointer<UInt8>?) {
        guard let text else {
            sqlite3_bind_null(self.handle, index)
            return
        }
        guard let base = text.baseAddress, text.count > 0 else {
            sqlite3_bind_text(self.handle, index, "", 0, nil)
            return
        }
        base.withMemoryRebound(to: CChar.self, capacity: text.count) { bytes in
            _ = sqlite3_bind_text(self.handle, index, bytes, CInt(text.count), nil)
        }
    }
}
