/// The newest stored batches, kept in memory so that sending them needs no disk.
///
/// Bounded by bytes; the oldest leave first, and are then read from the disk when their turn comes.
struct BatchCache {
    let limit: Int64
    private var batches: [SpooledBatch] = []
    /// Batches before this index are gone; the array is compacted now and then, not at each removal.
    private var start = 0
    private var bytes: Int64 = 0

    /// Every stored batch with a greater first sequence is in the cache.
    private(set) var completeAfter: Int64

    init(limit: Int64, completeAfter: Int64) {
        self.limit = limit
        self.completeAfter = completeAfter
    }

    /// The first sequence of the newest batch here.
    var newest: Int64? { self.live.last?.firstSequence }

    /// Adds batches that are newer than all that were added before.
    mutating func add(_ added: [SpooledBatch]) {
        self.batches.append(contentsOf: added)
        self.bytes = added.reduce(self.bytes) { $0 + $1.footprint }
        while self.bytes > self.limit, let oldest = self.live.first {
            self.completeAfter = oldest.firstSequence
            self.dropFirst()
        }
    }

    /// The batches after a sequence, or `nil` if they have to be read from the disk.
    ///
    /// At most `limit` batches, and none after the one with which they reach `bytes`.
    func batches(after sequence: Int64, limit: Int, bytes: Int) -> [SpooledBatch]? {
        guard sequence >= self.completeAfter else { return nil }
        var found: [SpooledBatch] = []
        var foundBytes = 0
        for batch in self.live[self.index(after: sequence)...] {
            guard found.count < limit, foundBytes < bytes else { break }
            found.append(batch)
            foundBytes += batch.payload.count
        }
        return found
    }

    /// Forgets a batch, if it is here.
    mutating func remove(_ sequence: Int64) {
        let index = self.index(after: sequence - 1)
        guard index < self.batches.count, self.batches[index].firstSequence == sequence else { return }
        if index == self.start {
            self.dropFirst()
        } else {
            self.bytes -= self.batches.remove(at: index).footprint
        }
    }

    /// All batches here, oldest first.
    var all: [SpooledBatch] { Array(self.live) }

    private var live: ArraySlice<SpooledBatch> { self.batches[self.start...] }

    private func index(after sequence: Int64) -> Int {
        var low = self.start
        var high = self.batches.count
        while low < high {
            let middle = (low + high) / 2
            if self.batches[middle].firstSequence <= sequence { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func dropFirst() {
        self.bytes -= self.batches[self.start].footprint
        self.batches[self.start].payload = []
        self.start += 1
        if self.start * 2 > self.batches.count {
            self.batches.removeFirst(self.start)
            self.start = 0
        }
    }
}
