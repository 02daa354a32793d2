import Intake

/// Passes batches on, but lets those with records of one tag wait until it is opened.
actor BlockingSink: RecordSink {
    private let sink: RecordCollector
    private let tag: String
    private var isOpen = false
    private var waiters: [CheckedContinuation<Void, Never>] = []

    init(_ sink: RecordCollector, tag: String) {
        self.sink = sink
        self.tag = tag
    }

    func accept(_ batch: RecordBatch) async throws {
        if !self.isOpen, batch.records.contains(where: { $0.tag == self.tag }) {
            await withCheckedContinuation { self.waiters.append($0) }
        }
        try await self.sink.accept(batch)
    }

    func open() {
        self.isOpen = true
        for waiter in self.waiters { waiter.resume() }
        self.waiters.removeAll()
    }
}
