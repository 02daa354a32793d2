import Testing

@testable import AMQP

@Suite struct HeartbeatMonitorTests {
    private let start = ContinuousClock.now

    @Test func sendsWhenNothingWasSentForHalfAnInterval() {
        var monitor = HeartbeatMonitor(interval: .seconds(10), now: self.start)
        #expect(monitor.deadline == self.start + .seconds(5))
        #expect(monitor.action(at: self.start + .seconds(4.9)) == .none)
        #expect(monitor.action(at: self.start + .seconds(5)) == .send)
        monitor.sent(at: self.start + .seconds(5))
        #expect(monitor.action(at: self.start + .seconds(9)) == .none)
        #expect(monitor.deadline == self.start + .seconds(10))
    }

    @Test func givesUpAfterTwoSilentIntervals() {
        var monitor = HeartbeatMonitor(interval: .seconds(10), now: self.start)
        monitor.sent(at: self.start + .seconds(19))
        #expect(monitor.action(at: self.start + .seconds(19.9)) == .none)
        #expect(monitor.action(at: self.start + .seconds(20)) == .giveUp)
        monitor.received(at: self.start + .seconds(20))
        #expect(monitor.action(at: self.start + .seconds(21)) == .none)
        #expect(monitor.lossDeadline == self.start + .seconds(40))
    }

    @Test func isOffWithoutInterval() {
        let monitor = HeartbeatMonitor(interval: .zero, now: self.start)
        #expect(monitor.deadline == nil)
        #expect(monitor.action(at: self.start + .seconds(1_000_000)) == .none)
    }
}
