/// Decides which broker to try and how long to wait before: a value without clock, network or chance.
///
/// After a failure the next broker of the list is tried at once; when all have failed, after a pause that doubles from round
/// to round. A connection that breaks early counts as a failed round, so that a broker which accepts and drops us is not
/// hammered. Each pause is shortened by chance to between half and the whole, so that many clients do not return together.
public struct ReconnectionSchedule: Sendable {
    /// The pauses.
    public struct Policy: Sendable, Hashable {
        /// The pause after the first round; default 0.5 s.
        public var initialPause: Duration = .milliseconds(500)
        /// The longest pause; default 30 s.
        public var maximumPause: Duration = .seconds(30)
        /// A connection that lived as long as this begins anew with the initial pause; default 10 s.
        public var stableAfter: Duration = .seconds(10)

        /// The default pauses.
        public init() {}
    }

    private let policy: Policy
    private var index = 0
    private var failedRounds = 0

    /// Starts with the first broker.
    public init(policy: Policy = Policy()) { self.policy = policy }

    /// The broker to try now, of `count` brokers.
    public func broker(of count: Int) -> Int { count == 0 ? 0 : self.index % count }

    /// Notes that the broker could not be connected to, and returns the pause before the next one is tried.
    ///
    /// `chance` is a random number from 0 to 1.
    public mutating func attemptFailed(brokers count: Int, chance: Double) -> Duration {
        self.index = self.broker(of: count) + 1
        guard self.index >= count else { return .zero }
        self.index = 0
        self.failedRounds += 1
        return self.pause(chance)
    }

    /// Notes that a connection has ended, and returns the pause before the same broker is tried again.
    public mutating func connectionLost(after life: Duration, chance: Double) -> Duration {
        self.failedRounds = life >= self.policy.stableAfter ? 1 : self.failedRounds + 1
        return self.pause(chance)
    }

    private func pause(_ chance: Double) -> Duration {
        let doublings = min(self.failedRounds - 1, 20)
        return min(self.policy.initialPause * (1 << doublings), self.policy.maximumPause) * (0.5 + chance / 2)
    }
}
