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
    private let queue: CommitQueue

    /// Opens the store in a directory that exists, and makes or migrates the database as needed.
    ///
    /// Throws ``StoreError``: `unavailable` when the files cannot be used, `newer` when a newer version of the program wrote them.
    public convenience init(directory: String) throws {
        try self.init(path: directory.hasSuffix("/") ? directory + Self.fileName : directory + "/" + Self.fileName)
    }

    /// Opens the database at a path.
    public init(path: String) throws {
        self.path = path
        do {
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
            self.queue = CommitQueue(database: self.database, feed: self.feed)
        } catch {
            throw StoreError(error, stage: "open \(path)")
        }
    }

    /// Waits for what is being written and closes the database; the store cannot be used afterwards.
    public func close() throws {
        do { try self.database.close() } catch { throw StoreError(error, stage: "close") }
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
    private static func createPrivately(_ path: String) throws {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
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
