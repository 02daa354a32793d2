import Testing

@testable import Enrolment

/// How often nodes may ask.
struct AdmissionTests {
    @Test func bucketsEmptyAndFillAgain() {
        var buckets = TokenBuckets(perMinute: 3)
        for _ in 0..<3 { #expect(buckets.take("a", now: 0) == nil) }
        #expect(buckets.take("a", now: 0) == 20_000)
        #expect(buckets.take("b", now: 0) == nil)
        #expect(buckets.take("a", now: 19_999) == 1)
        #expect(buckets.take("a", now: 20_000) == nil)
        #expect(buckets.take("a", now: 20_000) == 20_000)
        for _ in 0..<3 { #expect(buckets.take("a", now: 10_000_000) == nil) }
        #expect(buckets.take("a", now: 10_000_000) != nil)
    }

    @Test func clocksThatGoBackwardsGiveNothing() {
        var buckets = TokenBuckets(perMinute: 1)
        #expect(buckets.take("a", now: 1_000_000) == nil)
        #expect(buckets.take("a", now: 0) == 60_000)
    }

    @Test func rememberedNamesAreBounded() {
        var buckets = TokenBuckets(perMinute: 1)
        for number in 0..<10_100 { _ = buckets.take("\(number)", now: 0) }
        #expect(buckets.count <= 10_000)
        #expect(buckets.take("10099", now: 0) != nil)
    }

    @Test func failuresCloseTheDoorForAnAddress() throws {
        var limits = Admission.Limits()
        limits.failures = 2
        var admission = Admission(limits)
        for _ in 0..<2 { try admission.admit(network: "192.0.2.1", now: 0) }
        let problem = #expect(throws: EnrolmentProblem.self) { try admission.admit(network: "192.0.2.1", now: 0) }
        #expect(problem?.status == 429 && problem?.retryAfter == 30)
        try admission.admit(network: "192.0.2.2", now: 0)
        try admission.admit(network: "192.0.2.1", now: 30_000)
    }

    @Test func keysHaveALimitOfTheirOwn() throws {
        var limits = Admission.Limits()
        limits.key = 1
        var admission = Admission(limits)
        try admission.admit(key: "5f3a9c21", now: 0)
        #expect(throws: EnrolmentProblem.self) { try admission.admit(key: "5f3a9c21", now: 0) }
        try admission.admit(key: "00000000", now: 0)
    }

    /// However many come at once, no more are looked at than may fail; whoever is let in gives it back.
    @Test func attemptsCountWhileTheyAreUnderWay() throws {
        var limits = Admission.Limits()
        limits.failures = 5
        var admission = Admission(limits)
        let attempts = (0..<40).map { _ in Result { try admission.admit(network: "2001:db8:0:0::/64", now: 0) } }
        #expect(attempts.filter { (try? $0.get()) != nil }.count == 5)
        for _ in 0..<5 { admission.accept(network: "2001:db8:0:0::/64", now: 0) }
        for _ in 0..<200 {
            try admission.admit(network: "2001:db8:0:0::/64", now: 0)
            admission.accept(network: "2001:db8:0:0::/64", now: 0)
        }
        admission.accept(network: "192.0.2.1", now: 0)
        for _ in 0..<5 { try admission.admit(network: "192.0.2.1", now: 0) }
        #expect(throws: EnrolmentProblem.self) { try admission.admit(network: "192.0.2.1", now: 0) }
    }

    @Test(arguments: [(0, RenewalWindow.early(500)), (499, .early(1)), (500, .open), (1000, .open), (1001, .over)])
    func renewalBeginsAtHalfOfLife(now: Int, expected: RenewalWindow) {
        #expect(RenewalWindow(notBefore: 0, notAfter: 1000, now: now) == expected)
    }
}
