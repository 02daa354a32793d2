public import JSONRPC
public import Spool

/// Decides which batch of events is sent when, and when it is done with: a value without a clock, told the time.
///
/// Keeps a window of requests in flight and hands batches out in order. A batch stays until the server has answered `SUCCESS`; whatever
/// else happens to it (a failure, an error, silence, a lost connection), it is handed out again, lowest sequence first, after a pause
/// that doubles while nothing succeeds. An answer to an earlier copy of a batch counts as well, so that a server slower than our
/// patience is not flooded.
public struct Outbox {
    /// How much is in flight, and how patient we are.
    public struct Policy: Sendable, Hashable {
        /// The most batches in the window.
        public var windowBatches = 8
        /// No further batch is taken once the window holds this many bytes.
        public var windowBytes = 16 << 20
        /// How long the server may take to answer.
        public var replyTimeout: Duration = .seconds(60)
        /// The pause after the first failure.
        public var initialPause: Duration = .seconds(1)
        /// The longest pause.
        public var maximumPause: Duration = .seconds(60)
        /// How often the server may call a batch invalid before it is set aside.
        public var refusals = 3

        /// The defaults.
        public init() {}
    }

    /// What an answer means for a batch.
    public enum Outcome: Sendable {
        /// The server has it.
        case delivered(SpooledBatch)
        /// It will be sent again after a pause. The reason is for the log.
        case postponed(SpooledBatch, reason: String)
        /// The server calls it invalid for good; it has left the outbox and is to be kept elsewhere.
        case refused(SpooledBatch, ErrorObject)
    }

    private enum State {
        case waiting
        case handedOut
        case sent(deadline: ContinuousClock.Instant)
    }

    private struct Entry {
        let batch: SpooledBatch
        var state = State.waiting
        /// The ids it was sent with, newest last.
        var ids: [Int64] = []
        var refusals = 0

        var isWaiting: Bool { if case .waiting = self.state { true } else { false } }
    }

    /// How many ids of one batch are remembered for late answers.
    private static let rememberedIDs = 8

    private let policy: Policy
    /// The window, in order of sequence.
    private var entries: [Entry] = []
    private var pausedUntil: ContinuousClock.Instant?
    private var failures = 0

    /// The sequence after which the next batches are to be taken from the spool.
    public private(set) var cursor: Int64

    /// Starts with nothing in the window.
    ///
    /// - Parameters:
    ///   - cursor: the sequence before the first batch to send.
    ///   - policy: the limits.
    public init(after cursor: Int64, policy: Policy = Policy()) {
        self.cursor = cursor
        self.policy = policy
    }

    /// Whether nothing is in the window.
    public var isEmpty: Bool { self.entries.isEmpty }

    /// The first event in the window; events before it are done with.
    public var firstSequence: Int64? { self.entries.first?.batch.firstSequence }

    /// How many batches are in the window.
    public var count: Int { self.entries.count }

    /// How many more batches may be added.
    public var room: Int {
        let bytes = self.entries.reduce(0) { $0 + $1.batch.payload.count }
        return bytes >= self.policy.windowBytes ? 0 : self.policy.windowBatches - self.entries.count
    }

    /// Takes batches from the spool, in order.
    public mutating func add(_ batches: [SpooledBatch]) {
        for batch in batches where batch.firstSequence > self.cursor {
            self.entries.append(Entry(batch: batch))
            self.cursor = batch.firstSequence
        }
    }

    /// The next batch to publish, with the id for its request; `nil` if none may go out now.
    public mutating func next(at now: ContinuousClock.Instant) -> (id: Int64, batch: SpooledBatch)? {
        if let pausedUntil = self.pausedUntil {
            guard now >= pausedUntil else { return nil }
            self.pausedUntil = nil
        }
        guard let index = self.entries.firstIndex(where: \.isWaiting) else { return nil }
        let id = self.unusedID()
        self.entries[index].state = .handedOut
        self.entries[index].ids.append(id)
        if self.entries[index].ids.count > Self.rememberedIDs { self.entries[index].ids.removeFirst() }
        return (id, self.entries[index].batch)
    }

