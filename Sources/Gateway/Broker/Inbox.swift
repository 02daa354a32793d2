internal import Synchronization

/// Where many tasks leave things for one, which takes all that is there at once.
///
/// Has no bound of its own: what it holds is bounded by the prefetch, and by what was asked of the store because of it.
final class Inbox<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])
    private let signal: AsyncStream<Void>.Continuation
    /// A signal whenever there may be something to take; for one task.
    let signals: AsyncStream<Void>

    init() { (self.signals, self.signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    func put(_ element: Element) {
        let wasEmpty = self.elements.withLock { elements in
            elements.append(element)
            return elements.count == 1
        }
        if wasEmpty { self.signal.yield() }
    }

    /// Everything that is there, in order.
    func take() -> [Element] {
        self.elements.withLock { elements in
            defer { elements = [] }
            return elements
        }
    }

    /// Ends ``signals``.
    func finish() { self.signal.finish() }
}
