internal import Dispatch
internal import Foundation
internal import GRDB

/// The spool's file: an SQLite database with one row per batch and per position.
///
/// Write-ahead log with `synchronous=FULL`: a transaction that was reported as committed survives the loss of power, one
/// that was not is either whole or absent (https://www.sqlite.org/pragma.html#pragma_synchronous). Exclusive locking
/// mode: nobody else opens this file, and SQLite then needs no shared memory beside it. The log grows to 32 MiB before it is
/// copied into the file: while delivery keeps up, pages of delivered batches are used again before that, and are copied once.
/// Deleted content is not overwritten (some builds of SQLite do that unless told), which would write each batch twice.
struct SpoolDatabase: Sendable {
    static let formatVersion = 1
    private static let pageSize = 8192
    /// `HAPS`, so that file(1) and SQLite tell a spool from other databases.
    private static let applicationID = 0x4841_5053
    /// Freed pages are given back in steps of this many, so that no commit takes long.
    private static let pagesFreedAtOnce = 512
    /// How long the log may become before it is cut.
    static let longestLog = 32 << 20

    let queue: DatabaseQueue
    let room: SpoolRoom?
    private let durability = Durability()

    /// Opens or makes the file at `path`; with `nil`, a database in memory that ends with the process.
    init(path: String?) throws {
        var configuration = Configuration()
        configuration.label = "spool"
        // A higher one asks for a nice value that the system refuses to all but root, and Dispatch complains of each refusal.
        configuration.qos = .default
        configuration.prepareDatabase(Self.prepareConnection)
        if let path {
            self.queue = try DatabaseQueue(path: path, configuration: configuration)
            self.room = try SpoolRoom(path: path)
        } else {
            self.queue = try DatabaseQueue(configuration: configuration)
            self.room = nil
        }
        try self.queue.writeWithoutTransaction { try self.transact(in: $0, Self.prepareSchema) }
        self.room?.noteLog()
        // What an earlier program or the loss of power left without: not needed before the disk is full.
        try? self.queue.inDatabase { try self.room?.take(Self.size(of: $0)) }
    }

    private static func prepareConnection(_ database: Database) throws {
        try database.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
        // Not each time, as SQLite writes to the file even if it is set already, and a full disk has no room for that.
        if try Int.fetchOne(database, sql: "PRAGMA page_count") == 0 {
            try database.execute(sql: "PRAGMA page_size = \(Self.pageSize); PRAGMA auto_vacuum = INCREMENTAL")
        }
        try database.execute(
            sql: """
                PRAGMA journal_mode = WAL;
                PRAGMA journal_size_limit = \(Self.longestLog);
                PRAGMA wal_autocheckpoint = 4000;
                PRAGMA synchronous = FULL;
                PRAGMA secure_delete = OFF;
                PRAGMA cache_size = -2000; -- SQLite counted the pages before they had this size
                """
        )
    }

    private static func prepareSchema(_ database: Database) throws {
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard version <= Self.formatVersion else {
            throw SpoolError(
                .newerFormat,
                stage: "open the spool",
                reason: "its format \(version) is newer than \(Self.formatVersion), which this program knows"
            )
        }
        guard version == 0 else { return }
        try database.execute(
            sql: """
                CREATE TABLE spool (id TEXT NOT NULL, nextSequence INTEGER NOT NULL);
                CREATE TABLE batch (
                    firstSequence INTEGER PRIMARY KEY, count INTEGER NOT NULL, payload BLOB NOT NULL
                );
                CREATE TABLE position (source TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
                PRAGMA application_id = \(Self.applicationID);
                PRAGMA user_version = \(Self.formatVersion);
                """
        )
        try database.execute(
            sql: "INSERT INTO spool (id, nextSequence) VALUES (?, 1)",
            arguments: [SpoolIdentifier.make()]
        )
    }

    /// The first complaint of SQLite's check of the whole file, or `nil` if it is sound.
    func firstDamage() throws -> String? {
        let answer = try self.queue.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
        return answer == "ok" ? nil : answer ?? "the check gave no answer"
    }

    /// What is stored, without the batches themselves.
    func contents() throws -> SpoolContents {
        try self.queue.read { database in
            guard let spool = try Row.fetchOne(database, sql: "SELECT id, nextSequence FROM spool"),
                let batches = try Row.fetchOne(
                    database,
                    sql: "SELECT count(*), total(length(payload) + 64), max(firstSequence) FROM batch"
                )
            else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the spool has lost its name") }
            var positions: [String: [UInt8]] = [:]
            let rows = try Row.fetchCursor(database, sql: "SELECT source, value FROM position")
            while let row = try rows.next() { positions[row[0]] = [UInt8](row[1] as Data) }
            return SpoolContents(
                id: spool[0],
                nextSequence: spool[1],
                positions: positions,
                batches: batches[0],
                bytes: Int64(batches[1] as Double),
                newest: batches[2] ?? 0
            )
        }
    }

