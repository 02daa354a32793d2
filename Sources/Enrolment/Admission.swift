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

    /// Lets a request of an address in, or throws ``EnrolmentProblem`` with status 429.
    ///
    /// `now` is in milliseconds of a clock that only goes forward.
    public mutating func admit(address: String, now: Int) throws(EnrolmentProblem) {
        let network = Self.network(address)
        let wait = self.failures.wait(for: network, now: now) ?? self.requests.take(network, now: now)
        if let wait { throw .tooMany(after: (wait + 999) / 1000) }
    }

    /// Lets a key be used, or throws ``EnrolmentProblem`` with status 429.
    public mutating func admit(key: String, now: Int) throws(EnrolmentProblem) {
        if let wait = self.keys.take(key, now: now) { throw .tooMany(after: (wait + 999) / 1000) }
    }

    /// Notes that a request of an address was refused.
    public mutating func fail(address: String, now: Int) { _ = self.failures.take(Self.network(address), now: now) }

    /// What counts as one address: whoever has an IPv6 address has 2^64 of them.
    static func network(_ address: String) -> String {
        guard address.contains(":"), !address.contains(".") else { return address }
        let halves = address.split(separator: ":", omittingEmptySubsequences: false)
        guard let gap = halves.dropFirst().dropLast().firstIndex(of: "") else {
            return halves.prefix(4).joined(separator: ":")
        }
        let front = halves[..<gap].filter { !$0.isEmpty }
        let back = halves[gap...].filter { !$0.isEmpty }
        let zeros = [Substring](repeating: "0", count: max(0, 8 - front.count - back.count))
        return (front + zeros + back).prefix(4).joined(separator: ":")
    }
}
