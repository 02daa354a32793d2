internal import GRDB
internal import Synchronization

/// The single writer: batches that wait at the same time are committed in one transaction.
///
/// While one transaction is on its way to the disk, the next batches gather; so the more arms send, the fewer commits each
/// batch costs. Order is kept. The queue itself has no bound: each caller waits for its answer, so callers bound it.
final class CommitQueue: Sendable {
    typealias Completion = @Sendable (Result<Receipt, StoreError>) -> Void

    private struct State {
        var waiting: [(batch: Batch, completion: Completion)] = []
        var isScheduled = false
    }

    /// Rows in one transaction, about; more would make the first of them wait long.
    private static let groupWeight = 50_000

    private let database: DatabasePool
    private let feed: ChangeFeed
    private let state = Mutex(State())
    private let interning = Mutex(Interning())

    init(database: DatabasePool, feed: ChangeFeed) {
        self.database = database
        self.feed = feed
    }

    /// Queues a batch; `completion` runs on the writer's thread once it is on the disk, or cannot be.
    func submit(_ batch: Batch, _ completion: @escaping Completion) {
        let mustSchedule = self.state.withLock { state in
            state.waiting.append((batch, completion))
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if mustSchedule { self.schedule() }
    }

    /// Runs something else in a transaction of its own, after which nothing is remembered of the tables.
    func exclusively<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        try await self.database.writeWithoutTransaction { db in
            try self.interning.withLock { interning in
                interning.forget()
                var result: T?
                try db.inTransaction(.immediate) {
                    result = try body(db)
                    return .commit
                }
                guard let result else { preconditionFailure("a transaction that committed has a result") }
                return result
            }
        }
    }

    /// One group at a time, so that other writers of this process get their turn in between.
    private func schedule() {
        self.database.asyncWriteWithoutTransaction { db in
            let group = self.takeGroup()
            let results = self.interning.withLock { Self.commit(group.map(\.batch), &$0, in: db) }
            for (submission, result) in zip(group, results) { submission.completion(result) }
            self.feed.wake()
            let isMoreWaiting = self.state.withLock { state in
                state.isScheduled = !state.waiting.isEmpty
                return state.isScheduled
            }
            if isMoreWaiting { self.schedule() }
        }
    }

    private func takeGroup() -> [(batch: Batch, completion: Completion)] {
        self.state.withLock { state in
            var weight = 0
            let end = state.waiting.firstIndex { submission in
                defer { weight += submission.batch.change.weight }
                return weight >= Self.groupWeight
            }
            let group = state.waiting[..<(end ?? state.waiting.endIndex)]
            state.waiting.removeFirst(group.count)
            return Array(group)
        }
    }

    /// All in one transaction; if that fails, each in its own, so that one batch cannot fail the others.
    private static func commit(
        _ batches: [Batch],
        _ interning: inout Interning,
        in db: Database
    ) -> [Result<Receipt, StoreError>] {
        do {
            return try self.transaction(batches, &interning, in: db).map { .success($0) }
        } catch {
            interning.forget()
            guard batches.count > 1, !self.concernsAll(error) else {
                return batches.map { _ in .failure(StoreError(error, stage: "commit")) }
            }
            return batches.flatMap { self.commit([$0], &interning, in: db) }
        }
    }

    private static func transaction(
        _ batches: [Batch],
        _ interning: inout Interning,
        in db: Database
    ) throws -> [Receipt] {
        var receipts: [Receipt] = []
        try db.inTransaction(.immediate) {
            try interning.refresh(in: db)
            for batch in batches { receipts.append(try batch.apply(&interning, in: db)) }
            return .commit
        }
        return receipts
    }

    /// Whether trying the batches of a group one by one is useless: each would wait for the same lock.
    private static func concernsAll(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return false }
        return [.SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_NOTADB, .SQLITE_READONLY].contains(error.resultCode)
    }
}
