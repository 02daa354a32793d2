import Intake

/// Passes batches on to a store until it holds a number of lines; from there on it fails, as if the process were killed.
actor KillingSink: RecordSink {
    struct Killed: Error {}

    private let store: RecordCollector
    private let limit: Int
    private let isLastOneStored: Bool
    private var isKilled = false

    /// Fails with the batch that goes beyond `limit` lines; that one may be stored, though its source is not told.
    init(_ store: RecordCollector, limit: Int, isLastOneStored: Bool) {
        self.store = store
        self.limit = limit
        self.isLastOneStored = isLastOneStored
    }

    func accept(_ batch: RecordBatch) async throws {
        guard !self.isKilled else { throw Killed() }
        self.isKilled = await self.store.lines.count + batch.records.count > self.limit || self.isKilled
        if !self.isKilled || self.isLastOneStored { try await self.store.accept(batch) }
        if self.isKilled { throw Killed() }
    }
}
