/// Slows down guessing: after five failures of an account or an address, each further one doubles a wait, up to 15 minutes.
///
/// A pure value: times go in as seconds. It remembers at most 10,000 names; beyond that the oldest failure is forgotten.
struct SignInLimiter: Sendable {
    private struct Failures {
        var count: Int
        var last: Int64
    }

    private static let free = 5
    private static let longest: Int64 = 900
    private static let forgetAfter: Int64 = 3600
    private static let capacity = 10_000

    private var failures: [String: Failures] = [:]

    /// Seconds until another attempt is looked at; nil when it is now.
    func wait(for names: [String], now: Int64) -> Int64? {
        let waits = names.compactMap { name -> Int64? in
            guard let known = self.failures[name], known.count >= Self.free else { return nil }
            let pause = min(Self.longest, Int64(1) << min(known.count - Self.free, 10))
            let rest = known.last + pause - now
            return rest > 0 ? rest : nil
        }
        return waits.max()
    }

    /// Notes a failure of each of these.
    mutating func fail(_ names: [String], now: Int64) {
        for name in names {
            if let known = self.failures[name], now - known.last < Self.forgetAfter {
                self.failures[name] = Failures(count: known.count + 1, last: now)
            } else {
                self.makeRoom(now: now)
                self.failures[name] = Failures(count: 1, last: now)
            }
        }
    }

    /// Forgets the failures of each of these.
    mutating func succeed(_ names: [String]) { for name in names { self.failures[name] = nil } }

    private mutating func makeRoom(now: Int64) {
        guard self.failures.count >= Self.capacity else { return }
        self.failures = self.failures.filter { now - $0.value.last < Self.forgetAfter }
        guard self.failures.count >= Self.capacity else { return }
        if let oldest = self.failures.min(by: { $0.value.last < $1.value.last })?.key { self.failures[oldest] = nil }
    }
}
