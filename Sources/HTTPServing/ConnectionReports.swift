public import Daemon
public import Logging
public import Serving
internal import Synchronization

/// Says in the log that connections were closed for want of room, at most once a minute.
public final class ConnectionReports: Sendable {
    private static let pause = Duration.seconds(60)

    private let listener: String
    private let logger: Logger
    private let lastWarning = Mutex<ContinuousClock.Instant?>(nil)

    /// Speaks of a listener by this name.
    public init(_ listener: String, logger: Logger) {
        self.listener = listener
        self.logger = logger
    }

    /// Takes note of a connection that was closed.
    public func note(_ reason: Connections.Table.Reason, address: String?) {
        let text =
            switch reason {
            // These are limits of one address, which are there for everybody else.
            case .gaveWay, .tooManyWait: "closes connections of an address that has too many without a word"
            case .madeRoom, .noRoom: "has as many connections as it may have; those that say nothing give way"
            case .noDescriptor: "runs out of descriptors; raise the limit (LimitNOFILE, ulimit -n)"
            }
        let isDue = self.lastWarning.withLock { last in
            let now = ContinuousClock.now
            if let before = last, now - before < Self.pause { return false }
            last = now
            return true
        }
        guard isDue else { return }
        self.logger.warning("\(self.listener) \(text)", metadata: ["peer": "\(address ?? "unknown")"])
    }
}
