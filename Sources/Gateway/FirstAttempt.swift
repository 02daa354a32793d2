internal import Synchronization

/// How the first attempt to reach the queues of a monitoring server ended, and whoever waits for that.
final class FirstAttempt: Sendable {
    private let result = Mutex<Bool?>(nil)
    private let ended: (stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation)

    init() { self.ended = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    /// Whether it succeeded; nil before it has ended.
    var succeeded: Bool? { self.result.withLock { $0 } }

    /// Notes how an attempt ended; only the first counts.
    func end(succeeded: Bool) {
        self.result.withLock { $0 = $0 ?? succeeded }
        self.ended.continuation.finish()
    }

    /// Returns when it has ended, or the task is cancelled; for one task.
    func wait() async { for await _ in self.ended.stream {} }
}
