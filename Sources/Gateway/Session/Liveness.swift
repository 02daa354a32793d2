/// Judges whether an arm has been silent for too long; a value that is told the time.
///
/// An arm that never sent `putArmInfo` promised nothing and is not judged. Any valid message counts as a sign of life.
struct Liveness: Sendable {
    /// How long an arm may take to answer our profile before it counts as absent.
    static let answerPatience = Duration.seconds(60)
    /// Given on top of twice the interval, for the way of the message.
    private static let allowance = Duration.seconds(5)
    private static let keptGaps = 4

    private var longestExpected: Duration
    private var gaps: [Duration] = []
    private var lastReport: Duration?
    private var lastContact: Duration?
    /// Whether the arm reports at all.
    private var isReporting: Bool

    /// Starts; an arm's report in the store says that it reports.
    init(pollingInterval: Int, hasReported: Bool) {
        self.longestExpected = Self.expected(pollingInterval)
        self.isReporting = hasReported
    }

    /// Arm info comes at most two polling intervals apart (HAPI 2.1), and an interval nobody chose may be a year.
    private static func expected(_ pollingInterval: Int) -> Duration { .seconds(min(2 * max(pollingInterval, 1), 600)) }

    mutating func pollingIntervalChanged(_ seconds: Int) { self.longestExpected = Self.expected(seconds) }

    /// Begins to judge, or to judge anew.
    mutating func start(_ now: Duration) {
        self.lastContact = now
        self.lastReport = nil
    }

    /// Stops judging: without a broker nobody can be heard.
    mutating func suspend() { self.lastContact = nil }

    mutating func heard(_ now: Duration) { if self.lastContact != nil { self.lastContact = now } }

    mutating func reported(_ now: Duration) {
        if let lastReport = self.lastReport {
            self.gaps.append(min(now - lastReport, self.longestExpected))
            if self.gaps.count > Self.keptGaps { self.gaps.removeFirst() }
        }
        self.lastReport = now
        self.isReporting = true
    }

    /// When silence becomes too long; nil while nobody is judged.
    var deadline: Duration? {
        guard self.isReporting, let lastContact = self.lastContact else { return nil }
        return lastContact + self.interval * 2 + Self.allowance
    }

    /// How far apart the arm's reports are: as seen, once enough were seen that a change reported at once cannot mislead, else
    /// as HAPI allows.
    var interval: Duration {
        self.gaps.count < Self.keptGaps ? self.longestExpected : self.gaps.max() ?? self.longestExpected
    }
}