    /// Stored batches after a sequence, oldest first, without those in `removed`.
    ///
    /// At most `limit`, and none after the one with which they reach `bytes`.
    func batches(
        after sequence: Int64,
        limit: Int,
        bytes: Int,
        except removed: Set<Int64>
    ) async throws -> [SpooledBatch] {
        try await self.queue.read { database in
            let rows = try Row.fetchCursor(
                database,
                sql: "SELECT firstSequence, count, payload FROM batch WHERE firstSequence > ? ORDER BY firstSequence",
                arguments: [sequence]
            )
            var found: [SpooledBatch] = []
            var foundBytes = 0
            while found.count < limit, foundBytes < bytes, let row = try rows.next() {
                guard !removed.contains(row[0]) else { continue }
                let payload = try row.withUnsafeData(atIndex: 2) { $0.map { [UInt8]($0) } ?? [] }
                found.append(SpooledBatch(firstSequence: row[0], count: row[1], payload: payload))
                foundBytes += payload.count
            }
            return found
        }
    }

    /// Writes a transaction, and gives space back if there is much of it; returns when it is on the disk.
    func commit(_ transaction: SpoolTransaction) async throws -> RemovedAmount {
        try await self.queue.writeWithoutTransaction { database in
            try self.durability.set(isFull: !transaction.canBeLost, in: database)
            var removed = RemovedAmount()
            try self.transact(in: database) { database in
                try Self.store(transaction, in: database)
                removed = try Self.remove(transaction.removals, in: database)
            }
            if transaction.canBeLost || !transaction.removals.isEmpty {
                // What is stored is stored, also if the file cannot be shortened now.
                removed.leavesSpace = (try? Self.giveBackSomeSpace(of: database)) ?? false
            }
            return removed
        }
    }

    /// Writes what is still in the log to the database file and closes it.
    func close() throws {
        try self.queue.writeWithoutTransaction { database in
            try self.keepLog(of: database)
            _ = try database.checkpoint(.truncate)
            try? self.room?.takeLog()  // the next opening takes this room as well
        }
        try self.queue.close()
    }

    /// Commits changes, with the room that the file will need for them when the log is copied into it.
    func transact(in database: Database, _ change: (Database) throws -> Void) throws {
        try database.inTransaction(.immediate) {
            try change(database)
            try self.room?.take(Self.size(of: database))
            return .commit
        }
    }

    /// How long the file is when all of the log is in it.
    private static func size(of database: Database) throws -> Int {
        try Self.pageSize * (Int.fetchOne(database.cachedStatement(sql: "PRAGMA page_count")) ?? 0)
    }

    private static func store(_ transaction: SpoolTransaction, in database: Database) throws {
        let insertion = try BatchInsertion(database)
        for batch in transaction.batches { try insertion.insert(batch, in: database) }
        if let last = transaction.batches.last {
            try database.cachedStatement(sql: "UPDATE spool SET nextSequence = max(nextSequence, ?)")
                .execute(arguments: [last.firstSequence + Int64(last.count)])
        }
        for position in transaction.positions {
            if position.value.isEmpty {
                try database.cachedStatement(sql: "DELETE FROM position WHERE source = ?")
                    .execute(arguments: [position.source])
            } else {
                try database.cachedStatement(sql: "INSERT OR REPLACE INTO position (source, value) VALUES (?, ?)")
                    .execute(arguments: [position.source, Data(position.value)])
            }
        }
    }

    /// Gives back many pages at once, or as few as there is always room for.
    private static func giveBackSomeSpace(of database: Database) throws -> Bool {
        do {
            return try Self.giveBackSpace(of: database, pages: Self.pagesFreedAtOnce)
        } catch {
            _ = try database.checkpoint(.passive)
            return try Self.giveBackSpace(of: database, pages: Self.pagesInStep)
        }
    }

    /// Shortens the file when a good part of it is unused; what stays is reused by the next batches.
    /// - Returns: Whether there is more to give back.
    static func giveBackSpace(of database: Database, pages: Int) throws -> Bool {
        guard try Self.isMuchUnused(of: database) else { return false }
        try database.execute(sql: "PRAGMA incremental_vacuum(\(pages))")
        if try Self.isMuchUnused(of: database) { return true }
        // Not before the log is copied does the file become shorter.
        _ = try database.checkpoint(.passive)
        return false
    }

    private static func isMuchUnused(of database: Database) throws -> Bool {
        let free = try Int.fetchOne(database.cachedStatement(sql: "PRAGMA freelist_count")) ?? 0
        let all = try Int.fetchOne(database.cachedStatement(sql: "PRAGMA page_count")) ?? 0
        return free > Self.pagesFreedAtOnce * 4 && free * 2 > all
    }
}
