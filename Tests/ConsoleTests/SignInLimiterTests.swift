import Testing

@testable import Console

@Suite("The limit on guessing")
struct SignInLimiterTests {
    private static let hana: [SignInLimiter.Subject] = [.account("hana"), .address("192.0.2.1")]

    @Test("counts attempts that are under way")
    func underWay() {
        var limiter = SignInLimiter()
        for _ in 0..<5 { #expect(limiter.begin(Self.hana, now: 0) == nil) }
        #expect(limiter.begin(Self.hana, now: 0) == 1)
        #expect(limiter.begin([.account("kenji"), .address("192.0.2.1")], now: 0) == nil)
        limiter.end(Self.hana, .undecided, now: 0)
        #expect(limiter.begin(Self.hana, now: 0) == nil, "an attempt that was given back makes room for another")
    }

    @Test("doubles the wait with each failure, tries one at a time from then on, and forgets after an hour")
    func doubling() {
        var limiter = SignInLimiter()
        var now: Int64 = 0
        for _ in 0..<5 { #expect(limiter.begin(Self.hana, now: now) == nil) }
        for _ in 0..<5 { limiter.end(Self.hana, .refused, now: now) }
        for pause: Int64 in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
            #expect(limiter.begin(Self.hana, now: now) == pause)
            now += pause
            #expect(limiter.begin(Self.hana, now: now) == nil)
            #expect(limiter.begin(Self.hana, now: now) == 1)
            limiter.end(Self.hana, .refused, now: now)
        }
        now += 3600
        for _ in 0..<5 { #expect(limiter.begin(Self.hana, now: now) == nil) }
    }

    @Test("begins anew for the account, and not for the address, when the password is right")
    func right() {
        var limiter = SignInLimiter()
        for number in 0..<20 {
            let subjects: [SignInLimiter.Subject] = [.account("\(number / 4)"), .address("192.0.2.1")]
            #expect(limiter.begin(subjects, now: 0) == nil)
            limiter.end(subjects, .refused, now: 0)
        }
        #expect(limiter.begin([.account("hana"), .address("192.0.2.1")], now: 0) == 1)
        #expect(limiter.begin(Self.hana, now: 1) == nil)
        limiter.end(Self.hana, .accepted, now: 1)
        #expect(limiter.begin([.account("kenji"), .address("192.0.2.1")], now: 1) == nil)
    }

    @Test("remembers a bounded number, and never forgets what is under way")
    func bounded() {
        var limiter = SignInLimiter()
        for _ in 0..<5 { _ = limiter.begin([.account("hana")], now: 0) }
        for number in 0..<10_050 {
            let subject = [SignInLimiter.Subject.account("\(number)")]
            #expect(limiter.begin(subject, now: 0) == nil)
            limiter.end(subject, .refused, now: 0)
        }
        #expect(limiter.begin([.account("hana")], now: 0) == 1)
    }
}