    /// Notes that a request is on its way; from now on its answer is awaited.
    public mutating func published(_ id: Int64, at now: ContinuousClock.Instant) {
        // What became of it may have been heard first.
        guard let index = self.index(ofLatest: id), case .handedOut = self.entries[index].state else { return }
        self.entries[index].state = .sent(deadline: now + self.policy.replyTimeout)
    }

    /// Notes that a request did not get through to a queue: the batch goes out again after a pause.
    public mutating func undelivered(_ id: Int64, at now: ContinuousClock.Instant) {
        guard let index = self.index(ofLatest: id) else { return }
        self.postpone(index, now)
    }

    /// Notes that the connection is lost: what was in flight goes out again as soon as there is another.
    public mutating func disconnected() {
        for index in self.entries.indices { self.entries[index].state = .waiting }
    }

    /// Takes a good answer; `nil` if it belongs to no batch here.
    public mutating func answered(_ id: MessageID, isSuccess: Bool, at now: ContinuousClock.Instant) -> Outcome? {
        guard let (index, isLatest) = self.index(of: id) else { return nil }
        let batch = self.entries[index].batch
        if isSuccess {
            self.entries.remove(at: index)
            self.failures = 0
            return .delivered(batch)
        }
        if isLatest { self.postpone(index, now) }
        return .postponed(batch, reason: "the server answered FAILURE")
    }

    /// Takes an error as the answer; `nil` if it belongs to no batch here.
    public mutating func answered(_ id: MessageID, error: ErrorObject, at now: ContinuousClock.Instant) -> Outcome? {
        guard let (index, isLatest) = self.index(of: id) else { return nil }
        let batch = self.entries[index].batch
        if isLatest { self.postpone(index, now) }
        if error.code == ErrorObject.invalidParams {
            self.entries[index].refusals += 1
            if self.entries[index].refusals >= self.policy.refusals {
                self.entries.remove(at: index)
                return .refused(batch, error)
            }
        }
        return .postponed(batch, reason: "the server answered error \(error)")
    }

    /// Hands batches whose answer is overdue out again, and says whether there were any.
    public mutating func expire(at now: ContinuousClock.Instant) -> Bool {
        var isAnyOverdue = false
        for index in self.entries.indices {
            guard case .sent(let deadline) = self.entries[index].state, deadline <= now else { continue }
            self.entries[index].state = .waiting
            isAnyOverdue = true
        }
        return isAnyOverdue
    }

    /// Gives everything in flight its full time again, as after the broker has held messages back.
    public mutating func extendDeadlines(from now: ContinuousClock.Instant) {
        for index in self.entries.indices {
            guard case .sent = self.entries[index].state else { continue }
            self.entries[index].state = .sent(deadline: now + self.policy.replyTimeout)
        }
    }

    private mutating func postpone(_ index: Int, _ now: ContinuousClock.Instant) {
        self.entries[index].state = .waiting
        // What fails together, a window of batches, is one failure.
        guard self.pausedUntil ?? now <= now else { return }
        self.failures += 1
        let pause = self.policy.initialPause * (1 << min(self.failures - 1, 10))
        self.pausedUntil = now + min(pause, self.policy.maximumPause)
    }

    private func index(of id: MessageID) -> (index: Int, isLatest: Bool)? {
        guard let number = id.integer else { return nil }
        guard let index = self.entries.firstIndex(where: { $0.ids.contains(number) }) else { return nil }
        return (index, self.entries[index].ids.last == number)
    }

    private func index(ofLatest id: Int64) -> Int? { self.entries.firstIndex { $0.ids.last == id } }

    private func unusedID() -> Int64 {
        var id: Int64
        repeat { id = Int64.random(in: MessageIDs.events) } while self.entries.contains { $0.ids.contains(id) }
        return id
    }
}
