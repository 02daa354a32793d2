/// In which order the files of one log are read: each waits until the one before it was read to its end.
///
/// `app.log.2`, `app.log.1` and `app.log` of one rotation hold one sequence of lines; read at the same time, they would be mixed.
struct ReadingOrder: Hashable, Sendable {
    private var predecessors: [FileIdentity: FileIdentity] = [:]
    private var waiters: [FileIdentity: [FileIdentity]] = [:]

    /// The file that has to be read before this one.
    func predecessor(of identity: FileIdentity) -> FileIdentity? { self.predecessors[identity] }

    /// The files that wait for this one.
    func waiters(for identity: FileIdentity) -> [FileIdentity] { self.waiters[identity] ?? [] }

    /// Lets a file wait for another one, or for none; not for one that waits for it.
    mutating func put(_ identity: FileIdentity, after wanted: FileIdentity?) {
        let predecessor = self.isWaiting(wanted, for: identity) ? nil : wanted
        if let old = self.predecessors[identity] {
            self.waiters[old]?.removeAll { $0 == identity }
            if self.waiters[old]?.isEmpty == true { self.waiters[old] = nil }
        }
        self.predecessors[identity] = predecessor
        if let predecessor { self.waiters[predecessor, default: []].append(identity) }
    }

    private func isWaiting(_ identity: FileIdentity?, for other: FileIdentity) -> Bool {
        var next = identity
        while let current = next {
            if current == other { return true }
            next = self.predecessors[current]
        }
        return false
    }

    /// Lets the files go on that waited for this one.
    mutating func release(waitersFor identity: FileIdentity) -> [FileIdentity] {
        let released = self.waiters.removeValue(forKey: identity) ?? []
        for waiter in released { self.predecessors[waiter] = nil }
        return released
    }

    /// Takes a file out; what waited for it waits for what it waited for.
    ///
    /// Returns those that waited.
    mutating func remove(_ identity: FileIdentity) -> [FileIdentity] {
        let (waiting, predecessor) = (self.waiters(for: identity), self.predecessor(of: identity))
        for waiter in waiting { self.put(waiter, after: predecessor) }
        self.put(identity, after: nil)
        return waiting
    }
}
