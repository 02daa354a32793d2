/// What the spool decides: who is admitted, what is written together, what is visible.
///
/// Values only, no disk, no clock.
struct SpoolState {
    /// An append that waits to be written.
    struct Append {
        var ticket: UInt64
        var batches: [SpooledBatch]
        var positions: [Position]
        var footprint: Int64
    }

    /// What goes to the disk next, and whose appends it completes.
    struct Work {
        var transaction: SpoolTransaction
        var appends: [Append]

        var tickets: [UInt64] { self.appends.map(\.ticket) }
    }

    /// A transaction takes no further append after this many bytes, so that the first one does not wait for long.
    private static let transactionBytes: Int64 = 8 << 20

    let limit: Int64
    /// The id of the file, whose end all runs of the spool share.
    let origin: String
    /// The id of the present run of numbers.
    private(set) var run: String
    /// The first number that no append has used, written or still in line.
    private(set) var nextSequence: Int64
    private(set) var positions: [String: [UInt8]]
    private(set) var cache: BatchCache
    private(set) var removals: Set<Int64> = []
    private(set) var isClosed = false
    var lastError: String?
    var damage: SpoolDamage?
    /// What happened to the files, if somebody deleted or replaced them since the start.
    var loss: String?

    /// The file is to be shortened further, one step with each transaction.
    private var hasSpaceToGive = false
    private var batches: Int
    private var bytes: Int64
    private var waiting: [Append] = []

    init(contents: SpoolContents, limit: Int64, cacheLimit: Int64) {
        self.limit = limit
        self.origin = contents.id
        self.run = SpoolIdentifier.make(following: contents.id)
        self.nextSequence = contents.nextSequence
        self.positions = contents.positions
        self.batches = contents.batches
        self.bytes = contents.bytes
        self.cache = BatchCache(limit: cacheLimit, completeAfter: contents.newest)
    }

    /// The first append in line does not fit below the limit.
    var isFull: Bool { self.waiting.first.map { !self.hasRoom(for: $0.footprint) } ?? false }

    /// More waits to be delivered than memory holds, as far as sizes are known before the disk follows.
    var exceedsMemory: Bool {
        guard self.batches > 0 else { return false }
        let removed = self.bytes / Int64(self.batches) * Int64(self.removals.count)
        return self.bytes - removed > self.cache.limit
    }

    var status: SpoolStatus {
        SpoolStatus(
            batches: max(0, self.batches - self.removals.count),
            bytes: self.bytes,
            limit: self.limit,
            isFull: self.isFull,
            lastError: self.lastError,
            damagedFile: self.damage?.file,
            unreadEvents: self.damage?.unreadEvents ?? 0,
            loss: self.loss
        )
    }

    /// Goes on with the same numbers under another id.
    mutating func beginRun() -> String {
        self.run = SpoolIdentifier.make(following: self.origin)
        return self.run
    }

    /// Puts an append in line; its numbers must follow those of all appends before.
    mutating func append(
        _ batches: [SpooledBatch],
        positions: [Position],
        ticket: UInt64
    ) throws(SpoolError) {
        let stage = "append to the spool"
        guard !self.isClosed else { throw SpoolError(.closed, stage: stage, reason: "the spool is closed") }
        var next = self.nextSequence
        for batch in batches {
            guard batch.firstSequence >= next, batch.count > 0 else {
                throw SpoolError(
                    .outOfOrder,
                    stage: stage,
                    reason: "batch \(batch.firstSequence) of \(batch.count) events, but \(next) is the next number"
                )
            }
            next = batch.firstSequence + Int64(batch.count)
        }
        self.nextSequence = next
        let footprint = batches.reduce(0) { $0 + $1.footprint }
        self.waiting.append(Append(ticket: ticket, batches: batches, positions: positions, footprint: footprint))
    }

    /// Takes an append out of the line; false if it is being written already.
    mutating func withdraw(_ ticket: UInt64) -> Bool {
        guard let index = self.waiting.firstIndex(where: { $0.ticket == ticket }) else { return false }
        self.waiting.remove(at: index)
        return true
    }

    /// Hides batches at once; the disk follows with the next transaction.
    mutating func remove(_ sequences: [Int64]) {
        for sequence in sequences {
            self.cache.remove(sequence)
            self.removals.insert(sequence)
        }
    }

    /// Takes no more appends.
    mutating func close() { self.isClosed = true }

    /// Empties the line and gives the appends that were in it.
    mutating func takeLeftovers() -> [UInt64] {
        defer { self.waiting.removeAll() }
        return self.waiting.map(\.ticket)
    }

    /// Collects what fits into one transaction; `nil` when there is nothing to do.
    mutating func takeWork() -> Work? {
        var transaction = SpoolTransaction(removals: Array(self.removals))
        var footprint: Int64 = 0
        var taken = 0
        for append in self.waiting {
            guard self.hasRoom(for: footprint + append.footprint), footprint < Self.transactionBytes else { break }
            transaction.batches.append(contentsOf: append.batches)
            transaction.positions.append(contentsOf: append.positions)
            footprint += append.footprint
            taken += 1
        }
        guard taken > 0 || !transaction.removals.isEmpty || self.hasSpaceToGive else { return nil }
        let appends = Array(self.waiting.prefix(taken))
        self.waiting.removeFirst(taken)
        return Work(transaction: transaction, appends: appends)
    }

    /// Puts what could not be written back in line, in front of all others, without those that are not wanted any more.
    mutating func putBack(_ work: Work, without tickets: Set<UInt64>) {
        self.waiting.insert(contentsOf: work.appends.filter { !tickets.contains($0.ticket) }, at: 0)
    }

    /// Takes note of a transaction that is on the disk.
    mutating func finish(_ transaction: SpoolTransaction, removed: RemovedAmount) {
        self.cache.add(transaction.batches)
        for position in transaction.positions {
            self.positions[position.source] = position.value.isEmpty ? nil : position.value
        }
        self.batches += transaction.batches.count
        self.bytes += transaction.batches.reduce(0) { $0 + $1.footprint }
        self.finishRemoval(of: transaction.removals, removed: removed)
        self.lastError = nil
    }

    /// Takes note of removals that are on the disk.
    mutating func finishRemoval(of sequences: some Sequence<Int64>, removed: RemovedAmount) {
        self.batches -= removed.batches
        self.bytes -= removed.bytes
        self.removals.subtract(sequences)
        self.hasSpaceToGive = removed.leavesSpace
    }

    /// Goes on with another file that holds these contents.
    mutating func adopt(_ contents: SpoolContents) {
        self.batches = contents.batches
        self.bytes = contents.bytes
    }

    private func hasRoom(for footprint: Int64) -> Bool {
        footprint == 0 || self.batches == 0 || self.bytes + footprint <= self.limit
    }
}
