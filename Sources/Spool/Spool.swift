internal import Logging
internal import Synchronization

/// A durable queue of encoded batches, together with the positions of the sources they came from.
///
/// What ``append(_:positions:)`` returned from survives the end of the process and the loss of power, until
/// ``remove(firstSequences:)``. Appends that come at the same time are written in one transaction. One file in the state directory, one process
/// at a time. When the limit is reached, or the disk refuses, appending waits; nothing is dropped.
///
/// All methods may be called from anywhere, at the same time.
public final class Spool: Sendable {
    let logger: Logger
    let file: SpoolFile?
    let shared: Mutex<Shared>

    /// What the lock protects: the decisions, and those who wait for them.
    struct Shared {
        var state: SpoolState
        var database: SpoolDatabase
        var appends: [UInt64: PendingAppend] = [:]
        var watchers: [UInt64: CheckedContinuation<Void, any Error>] = [:]
        var lastTicket: UInt64 = 0
        /// Tickets whose task was cancelled before it came to wait.
        var cancelled: Set<UInt64> = []
        /// Tickets whose task was cancelled while the disk was asked to write, which it may refuse.
        var unwanted: Set<UInt64> = []
        var writer: Task<Void, Never>?
        var isFlushScheduled = false
        /// The files have lost their names, and others are to be made.
        var isMissing = false
        var hasReportedFull = false
        var lastRemoval: ContinuousClock.Instant?
    }

    init(logger: Logger, file: consuming SpoolFile?, shared: Shared) {
        self.logger = logger
        self.file = file
        self.shared = Mutex(shared)
    }

    /// The id of the present run of numbers: unique, 26 characters that sort by the time at which the run began.
    ///
    /// Each opening begins a run. A spool cannot tell whether it is an older copy of itself, put back from a backup or
    /// started a second time from an image of the machine: a copy is equal in every byte. Numbers that it gives out again
    /// then belong to another run, so that no id ever names two events.
    public var id: String { self.shared.withLock { $0.state.run } }

    /// Begins another run of numbers, because a copy of this process goes on with the present one, and returns its id.
    ///
    /// The numbers rise as before. What was appended until now keeps its ids.
    public func beginRun() -> String { self.shared.withLock { $0.state.beginRun() } }

    /// Whether two ids are those of runs of one spool, or of copies of it.
    public static func isSameSpool(_ one: String, _ other: String) -> Bool {
        one.suffix(SpoolIdentifier.originLength) == other.suffix(SpoolIdentifier.originLength)
    }

    /// Where numbering goes on: greater than every number that was ever appended, also if all batches are gone.
    public var nextSequence: Int64 { self.shared.withLock { $0.state.nextSequence } }

    /// What is stored and how the disk is doing.
    public var status: SpoolStatus { self.shared.withLock { $0.state.status } }

    /// Stores batches and positions in one transaction and returns when they are durable.
    ///
    /// Waits while the spool is full and while the disk refuses to write. The numbers of the batches must be greater than
    /// those of all appends before, in the order of the calls; the call is put in line before it first suspends.
    /// - Throws: `SpoolError.Code.closed`, `.outOfOrder`; `CancellationError` if the task was cancelled before writing
    ///   began, or while the disk refuses, in which case nothing is stored.
    public func append(_ batches: [SpooledBatch], positions: [Position] = []) async throws {
        // Not in the closure below, which runs on another executor than the caller: two calls could change places.
        let ticket = try self.shared.withLock { shared in
            let ticket = shared.newTicket()
            try shared.state.append(batches, positions: positions, ticket: ticket)
            shared.appends[ticket] = .inLine
            self.startWriting(&shared)
            return ticket
        }
        try await self.suspend(ticket) { $0.await($1, $2) }
    }

