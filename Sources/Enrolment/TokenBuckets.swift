/// Limits how often something may happen for each of many names: so many at once, and so many a minute from then on.
///
/// A pure value: times go in as milliseconds of any clock that only goes forward. It remembers at most 10,000 names; beyond
/// that those with nothing used are forgotten, then the one that was quiet for longest.
public struct TokenBuckets: Sendable {
    private struct Bucket {
        /// In thousandths of a token per millisecond's worth, so that nothing is lost by rounding.
        var level: Int
        var time: Int
    }

    private static let capacity = 10_000
    private static let token = 60_000

    private let perMinute: Int
    private let burst: Int
    private var buckets: [String: Bucket] = [:]

    /// So many a minute for each name, and as many at once; 0 forbids everything.
    public init(perMinute: Int) {
        self.perMinute = perMinute
        self.burst = perMinute * Self.token
    }

    /// Takes one, or says how many milliseconds to wait for it.
    public mutating func take(_ name: String, now: Int) -> Int? {
        let level = self.level(name, now)
        guard level >= Self.token else { return self.wait(level) }
        self.makeRoom(for: name, now)
        self.buckets[name] = Bucket(level: level - Self.token, time: now)
        return nil
    }

    /// Gives one back that was taken.
    public mutating func giveBack(_ name: String, now: Int) {
        // A name that was forgotten meanwhile has all of them.
        guard self.buckets[name] != nil else { return }
        self.buckets[name] = Bucket(level: min(self.burst, self.level(name, now) + Self.token), time: now)
    }

    /// Milliseconds until one could be taken; nil when it could now.
    public func wait(for name: String, now: Int) -> Int? {
        let level = self.level(name, now)
        return level >= Self.token ? nil : self.wait(level)
    }

    /// How many names are remembered.
    public var count: Int { self.buckets.count }

    private func wait(_ level: Int) -> Int {
        self.perMinute > 0 ? (Self.token - level + self.perMinute - 1) / self.perMinute : Self.token
    }

    private func level(_ name: String, _ now: Int) -> Int {
        guard let bucket = self.buckets[name] else { return self.burst }
        // After a minute it is full again, however long it was.
        let elapsed = min(60_000, max(0, now - bucket.time))
        return min(self.burst, bucket.level + elapsed * self.perMinute)
    }

    private mutating func makeRoom(for name: String, _ now: Int) {
        guard self.buckets.count >= Self.capacity, self.buckets[name] == nil else { return }
        self.buckets = self.buckets.filter { self.level($0.key, now) < self.burst }
        guard self.buckets.count >= Self.capacity else { return }
        if let quiet = self.buckets.min(by: { $0.value.time < $1.value.time })?.key { self.buckets[quiet] = nil }
    }
}
