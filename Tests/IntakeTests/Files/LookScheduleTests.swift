import Testing

@testable import Intake

@Suite("Times of looks")
struct LookScheduleTests {
    @Test(
        "without notices it is looked often, but not for more than a tenth of the time",
        arguments: [(5, true, 2000), (5, false, 250), (40, false, 400), (900, false, 2000)]
    )
    func interval(duration: Int, isWatched: Bool, milliseconds: Int) {
        let now = ContinuousClock.now
        var schedule = LookSchedule(auditInterval: .seconds(2), at: now)
        #expect(schedule.due == now)
        schedule.looked(for: .milliseconds(duration), isWatched: isWatched, at: now)
        #expect(schedule.due == now + .milliseconds(milliseconds))
    }

    @Test("new names are looked for at once, but not right after a look")
    func names() {
        let now = ContinuousClock.now
        var schedule = LookSchedule(auditInterval: .seconds(2), at: now)
        schedule.looked(for: .milliseconds(5), isWatched: true, at: now)
        schedule.hasten(at: now + .milliseconds(1))
        #expect(schedule.due == now + .milliseconds(20))
        schedule.hasten(at: now + .milliseconds(30))
        #expect(schedule.due == now + .milliseconds(20))
        schedule.looked(for: .milliseconds(5), isWatched: true, at: now)
        schedule.hasten(at: now + .milliseconds(30))
        #expect(schedule.due == now + .milliseconds(30))
        schedule.lookNow(at: now + .milliseconds(10))
        #expect(schedule.due == now + .milliseconds(10))
    }
}