    /// The stored batches after a sequence number, oldest first.
    ///
    /// Recent ones come from memory. Removed ones are left out from the moment of the removal.
    ///
    /// - Parameters:
    ///   - sequence: the batches begin behind this number.
    ///   - limit: the most batches.
    ///   - bytes: no further batch is read once those read hold so many bytes.
    /// - Returns: the batches.
    /// - Throws: `SpoolError.Code.closed`, `.cannotRead`.
    public func batches(after sequence: Int64, limit: Int, bytes: Int = .max) async throws -> [SpooledBatch] {
        let (cached, removed, database) = try self.shared.withLock { shared throws(SpoolError) in
            guard !shared.state.isClosed else { throw Self.closedError }
            let cached = shared.state.cache.batches(after: sequence, limit: limit, bytes: bytes)
            return (cached, shared.state.removals, shared.database)
        }
        if let cached { return cached }
        do {
            return try await database.batches(after: sequence, limit: limit, bytes: bytes, except: removed)
        } catch {
            throw SpoolError(.cannotRead, stage: "read batches from the spool", reason: "\(error)")
        }
    }

    /// Waits until there is a batch after a sequence number.
    /// - Throws: `SpoolError.Code.closed`, `.cannotRead`; `CancellationError`.
    public func waitForBatch(after sequence: Int64) async throws {
        while try await self.batches(after: sequence, limit: 1).isEmpty {
            try await self.suspend(self.shared.withLock { $0.newTicket() }) { shared, ticket, continuation in
                guard !shared.state.isClosed else { throw Self.closedError }
                if let newest = shared.state.cache.newest, newest > sequence {
                    continuation.resume()
                } else {
                    shared.watchers[ticket] = continuation
                }
            }
        }
    }

    /// Removes batches, named by their first sequence; unknown ones are ignored.
    ///
    /// They are gone for every reader at once. The disk follows with the next transaction or a moment later; if the machine
    /// stops in between, they are there again and have to be recognised by the receiver.
    public func remove(firstSequences: [Int64]) async throws {
        try self.shared.withLock { shared throws(SpoolError) in
            guard !shared.state.isClosed else { throw Self.closedError }
            shared.state.remove(firstSequences)
            shared.lastRemoval = .now
            if shared.state.isFull { self.startWriting(&shared) } else { self.scheduleFlush(&shared) }
        }
    }

    /// How long after a removal delivery counts as going on.
    private static let deliveryMemory = Duration.seconds(1)

    /// Whether batches leave the spool, but more of them wait in it than memory holds.
    ///
    /// Whoever can wait without losing anything had better wait a little then: what is appended now is written to the disk
    /// and read again, and all that comes from others has to wait behind it.
    public var isBehind: Bool {
        self.shared.withLock { shared in
            guard let lastRemoval = shared.lastRemoval, shared.state.exceedsMemory else { return false }
            return ContinuousClock.now - lastRemoval < Self.deliveryMemory
        }
    }

    /// All stored positions, in no particular order.
    public func positions() async throws -> [Position] {
        self.shared.withLock { $0.state.positions.map { Position(source: $0.key, value: $0.value) } }
    }

    /// Writes what is in line, as far as it fits, and releases the file and the directory.
    ///
    /// Appends that still wait for room or for the disk fail with `SpoolError.Code.closed`.
    public func close() async {
        let (writer, wasClosed) = self.shared.withLock { shared in
            let wasClosed = shared.state.isClosed
            shared.state.close()
            self.startWriting(&shared)
            for watcher in shared.watchers.values { watcher.resume(throwing: Self.closedError) }
            shared.watchers.removeAll()
            return (shared.writer, wasClosed)
        }
        await writer?.value
        let database = wasClosed ? nil : self.shared.withLock { $0.isMissing ? nil : $0.database }
        do { try database?.close() } catch {
            self.logger.warning("spool did not close cleanly", metadata: ["error": "\(error)"])
        }
        self.file?.release()
    }

    static var closedError: SpoolError { SpoolError(.closed, stage: "use the spool", reason: "the spool is closed") }
}
