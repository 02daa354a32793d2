internal import CLinux
internal import Glibc
internal import Synchronization

/// Wakes a thread out of `poll`.
///
/// A descriptor rather than a condition variable, because it can be polled together with a socket. A process that has used up its
/// descriptors gets none; then the thread wakes up by itself every few milliseconds, until there is one. So nobody has to
/// handle an error here, and nothing stands still.
public final class WakePipe: Sendable {
    /// The longest sleep without a descriptor, in milliseconds.
    private static let blindSleep: CInt = 20

    private let event = Atomic<CInt>(-1)

    /// Makes one that nobody has woken.
    public init() { self.open() }

    deinit {
        let descriptor = self.event.load(ordering: .acquiring)
        if descriptor >= 0 { close(descriptor) }
    }

    /// Readable after a call of ``wake()``, until ``drain()``; -1, which `poll` ignores, as long as there is none.
    public var descriptor: CInt { self.event.load(ordering: .acquiring) }

    /// How long a thread may sleep in `poll`, in milliseconds, that would like to sleep so long; negative has no end.
    public func sleep(_ milliseconds: CInt) -> CInt {
        guard self.descriptor < 0 else { return milliseconds }
        // The caller may poll the -1 that it has read before.
        self.open()
        return milliseconds < 0 ? Self.blindSleep : min(milliseconds, Self.blindSleep)
    }

    /// Makes the descriptor readable.
    public func wake() {
        var one: UInt64 = 1
        _ = write(self.descriptor, &one, 8)  // without a descriptor the thread wakes up by itself
    }

    /// Makes the descriptor unreadable again.
    public func drain() {
        var count: UInt64 = 0
        _ = read(self.descriptor, &count, 8)  // nothing to read is what was wanted
    }

    private func open() {
        let descriptor = clinux_eventfd()
        guard descriptor >= 0 else { return }
        let isOurs = self.event.compareExchange(expected: -1, desired: descriptor, ordering: .acquiringAndReleasing)
        if !isOurs.exchanged { close(descriptor) }
    }
}
