/// A token bucket for each of a bounded number of names.
struct RateLimiter {
    private struct Bucket {
        var tokens: Double
        var filled: Int64
    }

    /// When there are more names than this, all begin anew.
    private static let mostNames = 10_000

    private let perNanosecond: Double
    private let burst: Double
    private var buckets: [[UInt8]: Bucket] = [:]

    init(perSecond: Double, burst: Double) {
        self.perNanosecond = perSecond / 1e9
        self.burst = burst
    }

    /// Takes a token if there is one.
    ///
    /// - Parameters:
    ///   - name: Whose bucket it is.
    ///   - now: Nanoseconds of a clock that never goes back; if it does, nothing is filled in.
    /// - Returns: Whether there was one.
    mutating func admits(_ name: [UInt8], at now: Int64) -> Bool {
        if self.buckets.count >= Self.mostNames, self.buckets[name] == nil { self.buckets.removeAll() }
        var bucket = self.buckets[name] ?? Bucket(tokens: self.burst, filled: now)
        bucket.tokens = min(self.burst, bucket.tokens + Double(max(0, now - bucket.filled)) * self.perNanosecond)
        bucket.filled = max(now, bucket.filled)
        let isAdmitted = bucket.tokens >= 1
        if isAdmitted { bucket.tokens -= 1 }
        self.buckets[name] = bucket
        return isAdmitted
    }
}
