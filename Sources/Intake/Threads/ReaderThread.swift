internal import Daemon
internal import Glibc
internal import Synchronization

/// A thread for blocking reads: runs the jobs of one actor, which may sleep in ``wait(forReadable:milliseconds:)``.
///
/// The thread lives as long as its ``Lease``: it ends, after the jobs it has, when the lease is gone.
final class ReaderThread: SerialExecutor {
    /// Keeps the thread running; the actor on the thread owns the only one.
    final class Lease: Sendable {
        let thread = ReaderThread()

        init() { self.thread.start() }

        deinit { self.thread.stop() }
    }

    private struct State {
        var jobs: [UnownedJob] = []
        var isStopped = false
    }

    private let state = Mutex(State())
    private let threadID = Atomic<pthread_t>(0)
    private let wakePipe = WakePipe()

    private init() {}

    /// Ends a wait early.
    func wake() { self.wakePipe.wake() }

    /// Sleeps until the descriptor is readable, a job comes, ``wake()`` is called or the time is over.
    ///
    /// Only from a job of this thread. A negative descriptor watches nothing, a negative time has no end.
    /// Returns whether the descriptor is readable or at its end.
    func wait(forReadable descriptor: CInt, milliseconds: CInt) -> Bool {
        self.checkIsolated()
        return self.poll(descriptor, milliseconds: self.state.withLock { $0.jobs.isEmpty } ? milliseconds : 0)
    }

    /// The same until a point in time; `nil` has no end.
    func wait(forReadable descriptor: CInt, until due: ContinuousClock.Instant?) -> Bool {
        let milliseconds = due.map { CInt(clamping: max(0, Int64(($0 - .now) / .milliseconds(1)) + 1)) }
        return self.wait(forReadable: descriptor, milliseconds: milliseconds ?? -1)
    }

    // MARK: SerialExecutor

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        self.state.withLock { state in
            // A job holds its actor, the actor holds the lease: no job can arrive after the lease has ended.
            precondition(!state.isStopped, "job for a reader thread without a lease")
            state.jobs.append(job)
        }
        if self.isIsolatingCurrentContext() != true { self.wakePipe.wake() }
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    /// Lets `assumeIsolated` work on this thread (SE-0471).
    func isIsolatingCurrentContext() -> Bool? { self.threadID.load(ordering: .acquiring) == pthread_self() }

    func checkIsolated() {
        precondition(self.isIsolatingCurrentContext() == true, "not on the reader thread")
    }

    // MARK: The thread

    private func start() { DetachedThread.start { self.run() } }

    private func stop() {
        self.state.withLock { $0.isStopped = true }
        self.wakePipe.wake()
    }

    private func run() {
        self.threadID.store(pthread_self(), ordering: .releasing)
        while true {
            // One at a time: a job that waits has to see that there are others.
            let (job, isStopped) = self.state.withLock { state in
                (state.jobs.isEmpty ? nil : state.jobs.removeFirst(), state.isStopped)
            }
            if let job {
                job.runSynchronously(on: self.asUnownedSerialExecutor())
            } else if isStopped {
                return
            } else {
                _ = self.poll(-1, milliseconds: -1)
            }
        }
    }

    private func poll(_ descriptor: CInt, milliseconds: CInt) -> Bool {
        var descriptors: (pollfd, pollfd) = (
            pollfd(fd: self.wakePipe.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        )
        let count = withUnsafeMutableBytes(of: &descriptors) { bytes in
            Glibc.poll(
                bytes.assumingMemoryBound(to: pollfd.self).baseAddress,
                2,
                self.wakePipe.sleep(milliseconds)
            )
        }
        guard count > 0 else { return false }
        if descriptors.0.revents != 0 { self.wakePipe.drain() }
        return descriptors.1.revents != 0
    }
}
