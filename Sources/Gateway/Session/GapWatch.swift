/// The gaps in an arm's sequence that may still fill; a value, bounded, that is told the time.
///
/// A gap is no problem at first: batches in flight may overtake each other around a restart. It is one when it is still
/// there a minute later, and stops being one when it has filled, or after an hour.
struct GapWatch: Sendable {
    private struct Entry {
        var gap: SequenceGap
        var since: Duration
        var nextLook: Duration
        var isBeingCounted = false
    }

    static let interval = Duration.seconds(60)
    private static let memory = Duration.seconds(3600)
    private static let capacity = 16

    private var entries: [Entry] = []

    var isEmpty: Bool { self.entries.isEmpty }

    mutating func add(_ gap: SequenceGap, now: Duration) {
        if self.entries.count >= Self.capacity { self.entries.removeFirst() }
        self.entries.append(Entry(gap: gap, since: now, nextLook: now + Self.interval))
    }

    /// The gaps to look at now.
    mutating func due(_ now: Duration) -> [SequenceGap] {
        self.entries.indices.compactMap { index in
            guard self.entries[index].nextLook <= now, !self.entries[index].isBeingCounted else { return nil }
            self.entries[index].isBeingCounted = true
            return self.entries[index].gap
        }
    }

    /// Takes in how many numbers are still missing; true when that is a problem.
    mutating func counted(_ gap: SequenceGap, missing: Int64?, now: Duration) -> Bool {
        guard let index = self.entries.firstIndex(where: { $0.gap == gap }) else { return false }
        self.entries[index].isBeingCounted = false
        self.entries[index].nextLook = now + Self.interval
        guard let missing else { return false }
        if missing == 0 || now - self.entries[index].since > Self.memory { self.entries.remove(at: index) }
        return missing > 0
    }

    var nextDeadline: Duration? { self.entries.lazy.filter { !$0.isBeingCounted }.map(\.nextLook).min() }
}
