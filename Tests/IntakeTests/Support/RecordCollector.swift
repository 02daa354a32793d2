import Intake

/// A sink that keeps what it accepts, with the positions, like a store would.
actor RecordCollector: RecordSink {
    struct Line: Hashable, Sendable {
        var tag: String
        var text: String
        var time: RecordTime?
        var isJSON: Bool
        var isTruncated: Bool
    }

    private(set) var lines: [Line] = []
    private(set) var positions: [String: SourcePosition] = [:]
    private(set) var batches = 0
    private var waiters: [(isMet: ([Line]) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
    private var isClosed = false
    /// A test that waited here has used up its time.
    private var isOver = false
    private var blocked: [CheckedContinuation<Void, Never>] = []

    /// A source waits for a batch to be accepted.
    var isWaitedFor: Bool { !self.blocked.isEmpty }
    var texts: [String] { self.lines.map(\.text) }
    var storedPositions: [SourcePosition] { Array(self.positions.values) }

    func accept(_ batch: RecordBatch) async throws {
        if self.isClosed, !self.isOver { await withCheckedContinuation { self.blocked.append($0) } }
        for record in batch.records {
            let text = String(decoding: batch.bytes(of: record), as: UTF8.self)
            var isJSON = false
            if case .json = record.body { isJSON = true }
            self.lines.append(
                Line(tag: record.tag, text: text, time: record.time, isJSON: isJSON, isTruncated: record.isTruncated)
            )
        }
        if let position = batch.position { self.positions[position.key] = position.value.isEmpty ? nil : position }
        self.batches += 1
        self.waiters.removeAll { waiter in
            guard waiter.isMet(self.lines) else { return false }
            waiter.continuation.resume()
            return true
        }
    }

    /// Accepts nothing until ``resume()``.
    func pause() { self.isClosed = true }

    func resume() {
        self.isClosed = false
        for continuation in self.blocked { continuation.resume() }
        self.blocked.removeAll()
    }

    /// Returns when the condition holds, or when the test is cancelled, which then fails for what is missing.
    func wait(until isMet: @escaping @Sendable ([Line]) -> Bool) async {
        await withTaskCancellationHandler {
            if self.isOver || isMet(self.lines) { return }
            await withCheckedContinuation { self.waiters.append((isMet, $0)) }
        } onCancel: {
            Task { await self.giveUp() }
        }
    }

    private func giveUp() {
        self.isOver = true
        for waiter in self.waiters { waiter.continuation.resume() }
        self.waiters.removeAll()
        self.resume()
    }

    func wait(for count: Int) async { await self.wait { $0.count >= count } }
}

/// Runs a source while `body` runs, then cancels it and waits for its end.
func withRunning<Result>(
    _ source: some Source,
    into sink: some RecordSink,
    on executor: (any TaskExecutor)? = nil,
    _ body: () async throws -> Result
) async throws -> Result {
    let running = Task(executorPreference: executor) { try await source.run(into: sink) }
    do {
        let result = try await body()
        running.cancel()
        try await running.value
        return result
    } catch {
        running.cancel()
        throw error
    }
}
