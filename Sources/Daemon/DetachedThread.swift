internal import Glibc

/// Starts threads that nobody waits for.
public enum DetachedThread {
    /// The pause before another attempt.
    private static let pause = Duration.milliseconds(100)

    /// Runs this on a new thread, as soon as the system allows one more.
    ///
    /// A system or a container that has no threads left (`TasksMax` of systemd, `ulimit -u`) has some again later; until then
    /// nothing is lost, since whoever waits for the thread has queued what it is to do.
    public static func start(_ body: @escaping @Sendable () -> Void) {
        guard !self.attempt(body) else { return }
        Task.detached {
            // A sleep that is cut short only means an earlier attempt.
            repeat { try? await Task.sleep(for: Self.pause) } while !self.attempt(body)
        }
    }

    private final class Work: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Whether there is a thread for it now.
    private static func attempt(_ body: @escaping @Sendable () -> Void) -> Bool {
        var thread = pthread_t()
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
        defer { pthread_attr_destroy(&attributes) }
        let work = Unmanaged.passRetained(Work(body))
        let status = pthread_create(
            &thread,
            &attributes,
            { context in
                guard let context else { return nil }
                Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body()
                return nil
            },
            work.toOpaque()
        )
        if status != 0 { work.release() }
        return status == 0
    }
}
