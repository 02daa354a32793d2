internal import Glibc
internal import Synchronization

/// Cleans up what lives as long as the test process, which ends without `deinit`.
enum AtExit {
    private static let actions = Mutex<[@Sendable () -> Void]>([])
    private static let registration: Void = {
        atexit {
            let actions = AtExit.actions.withLock { $0 }
            for action in actions.reversed() { action() }
        }
    }()

    /// Runs `action` when the process ends, the latest one first.
    static func run(_ action: @escaping @Sendable () -> Void) {
        _ = self.registration
        self.actions.withLock { $0.append(action) }
    }
}
