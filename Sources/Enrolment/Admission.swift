/// Who may ask now: limits for each address, for each address that failed, and for each registration key.
public struct Admission: Sendable {
    /// How often, each a minute.
    public struct Limits: Sendable {
        /// Requests of one address, or of one network of 64 bits in IPv6.
        public var requests = 300
        /// Refused requests of one address; beyond them it is not even looked at.
        public var failures = 30
        /// Enrolments with one key.
        public var key = 600

        /// The usual limits.
        public init() {}
    }

    private var requests: TokenBuckets
    private var failures: TokenBuckets
    private var keys: TokenBuckets

    /// Admission by some limits.
    public init(_ limits: Limits) {
        self.requests = TokenBuckets(perMinute: limits.requests)
        self.failures = TokenBuckets(perMinute: limits.failures)
        self.keys = TokenBuckets(perMinute: limits.key)
    }

    /// Lets a request of an address in, or not.
    ///
    /// It counts as refused from now on, so that a crowd of requests that come at once is no more than that many attempts;
    /// ``accept(network:now:)`` takes that back.
    ///
    /// - Parameters:
    ///   - network: What counts as one address: whoever has an IPv6 address has 2^64 of them.
    ///   - now: Milliseconds of a clock that only goes forward.
    /// - Throws: ``EnrolmentProblem`` with status 429 and the time to wait.
    public mutating func admit(network: String, now: Int) throws(EnrolmentProblem) {
        if let wait = self.failures.wait(for: network, now: now) ?? self.requests.take(network, now: now) {
            throw .tooMany(after: (wait + 999) / 1000)
        }
        _ = self.failures.take(network, now: now)
    }

    /// Notes that a request of an address, which was let in, was not refused.
    public mutating func accept(network: String, now: Int) { self.failures.giveBack(network, now: now) }

    /// Lets a key be used, or throws ``EnrolmentProblem`` with status 429.
    public mutating func admit(key: String, now: Int) throws(EnrolmentProblem) {
        if let wait = self.keys.take(key, now: now) { throw .tooMany(after: (wait + 999) / 1000) }
    }
}
