internal import Daemon
internal import Glibc
internal import Synchronization

/// Ends calls into librabbitmq that do not come back, by shutting their socket down.
///
/// librabbitmq waits without limit for a socket to take bytes. One thread serves all connections; it sleeps while none
/// of them sends.
final class Watchdog: Sendable {
    /// The watch over one socket.
    ///
    /// Arm it around calls that may block; ``end()`` it before the socket is closed.
    final class Guard: Sendable {
        fileprivate let descriptor: CInt
        /// Nanoseconds of the monotonic clock; 0 while no call is being made.
        fileprivate let deadline = Atomic<UInt64>(0)
        fileprivate let hasFired = Atomic(false)
        private let watchdog: Watchdog

        fileprivate init(descriptor: CInt, watchdog: Watchdog) {
            self.descriptor = descriptor
            self.watchdog = watchdog
        }

        /// Whether the socket was shut down because a call took too long.
        var fired: Bool { self.hasFired.load(ordering: .acquiring) }

        func arm(for limit: Duration) {
            let nanoseconds = UInt64(max(0, limit.components.seconds)) * 1_000_000_000
            self.deadline.store(Watchdog.now() + nanoseconds, ordering: .releasing)
            self.watchdog.stayAwake()
        }

        func disarm() { self.deadline.store(0, ordering: .releasing) }

        func end() { self.watchdog.remove(self) }
    }

    static let shared = Watchdog()

    private let guards = Mutex<[Guard]>([])
    /// Set by whoever arms a guard; the thread goes to sleep when nobody did since its last look.
    private let isAwake = Atomic(false)
    private let wakePipe = WakePipe()

    private init() {
        // The watchdog lives as long as the process, so its thread may hold it for ever.
        DetachedThread.start { self.run() }
    }

    func watch(_ descriptor: CInt) -> Guard {
        let watch = Guard(descriptor: descriptor, watchdog: self)
        self.guards.withLock { $0.append(watch) }
        return watch
    }

    private func remove(_ watch: Guard) { self.guards.withLock { $0.removeAll { $0 === watch } } }

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    private func stayAwake() {
        guard !self.isAwake.load(ordering: .relaxed), !self.isAwake.exchange(true, ordering: .acquiringAndReleasing)
        else { return }
        self.wakePipe.wake()
    }

    private func run() -> Never {
        while true {
            let wasUsed = self.isAwake.exchange(false, ordering: .acquiringAndReleasing)
            let isArmed = self.shutDownStuck()
            var descriptor = pollfd(fd: self.wakePipe.descriptor, events: Int16(POLLIN), revents: 0)
            if poll(&descriptor, 1, self.wakePipe.sleep(wasUsed || isArmed ? 1000 : -1)) > 0 {
                self.wakePipe.drain()
                // The one that woke us has only begun: look again in a second, not at once.
                self.isAwake.store(true, ordering: .releasing)
                _ = poll(nil, 0, 1000)
            }
        }
    }

    /// Returns whether a call is under way.
    private func shutDownStuck() -> Bool {
        let now = Self.now()
        // Under the lock, so that a descriptor is not closed, and given to somebody else, before it is shut down.
        return self.guards.withLock { guards in
            var isArmed = false
            for watch in guards {
                let deadline = watch.deadline.load(ordering: .acquiring)
                guard deadline != 0 else { continue }
                isArmed = true
                if deadline < now, !watch.hasFired.exchange(true, ordering: .acquiringAndReleasing) {
                    shutdown(watch.descriptor, CInt(SHUT_RDWR))
                }
            }
            return isArmed
        }
    }
}
