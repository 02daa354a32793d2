import Testing

@testable import Intake

@Suite("Waiting before a restart")
struct RestartDelayTests {
    @Test("doubles up to a minute and starts over after a long run")
    func delays() {
        var delay = RestartDelay()
        let short = (0..<8).map { _ in delay.afterRun(of: .seconds(3)) }
        #expect(short == [1, 2, 4, 8, 16, 32, 60, 60].map { Duration.seconds($0) })
        #expect(delay.afterRun(of: .seconds(60)) == .seconds(1))
        #expect(delay.afterRun(of: .zero) == .seconds(2))
    }
}
