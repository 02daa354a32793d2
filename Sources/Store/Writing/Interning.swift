internal import GRDB

/// Remembers the numbers of names, hosts and series, so that an event costs no lookup.
///
/// Only a cache: whatever could make it differ from the tables (a rollback, another process writing) empties it.
struct Interning: Sendable {
    struct HostKey: Hashable, Sendable {
        var server: MonitoringServer.ID
        var id: String
    }

    /// Entries kept at most, per kind; at the bound all are dropped and read again as needed.
    private static let limit = 100_000

    private var names: [String: Int64] = [:]
    private var hosts: [HostKey: Int64] = [:]
    private var series: [EventSeries.Name: EventSeries] = [:]
    private var dataVersion: Int64?
    /// The highest event id given out; nil when it has to be read.
    var lastEventID: Int64?

    /// Forgets everything.
    mutating func forget() { self = Interning() }

    /// Forgets everything if another connection has written since the last call; to be called inside a transaction.
    mutating func refresh(in db: Database) throws {
        let version = try Int64.fetchOne(db.cachedStatement(sql: "PRAGMA data_version"))
        if version != self.dataVersion { self.forget() }
        self.dataVersion = version
    }

    /// The number of a name, registered when it is new.
    mutating func name(_ text: String, in db: Database) throws -> Int64 {
        if let known = self.names[text] { return known }
        if self.names.count >= Self.limit { self.names.removeAll(keepingCapacity: true) }
        let id = try Self.findOrInsert(
            find: "SELECT id FROM name WHERE text = ?",
            insert: "INSERT INTO name (text) VALUES (?)",
            [text],
            in: db
        )
        self.names[text] = id
        return id
    }

    /// The number of a host; one that nobody listed is registered ad hoc, under the given name.
    mutating func host(_ key: HostKey, name: String, in db: Database) throws -> Int64 {
        if let known = self.hosts[key] { return known }
        if self.hosts.count >= Self.limit { self.hosts.removeAll(keepingCapacity: true) }
        let find = try db.cachedStatement(sql: "SELECT id FROM host WHERE server = ? AND key = ?")
        let id: Int64
        if let known = try Int64.fetchOne(find, arguments: [key.server, key.id]) {
            id = known
        } else {
            let insert = try db.cachedStatement(sql: "INSERT INTO host (server, key, name, state) VALUES (?, ?, ?, ?)")
            try insert.execute(
                arguments: [key.server, key.id, name.isEmpty ? key.id : name, HostState.adHoc.rawValue]
            )
            id = db.lastInsertedRowID
        }
        self.hosts[key] = id
        return id
    }

    /// Lends a series for a change; it is forgotten if the change throws, like everything else then.
    mutating func takeSeries(_ name: EventSeries.Name, in db: Database) throws -> (series: EventSeries, isNew: Bool) {
        if let known = self.series[name] { return (known, false) }
        return try EventSeries.open(name, in: db)
    }

    /// Takes a series back.
    mutating func putSeries(_ series: EventSeries, _ name: EventSeries.Name) {
        if self.series.count >= Self.limit { self.series.removeAll(keepingCapacity: true) }
        self.series[name] = series
    }

    private static func findOrInsert(
        find: String,
        insert: String,
        _ arguments: StatementArguments,
        in db: Database
    ) throws -> Int64 {
        if let known = try Int64.fetchOne(db.cachedStatement(sql: find), arguments: arguments) { return known }
        try db.cachedStatement(sql: insert).execute(arguments: arguments)
        return db.lastInsertedRowID
    }
}
