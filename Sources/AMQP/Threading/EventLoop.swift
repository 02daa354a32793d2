internal import Daemon
internal import Glibc
internal import Synchronization

/// What an event source waits for.
struct Interest {
    /// The descriptor to watch; negative for none.
    var descriptor: CInt = -1
    /// Whether to wake up when the descriptor takes bytes.
    var wantsWrite = false
    /// The longest wait, in milliseconds; negative for none, 0 when there is work already.
    var timeout: CInt = -1
}

/// Something served by an ``EventLoop`` on the loop's thread.
protocol EventSource: AnyObject, Sendable {
    /// Says what to wait for.
    func interest() -> Interest
    /// Called after each wait, whatever ended it.
    func ready(readable: Bool)
}

/// A thread that runs an actor's jobs and watches a socket for it, both in one `poll`.
///
/// The thread lives as long as its ``Lease``: it ends, after the jobs it has, when the lease is gone.
final class EventLoop: SerialExecutor {
    /// Keeps the thread running; the actor on the loop owns the only one.
    final class Lease: Sendable {
        let loop: EventLoop

        init() {
            self.loop = EventLoop()
            self.loop.start()
        }

        deinit { self.loop.stop() }
    }

    private struct State {
        var jobs: [UnownedJob] = []
        var isStopped = false
        var isWaiting = false
        weak var source: (any EventSource)?
    }

    /// So many jobs run before the socket gets its turn.
    private static let jobsPerTurn = 64

    private let state = Mutex(State())
    private let threadID = Atomic<pthread_t>(0)
    private let wakePipe = WakePipe()

    private init() {}

    /// Serves this source from now on; the loop does not keep it alive.
    func attach(_ source: some EventSource) {
        self.state.withLock { $0.source = source }
    }

    // MARK: SerialExecutor

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let mustWake = self.state.withLock { state in
            // A job holds its actor, the actor holds the lease: no job can arrive after the lease has ended.
            precondition(!state.isStopped, "job for an event loop without a lease")
            state.jobs.append(job)
            defer { state.isWaiting = false }
            return state.isWaiting
        }
        if mustWake { self.wakePipe.wake() }
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    /// Lets `assumeIsolated` work on this thread outside of jobs (SE-0471).
    func isIsolatingCurrentContext() -> Bool? { self.threadID.load(ordering: .acquiring) == pthread_self() }

    func checkIsolated() {
        precondition(self.isIsolatingCurrentContext() == true, "not on the thread of the event loop")
    }

    // MARK: The thread

    private func start() { DetachedThread.start { self.run() } }

    private func stop() {
        self.state.withLock { $0.isStopped = true }
        self.wakePipe.wake()
    }

    private func run() {
        self.threadID.store(pthread_self(), ordering: .releasing)
        while self.runJobs() {
            let source = self.state.withLock { $0.source }
            let interest = source?.interest() ?? Interest()
            let readable = self.wait(for: interest)
            source?.ready(readable: readable)
        }
    }

    /// Returns whether to go on.
    private func runJobs() -> Bool {
        let (jobs, goesOn) = self.state.withLock { state in
            guard state.jobs.count > Self.jobsPerTurn else {
                defer { state.jobs.removeAll(keepingCapacity: true) }
                return (state.jobs, !state.isStopped || !state.jobs.isEmpty)
            }
            defer { state.jobs.removeFirst(Self.jobsPerTurn) }
            return (Array(state.jobs.prefix(Self.jobsPerTurn)), true)
        }
        for job in jobs { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
        return goesOn
    }

    private func wait(for interest: Interest) -> Bool {
        let mayWait = self.state.withLock { state in
            state.isWaiting = state.jobs.isEmpty && !state.isStopped
            return state.isWaiting
        }
        defer { self.state.withLock { $0.isWaiting = false } }
        var descriptors: (pollfd, pollfd) = (
            pollfd(fd: self.wakePipe.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: interest.descriptor, events: Int16(POLLIN | (interest.wantsWrite ? POLLOUT : 0)), revents: 0)
        )
        let count = withUnsafeMutableBytes(of: &descriptors) { bytes in
            poll(
                bytes.assumingMemoryBound(to: pollfd.self).baseAddress,
                2,
                mayWait ? self.wakePipe.sleep(interest.timeout) : 0
            )
        }
        guard count > 0 else { return false }
        if descriptors.0.revents != 0 { self.wakePipe.drain() }
        return descriptors.1.revents & ~Int16(POLLOUT) != 0
    }
}
