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

    private var names = TextIndex()
    private var hosts = TextIndex()
    private var series: [EventSeries.Name: EventSeries] = [:]
    private var dataVersion: Int64?
    /// The highest event id given out; nil when it has to be read.
    var lastEventID: Int64?
    /// When the newest row of ``ArrivalLog`` begins; nil when it has to be read.
    var lastArrival: Timestamp?

    /// The highest event id given out, read if it has to be.
    mutating func readLastEventID(in db: Database) throws -> Int64 {
        if let last = self.lastEventID { return last }
        let counter = try db.cachedStatement(sql: "SELECT value FROM counter WHERE name = 'event'")
        let last = try Int64.fetchOne(counter) ?? 0
        self.lastEventID = last
        return last
    }

    /// Forgets everything.
    mutating func forget() { self = Interning() }

    /// Forgets everything if another connection has written since the last call; to be called inside a transaction.
    mutating func refresh(in db: Database) throws {
        let version = try Int64.fetchOne(db.cachedStatement(sql: "PRAGMA data_version"))
        if version != self.dataVersion { self.forget() }
        self.dataVersion = version
    }

    /// The number of a name, registered when it is new.
    mutating func name(_ text: UnsafeBufferPointer<UInt8>, in db: Database) throws -> Int64 {
        if let known = self.names.find(text, scope: 0) { return known }
        if self.names.count >= Self.limit { self.names = TextIndex() }
        let id = try Self.findOrInsert(
            find: "SELECT id FROM name WHERE text = ?",
            insert: "INSERT INTO name (text) VALUES (?)",
            [String(decoding: text, as: UTF8.self)],
            in: db
        )
        self.names.insert(text, scope: 0, value: id)
        return id
    }

    /// The number of a host; one that nobody listed is registered ad hoc, under the given name.
    mutating func host(_ key: HostKey, name: String, in db: Database) throws -> Int64 {
        try key.id.withLentUTF8 { id in
            try name.withLentUTF8 { try self.host(id, name: $0, server: key.server, in: db) }
        }
    }

    /// The number of a host; one that nobody listed is registered ad hoc, under the given name.
    mutating func host(
        _ key: UnsafeBufferPointer<UInt8>,
        name: UnsafeBufferPointer<UInt8>,
        server: MonitoringServer.ID,
        in db: Database
    ) throws -> Int64 {
        if let known = self.hosts.find(key, scope: server) { return known }
        if self.hosts.count >= Self.limit { self.hosts = TextIndex() }
        let text = String(decoding: key, as: UTF8.self)
        let find = try db.cachedStatement(sql: "SELECT id FROM host WHERE server = ? AND key = ?")
        let id: Int64
        if let known = try Int64.fetchOne(find, arguments: [server, text]) {
            id = known
        } else {
            let name = name.isEmpty ? text : String(decoding: name, as: UTF8.self)
            let insert = try db.cachedStatement(sql: "INSERT INTO host (server, key, name, state) VALUES (?, ?, ?, ?)")
            try insert.execute(arguments: [server, text, name, HostState.adHoc.rawValue])
            id = db.lastInsertedRowID
        }
        self.hosts.insert(key, scope: server, value: id)
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
