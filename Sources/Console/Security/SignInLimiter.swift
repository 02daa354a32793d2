/// Slows down guessing: after a few failures each further one of an account or an address doubles a wait, up to 15 minutes.
///
/// An attempt counts from its beginning, before the password is looked at. Otherwise forty attempts that come together would all
/// find the count of before, and all be tried. It is given back when the password was right, or could not be looked at.
///
/// A pure value: times go in as seconds. It remembers at most 10,000 subjects; beyond that the oldest failure is forgotten.
struct SignInLimiter: Sendable {
    /// Whose failures are counted.
    enum Subject: Hashable, Sendable {
        /// The name somebody signs in with, in lower case.
        case account(String)
        /// Where somebody signs in from. An office behind one address has more people who mistype than one account has.
        case address(String)

        /// Failures before the first wait, those under way included.
        fileprivate var free: Int {
            switch self {
            case .account: 5
            case .address: 20
            }
        }
    }

    /// What came of an attempt.
    enum Outcome: Sendable {
        /// The password was right: the account begins anew.
        case accepted
        /// The password was wrong.
        case refused
        /// Nobody looked at the password.
        case undecided
    }

    private struct Attempts {
        var failures = 0
        var running = 0
        /// When the last failure came to light.
        var last: Int64
    }

    private static let longest: Int64 = 900
    private static let forgetAfter: Int64 = 3600
    private static let capacity = 10_000

    private var attempts: [Subject: Attempts] = [:]

    /// Begins an attempt; returns nil when its password may be looked at, and otherwise the seconds until another one may.
    ///
    /// An attempt that has begun must be ended by ``end(_:_:now:)``.
    mutating func begin(_ subjects: [Subject], now: Int64) -> Int64? {
        if let wait = subjects.compactMap({ self.wait(for: $0, now: now) }).max() { return wait }
        for subject in subjects {
            if self.attempts[subject] == nil { self.makeRoom(now: now) }
            var known = self.attempts[subject, default: Attempts(last: now)]
            if now - known.last >= Self.forgetAfter { known.failures = 0 }
            known.running += 1
            self.attempts[subject] = known
        }
        return nil
    }

    /// Ends an attempt that has begun.
    mutating func end(_ subjects: [Subject], _ outcome: Outcome, now: Int64) {
        for subject in subjects {
            guard var known = self.attempts[subject] else { continue }
            known.running -= 1
            switch (outcome, subject) {
            case (.accepted, .account): known.failures = 0
            case (.refused, _):
                known.failures += 1
                known.last = now
            case (.accepted, .address), (.undecided, _): break
            }
            self.attempts[subject] = known.failures + known.running > 0 ? known : nil
        }
    }

    private func wait(for subject: Subject, now: Int64) -> Int64? {
        guard let known = self.attempts[subject] else { return nil }
        let failures = now - known.last < Self.forgetAfter ? known.failures : 0
        guard failures + known.running >= subject.free else { return nil }
        guard failures >= subject.free else { return 1 }
        let pause = min(Self.longest, Int64(1) << min(failures - subject.free, 10))
        let rest = known.last + pause - now
        // One at a time is tried from here on, so that each failure doubles the wait of the next attempt.
        return rest > 0 ? rest : known.running > 0 ? 1 : nil
    }

    private mutating func makeRoom(now: Int64) {
        guard self.attempts.count >= Self.capacity else { return }
        self.attempts = self.attempts.filter { $0.value.running > 0 || now - $0.value.last < Self.forgetAfter }
        guard self.attempts.count >= Self.capacity else { return }
        let idle = self.attempts.filter { $0.value.running == 0 }
        if let oldest = idle.min(by: { $0.value.last < $1.value.last })?.key { self.attempts[oldest] = nil }
    }
}
