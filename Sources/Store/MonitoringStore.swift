internal import Dispatch
internal import GRDB
internal import Glibc

/// What the server knows: monitoring servers, their events, hosts, triggers and items, in one SQLite database.
///
/// Several processes may open the same store: the running server, and commands beside it. Within a process, all writing goes through
/// one connection; readers see the last commit and are never blocked. The file is only readable by its owner, because it holds the
/// brokers' passwords.
public final class MonitoringStore: Sendable {
    /// The name of the database in the data directory.
    public static let fileName = "hatohol.sqlite"

    /// Where the database is.
    public let path: String

    let database: DatabasePool
    let feed: ChangeFeed
    let clock: @Sendable () -> Timestamp
    private let queue: CommitQueue

    /// Opens the store in a directory that exists, and makes or migrates the database as needed.
    ///
    /// Throws ``StoreError``: `unavailable` when the files cannot be used, `newer` when a newer version of the program wrote them.
    public convenience init(
        directory: String,
        clock: @escaping @Sendable () -> Timestamp = { .now }
    ) throws {
        let path = directory.hasSuffix("/") ? directory + Self.fileName : directory + "/" + Self.fileName
        try self.init(path: path, clock: clock)
    }

    /// Opens the database at a path; `clock` says when events arrive.
    public init(path: String, clock: @escaping @Sendable () -> Timestamp = { .now }) throws {
        self.path = path
        self.clock = clock
        do {
            let lock = try OpeningLock(database: path)
            defer { lock.release() }
            try Self.createPrivately(path)
            self.database = try DatabasePool(path: path, configuration: Self.configuration)
            // The pool chooses NORMAL, with which a power failure may take back what was answered SUCCESS.
            try self.database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            let migrator = Schema.migrator
            guard try !self.database.read(migrator.hasBeenSuperseded) else {
                throw StoreError(.newer, stage: "open \(path)", reason: "written by a newer version; install that one")
            }
            if try !self.database.read(migrator.hasCompletedMigrations) { try migrator.migrate(self.database) }
            self.feed = try ChangeFeed(path: path)
            self.queue = CommitQueue(database: self.database, feed: self.feed, clock: clock)
        } catch {
            throw StoreError(error, stage: "open \(path)")
        }
    }

    /// Waits for what is being written and closes the database; the store cannot be used afterwards.
    public func close() throws {
        do {
            try self.feed.close()
            try self.database.close()
        } catch {
            throw StoreError(error, stage: "close")
        }
    }

    /// Stores a batch; returns when it is on the disk.
    ///
    /// Batches that wait at the same time share one transaction, in the order they came. Throws ``StoreError`` when this
    /// batch could not be stored: nothing of it is there then.
    public func ingest(_ batch: Batch) async throws -> Receipt {
        try await withCheckedThrowingContinuation { continuation in
            self.queue.submit(batch) { continuation.resume(with: $0.mapError { $0 }) }
        }
    }

    /// Queues a batch behind those submitted before, without waiting.
    ///
    /// `completion` runs on the writer's thread, after the commit or the failure; it must return soon.
    public func submit(_ batch: Batch, _ completion: @escaping @Sendable (Result<Receipt, StoreError>) -> Void) {
        self.queue.submit(batch, completion)
    }

    /// A wake-up after commits, of this process or another; several that nobody took become one.
    public func changes() -> AsyncStream<Void> { self.feed.changes() }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "hatohol.store"
        // A higher one asks for a nice value that the system refuses to all but root, and Dispatch complains of each refusal.
        configuration.qos = .default
        configuration.busyMode = .timeout(10)
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { db in
            try db.execute(
                sql: """
                    PRAGMA page_size = 16384;
                    PRAGMA wal_autocheckpoint = 2000;
                    PRAGMA journal_size_limit = 134217728;
                    PRAGMA cache_size = -32768;
                    PRAGMA temp_store = MEMORY;
                    """
            )
        }
        return configuration
    }

    /// Makes the file before SQLite does, because the others (`-wal`, `-shm`) inherit its permissions.
    ///
    /// A file that is there is not opened: closing it would give back the locks that another store of this process has on it (fcntl(2)).
    private static func createPrivately(_ path: String) throws {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            if errno == EEXIST { return }
            let reason = String(cString: strerror(errno))
            throw StoreError(.unavailable, stage: "open \(path)", reason: "\(reason); check the data directory")
        }
        Glibc.close(descriptor)
    }
}

extension MonitoringStore {
    func read<T: Sendable>(_ stage: String, _ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        do { return try await self.database.read(body) } catch { throw StoreError(error, stage: stage) }
    }

    /// Writes in a transaction of its own; the caches of the commit queue notice at their next transaction.
    func write<T: Sendable>(_ stage: String, _ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        do {
            let result = try await self.queue.exclusively(body)
            self.feed.wake()
            return result
        } catch {
            throw StoreError(error, stage: stage)
        }
    }
}

extension MonitoringStore {
    /// How the writing connection is set up, for the tests and `db check`.
    public func settings() async throws -> (journalMode: String, synchronous: Int) {
        try await self.database.writeWithoutTransaction { db in
            (
                try String.fetchOne(db, sql: "PRAGMA journal_mode") ?? "",
                try Int.fetchOne(db, sql: "PRAGMA synchronous") ?? -1
            )
        }
    }
}
