/// When to look at everything again.
///
/// At the latest after the audit interval; as soon as names change, but with a pause after each look; and often, if the system does not
/// tell of all changes. It has no clock: whoever has one tells the time.
struct LookSchedule {
    /// How often to look if the system gives no notices; more seldom if a look takes long.
    private static let blindInterval = Duration.milliseconds(250)
    private static let blindShare = 10
    /// New names are looked for at most this often.
    private static let pause = Duration.milliseconds(20)

    private let auditInterval: Duration
    /// When the next look is due.
    private(set) var due: ContinuousClock.Instant
    private var endOfPause: ContinuousClock.Instant

    /// The first look is due at once.
    init(auditInterval: Duration, at now: ContinuousClock.Instant) {
        self.auditInterval = auditInterval
        self.due = now
        self.endOfPause = now
    }

    /// Names have changed: looks when the pause is over.
    mutating func hasten(at now: ContinuousClock.Instant) { self.due = min(self.due, max(now, self.endOfPause)) }

    /// Something is not as the last look showed it: looks at once.
    mutating func lookNow(at now: ContinuousClock.Instant) { self.due = now }

    /// A look is over that took so long; `isWatched` if the system tells of all changes.
    mutating func looked(for duration: Duration, isWatched: Bool, at now: ContinuousClock.Instant) {
        self.endOfPause = now + Self.pause
        let blind = max(Self.blindInterval, duration * Self.blindShare)
        self.due = now + (isWatched ? self.auditInterval : min(blind, self.auditInterval))
    }
}
