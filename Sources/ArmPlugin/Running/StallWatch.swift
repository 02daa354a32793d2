/// Notices that events do not move, whatever the reason: a value that is told the time.
///
/// Each reason that can be seen where it arises has a problem of its own. This one looks at the result, so that a reason
/// nobody thought of is not silent: without a session nothing moves, and neither if events wait and none is delivered.
struct StallWatch: Sendable {
    /// How long nothing may move before that is a problem.
    static let patience = Duration.seconds(5)

    /// What is in the way.
    enum Obstacle: Hashable, Sendable {
        case connection
        case session
        case answers
    }

    /// How things are.
    struct State: Sendable {
        var isConnected: Bool
        var isEstablished: Bool
        /// Whether events wait to be delivered.
        var isWaiting: Bool
        /// How many events have been delivered since the start.
        var delivered: Int64
    }

    private var lastGood: ContinuousClock.Instant
    private var delivered: Int64 = 0

    /// Begins to watch.
    init(since now: ContinuousClock.Instant) { self.lastGood = now }

    /// Takes in how things are, and says what has been in the way for too long.
    mutating func obstacle(_ state: State, at now: ContinuousClock.Instant) -> Obstacle? {
        let isMoving = !state.isWaiting || state.delivered != self.delivered
        self.delivered = state.delivered
        if state.isEstablished, isMoving { self.lastGood = now }
        guard now - self.lastGood >= Self.patience else { return nil }
        return !state.isConnected ? .connection : !state.isEstablished ? .session : .answers
    }
}
