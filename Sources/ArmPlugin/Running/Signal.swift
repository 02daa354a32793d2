/// Wakes one waiting task; signals that come before it waits are kept as one.
struct Signal: Sendable {
    /// What the waiting task iterates over.
    let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (self.stream, self.continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Wakes it.
    func send() { self.continuation.yield() }

    /// Ends the iteration.
    func finish() { self.continuation.finish() }
}
