public import HAPI

/// How an arm is doing, as it tells the server by putArmInfo.
///
/// It is well after a success and unwell after a failure, or for as long as a problem lasts.
public struct HealthReport: Hashable, Sendable {
    private var lastSuccess: TimeStamp?
    private var lastFailure: TimeStamp?
    private var successes = 0
    private var failures = 0
    private var failure: String?
    private var problems: [String: String] = [:]

    /// Starts knowing nothing.
    public init() {}

    /// Notes that something was done as it should be.
    public mutating func succeed(at time: TimeStamp) {
        self.successes = min(self.successes + 1, 0x7FFF_FFFF)
        self.lastSuccess = time
        self.failure = nil
    }

    /// Notes that something went wrong, once.
    public mutating func fail(_ reason: String, at time: TimeStamp) {
        self.failures = min(self.failures + 1, 0x7FFF_FFFF)
        self.lastFailure = time
        self.failure = reason
    }

    /// Notes a state that is wrong and lasts, or with `nil` that it is over; returns whether that is news.
    public mutating func setProblem(_ key: String, _ reason: String?, at time: TimeStamp) -> Bool {
        guard self.problems[key] != reason else { return false }
        if reason != nil {
            self.failures = min(self.failures + 1, 0x7FFF_FFFF)
            self.lastFailure = time
        }
        self.problems[key] = reason
        return true
    }

    /// What is wrong now, in one line; `nil` if nothing is.
    public var reason: String? {
        let reasons = self.problems.sorted { $0.key < $1.key }.map(\.value) + [self.failure].compactMap(\.self)
        return reasons.isEmpty ? nil : reasons.joined(separator: "; ")
    }

    /// The params of putArmInfo.
    public var armInfo: ArmInfo {
        let reason = self.reason
        return ArmInfo(
            lastStatus: reason != nil ? .notGood : self.successes > 0 ? .ok : .initial,
            failureReason: reason ?? "",
            lastSuccessTime: self.lastSuccess,
            lastFailureTime: self.lastFailure,
            numSuccess: self.successes,
            numFailure: self.failures
        )
    }

    /// Whether something has become wrong, or right again, since an earlier report.
    ///
    /// The first success is no news: a server may take the time between the first two reports for their interval.
    public func isNews(since other: Self) -> Bool { self.reason != other.reason }
}
