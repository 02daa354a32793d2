/// The files that are to be read, in the order in which they asked for it; each has one place at most.
struct TurnQueue {
    private var queue: [FileIdentity] = []
    private var first = 0

    var isEmpty: Bool { self.first == self.queue.count }

    /// Gives a file the last place, unless it has one, or is waiting for the sink.
    mutating func add(_ followed: FollowedFile) {
        guard case .idle = followed.turn else { return }
        followed.turn = .queued
        self.queue.append(followed.identity)
    }

    /// The file whose turn it is; it may be forgotten by now.
    mutating func next() -> FileIdentity? {
        guard !self.isEmpty else { return nil }
        defer {
            self.first += 1
            // As many are moved as were taken since the last time.
            if self.first > self.queue.count / 2 {
                self.queue.removeFirst(self.first)
                self.first = 0
            }
        }
        return self.queue[self.first]
    }
}
