/// How a child process does that is started again whenever it ends: whether it keeps ending soon.
///
/// A value without a clock. A child that ends once has been restarted by somebody or has had an accident; one that ends again within
/// a minute of its start will do so for ever, until somebody mends what it lacks.
struct ChildHealth: Hashable {
    /// A child that has run so long is well.
    static let longEnough = Duration.seconds(60)

    private var failures = 0
    private var lastEnding = ""
    private var start: ContinuousClock.Instant?

    /// Notes that it is started.
    mutating func started(at now: ContinuousClock.Instant) { self.start = now }

    /// Notes how it ended, or why it could not be started.
    mutating func ended(_ ending: String, at now: ContinuousClock.Instant) {
        if self.hasRunLong(at: now) { self.failures = 0 }
        self.failures += 1
        self.lastEnding = ending
        self.start = nil
    }

    /// Whether it keeps ending soon after its start.
    func isFailing(at now: ContinuousClock.Instant) -> Bool { self.failures > 1 && !self.hasRunLong(at: now) }

    /// What is wrong with it, in one line; `nil` if nothing is.
    func problem(at now: ContinuousClock.Instant) -> String? {
        guard self.isFailing(at: now) else { return nil }
        return "it ends soon after each start (\(self.lastEnding)); what it said the first time is in the log"
    }

    private func hasRunLong(at now: ContinuousClock.Instant) -> Bool {
        self.start.map { now - $0 >= Self.longEnough } ?? false
    }
}
