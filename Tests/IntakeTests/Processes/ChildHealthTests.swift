import Testing

@testable import Intake

@Suite("A child that is started again")
struct ChildHealthTests {
    private let begin = ContinuousClock.now

    private func after(_ seconds: Int) -> ContinuousClock.Instant { self.begin + .seconds(seconds) }

    @Test("is a problem when it ends soon twice, until it has run for a minute")
    func failing() {
        var health = ChildHealth()
        health.started(at: self.after(0))
        health.ended("exit status 1", at: self.after(1))
        #expect(health.problem(at: self.after(2)) == nil)
        health.started(at: self.after(2))
        health.ended("exit status 2", at: self.after(3))
        #expect(health.problem(at: self.after(3))?.contains("exit status 2") == true)
        health.started(at: self.after(5))
        #expect(health.isFailing(at: self.after(64)))
        #expect(health.problem(at: self.after(65)) == nil)
    }

    @Test("is none when it ends after it has run for long, however often")
    func accidents() {
        var health = ChildHealth()
        for hour in 0..<5 {
            health.started(at: self.after(hour * 3600))
            health.ended("signal 9", at: self.after(hour * 3600 + 100))
            #expect(health.problem(at: self.after(hour * 3600 + 101)) == nil)
        }
    }
}
