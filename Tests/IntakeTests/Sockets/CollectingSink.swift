import Intake

/// Keeps what it accepts, and can be closed for a while like a full disk.
actor CollectingSink: RecordSink {
    struct Refusal: Error {}

    private(set) var bodies: [String] = []
    private(set) var records: [Record] = []
    private(set) var batches = 0
    /// Who sent each batch.
    private(set) var senders: [String?] = []
    private var isClosed = false
    private var refuses = false
    /// A test that waited here has used up its time.
    private var isOver = false
    private var blocked: [CheckedContinuation<Void, Never>] = []
    private var waiting: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    private var waitingForBlocked: [CheckedContinuation<Void, Never>] = []

    func accept(_ batch: RecordBatch) async throws {
        if self.isClosed, !self.isOver {
            await withCheckedContinuation { continuation in
                self.blocked.append(continuation)
                for waiter in self.waitingForBlocked { waiter.resume() }
                self.waitingForBlocked = []
            }
        }
        if self.refuses { throw Refusal() }
        self.batches += 1
        self.senders.append(batch.sender)
        self.records += batch.records
        self.bodies += batch.records.map { String(decoding: batch.bytes(of: $0), as: UTF8.self) }
        self.waiting.removeAll { waiter in
            guard self.records.count >= waiter.count else { return false }
            waiter.continuation.resume()
            return true
        }
    }

    /// Accepts nothing until it is opened again.
    func close() { self.isClosed = true }

    func open() {
        self.isClosed = false
        for continuation in self.blocked { continuation.resume() }
        self.blocked = []
    }

    /// Fails from now on.
    func refuse() { self.refuses = true }

    /// Returns once this many records are there, or when the test is cancelled, which then fails for what is missing.
    func wait(for count: Int) async {
        await withTaskCancellationHandler {
            guard !self.isOver, self.records.count < count else { return }
            await withCheckedContinuation { self.waiting.append((count, $0)) }
        } onCancel: {
            Task { await self.giveUp() }
        }
    }

    /// Returns once a batch waits at the closed door, or when the test is cancelled.
    func waitUntilBlocked() async {
        await withTaskCancellationHandler {
            guard !self.isOver, self.blocked.isEmpty else { return }
            await withCheckedContinuation { self.waitingForBlocked.append($0) }
        } onCancel: {
            Task { await self.giveUp() }
        }
    }

    private func giveUp() {
        self.isOver = true
        for continuation in self.waitingForBlocked + self.waiting.map(\.continuation) { continuation.resume() }
        (self.waitingForBlocked, self.waiting) = ([], [])
        self.open()
    }
}
