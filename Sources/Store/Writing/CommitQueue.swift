internal import GRDB
internal import Synchronization

/// The single writer: batches that wait at the same time are committed in one transaction.
///
/// While one transaction is on its way to the disk, the next batches gather; so the more arms send, the fewer commits each
/// batch costs. The order of each arm's batches is kept; between arms, each has its turn (see ``FairQueue``). The queue itself has no
/// bound: each caller waits for its answer, so callers bound it.
final class CommitQueue: Sendable {
    typealias Completion = @Sendable (Result<Receipt, StoreError>) -> Void

    private struct Submission {
        let batch: Batch
        let completion: Completion
        var progress = BatchProgress()
    }

    private struct State {
        var waiting = FairQueue<Submission>()
        var isScheduled = false
    }

    /// What a transaction has done with a submission.
    private enum Outcome {
        case finished(Result<Receipt, StoreError>)
        /// Part of a long list; the rest follows in other transactions.
        case begun(BatchProgress)
        /// Nothing, because an earlier batch of the same arm is not finished.
        case left
    }

    /// Rows in one transaction, about; more would make the first of them wait long.
    private static let groupWeight = 50_000

    private let database: DatabasePool
    private let feed: ChangeFeed
    private let clock: @Sendable () -> Timestamp
    private let state = Mutex(State())
    private let interning = Mutex(Interning())

    init(database: DatabasePool, feed: ChangeFeed, clock: @escaping @Sendable () -> Timestamp) {
        self.database = database
        self.feed = feed
        self.clock = clock
    }

    /// Queues a batch; `completion` runs on the writer's thread once it is on the disk, or cannot be.
    func submit(_ batch: Batch, _ completion: @escaping Completion) {
        let mustSchedule = self.state.withLock { state in
            state.waiting.append(Submission(batch: batch, completion: completion), of: batch.server)
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
            let group = self.state.withLock {
                $0.waiting.take(Self.groupWeight) { $0.batch.change.weight }
            }
            let outcomes = self.interning.withLock { self.commit(group, &$0, in: db) }
            var rest: [MonitoringServer.ID: [Submission]] = [:]
            for (submission, outcome) in zip(group, outcomes) {
                var submission = submission
                switch outcome {
                case .finished(let result):
                    submission.completion(result)
                    continue
                case .begun(let progress): submission.progress = progress
                case .left: break
                }
                rest[submission.batch.server, default: []].append(submission)
            }
            self.feed.wake()
            let isMoreWaiting = self.state.withLock { [rest] state in
                for (arm, submissions) in rest { state.waiting.putBack(submissions, of: arm) }
                state.isScheduled = !state.waiting.isEmpty
                return state.isScheduled
            }
            if isMoreWaiting { self.schedule() }
        }
    }

    /// All in one transaction; if that fails, each in its own, so that one batch cannot fail the others.
    private func commit(
        _ group: [Submission],
        _ interning: inout Interning,
        in db: Database
    )
        -> [Outcome]
    {
        do {
            return try self.transaction(group, &interning, in: db)
        } catch {
            interning.forget()
            guard group.count > 1, !Self.concernsAll(error) else {
                return group.map { _ in .finished(.failure(StoreError(error, stage: "commit"))) }
            }
            var unfinished: Set<MonitoringServer.ID> = []
            return group.flatMap { submission -> [Outcome] in
                guard !unfinished.contains(submission.batch.server) else { return [.left] }
                let outcomes = self.commit([submission], &interning, in: db)
                if case .begun = outcomes[0] { unfinished.insert(submission.batch.server) }
                return outcomes
            }
        }
    }

    private func transaction(
        _ group: [Submission],
        _ interning: inout Interning,
        in db: Database
    ) throws -> [Outcome] {
        var outcomes: [Outcome] = []
        var unfinished: Set<MonitoringServer.ID> = []
        try db.inTransaction(.immediate) {
            try interning.refresh(in: db)
            let last = try interning.readLastEventID(in: db)
            for submission in group {
                guard !unfinished.contains(submission.batch.server) else {
                    outcomes.append(.left)
                    continue
                }
                var progress = submission.progress
                let receipt = try submission.batch.apply(&progress, &interning, in: db)
                if !progress.isDone { unfinished.insert(submission.batch.server) }
                outcomes.append(progress.isDone ? .finished(.success(receipt)) : .begun(progress))
            }
            try self.noteArrival(after: last, &interning, in: db)
            return .commit
        }
        return outcomes
    }

    /// Notes when the events of this transaction arrived: those behind the given one.
    private func noteArrival(after last: Int64, _ interning: inout Interning, in db: Database) throws {
        guard try interning.readLastEventID(in: db) > last else { return }
        interning.lastArrival = try ArrivalLog.note(
            eventsFrom: last + 1,
            at: self.clock(),
            last: interning.lastArrival,
            in: db
        )
    }

    /// Whether trying the batches of a group one by one is useless: each would wait for the same lock.
    private static func concernsAll(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return false }
        return [.SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_NOTADB, .SQLITE_READONLY].contains(error.resultCode)
    }
}
