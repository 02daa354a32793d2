/// The deliveries that are not acknowledged yet; at most as many as the prefetch.
///
/// Acknowledging goes from the oldest on without holes, so one frame settles many. What is behind an undecided delivery waits
/// for it; should the connection break, it comes again and is recognised.
struct Acknowledgements: Sendable {
    private var open: [(tag: UInt64, isSettled: Bool)] = []

    /// Notes a delivery; tags rise.
    mutating func receive(_ tag: UInt64) { self.open.append((tag, false)) }

    /// Notes that nothing more is to be done for a delivery.
    mutating func settle(_ tag: UInt64) {
        guard let index = self.open.firstIndex(where: { $0.tag == tag }) else { return }
        self.open[index].isSettled = true
    }

    /// The tag to acknowledge, with all before it; nil when nothing new can be.
    mutating func take() -> UInt64? {
        let settled = self.open.prefix { $0.isSettled }
        guard let last = settled.last else { return nil }
        self.open.removeFirst(settled.count)
        return last.tag
    }

    /// Forgets all: with the connection the tags lose their meaning.
    mutating func reset() { self.open = [] }
}
