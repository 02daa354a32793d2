internal import ArmPlugin
internal import HAPI
internal import Intake
internal import Rules
internal import Spool

/// Turns the records of all sources into spooled events.
///
/// Records that come while a batch is being written go into the next one, and batches begin at least ``pace`` apart unless
/// they are full: a lone line is stored at once, and many lines cost few transactions.
actor EventRecorder {
    /// The shortest time between two batches that are not full.
    static let pace: Duration = .milliseconds(4)

    nonisolated let spool: Spool
    private let doubt: NumberingDoubt
    private var encoder: BatchEncoder
    private var mapper: EventMapper
    /// What rules dropped that are no longer in use.
    private var pastCounts: [RuleCounts] = []
    private var positions: [String: Position] = [:]
    private var waiters: [CheckedContinuation<Void, any Error>] = []
    private var writer: Task<Void, Never>?
    private var lastBatch: ContinuousClock.Instant?

    init(spool: Spool, doubt: NumberingDoubt, rules: RuleSet? = nil) {
        self.spool = spool
        self.doubt = doubt
        self.encoder = BatchEncoder(spool: spool.id, sequence: spool.nextSequence)
        self.mapper = EventMapper(rules: rules)
    }

    /// Takes records and returns when they, and their position, are on the disk.
    ///
    /// - Parameters:
    ///   - batch: the records.
    ///   - host: the host of records that name none.
    /// - Throws: why they are not; then none of them is.
    func accept(_ batch: RecordBatch, host: [UInt8]) async throws {
        if self.encoder.count == 0, self.doubt.take() { self.encoder.begin(run: self.spool.beginRun()) }
        var now = TimeStamp.now
        let storage = batch.storage.span
        for record in batch.records {
            // Of a later batch the lines are later: events of one moment are shown as they arrived, and a batch that the store
            // could not take arrives behind the next one.
            if self.encoder.isBetweenBatches { now = .now }
            self.mapper.map(record, in: storage, host: host.span, now: now, into: &self.encoder)
        }
        if let position = batch.position {
            self.positions[position.key] = Position(source: position.key, value: position.value)
        }
        guard self.encoder.count > 0 || batch.position != nil else { return }
        try await withCheckedThrowingContinuation { continuation in
            self.waiters.append(continuation)
            if self.writer == nil { self.writer = Task { await self.write() } }
        }
    }

    /// Uses other rules from now on.
    func setRules(_ rules: RuleSet?) {
        self.pastCounts = self.ruleCounts
        self.mapper = EventMapper(rules: rules)
    }

    /// How many records each rule has dropped since the start, in the order of the file; rules of the same name count together.
    var ruleCounts: [RuleCounts] { RuleCounts.sum(self.pastCounts + self.mapper.ruleCounts) }

    /// Gives up what is waiting for a spool that is full or cannot be written: it was not accepted.
    func abandon() { self.writer?.cancel() }

    private func write() async {
        while !self.waiters.isEmpty {
            await self.keepPace()
            let waiters = self.waiters
            let positions = Array(self.positions.values)
            self.waiters = []
            self.positions = [:]
            self.lastBatch = .now
            do {
                try await self.spool.append(self.encoder.take(), positions: positions)
                for waiter in waiters { waiter.resume() }
            } catch {
                for waiter in waiters { waiter.resume(throwing: error) }
            }
        }
        self.writer = nil
    }

    private func keepPace() async {
        guard let lastBatch = self.lastBatch, self.encoder.count < PutEvents.mostEvents else { return }
        let due = lastBatch + Self.pace
        if ContinuousClock.now < due { try? await Task.sleep(until: due, tolerance: .zero) }
    }
}

/// Where one source delivers.
struct RecorderSink: RecordSink {
    let recorder: EventRecorder
    /// The host of records that name none, and whose source does not know who sent them.
    let host: [UInt8]

    func accept(_ batch: RecordBatch) async throws {
        try await self.recorder.accept(batch, host: batch.sender.map { Array($0.utf8) } ?? self.host)
    }
}
