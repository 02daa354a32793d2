internal import Daemon
internal import HummingbirdCore
internal import Logging

/// Bounds how many connections the console has at a time; others wait in the system's queue until one is closed.
///
/// Brokers, the store and log files need descriptors too. When there are as many as there may be, ``Connections`` closes the
/// oldest on which nobody has signed in; only where there is none others have to wait.
struct ConnectionGate: AvailableConnectionsDelegate {
    /// More connections than this are never open; a thousand live pages have room.
    private static let mostEver = 8192
    /// The log is told at most so often.
    private static let pause = Duration.seconds(60)

    private let most: Int
    private let logger: Logger
    private var count = 0
    private var lastWarning: ContinuousClock.Instant?

    /// Half of the descriptors that strangers may have.
    static var usual: Int { min(Self.mostEver, DescriptorLimit.forStrangers / 2) }

    init(most: Int, logger: Logger) {
        self.most = most
        self.logger = logger
    }

    mutating func connectionOpened() {
        self.count += 1
        guard self.count >= self.most else { return }
        let now = ContinuousClock.now
        if let lastWarning, now - lastWarning < Self.pause { return }
        self.lastWarning = now
        self.logger.warning(
            "the console has as many connections as it may have; those without a sign-in give way",
            metadata: ["connections": "\(self.count)"]
        )
    }

    mutating func connectionClosed() { self.count -= 1 }

    func isAcceptingNewConnections() -> Bool { self.count < self.most }
}
