import AMQP
import Testing

@Suite struct ReconnectionScheduleTests {
    @Test func triesAllBrokersBeforeItPauses() {
        var schedule = ReconnectionSchedule()
        var script: [(Int, Duration)] = []
        for _ in 0..<7 { script.append((schedule.broker(of: 3), schedule.attemptFailed(brokers: 3, chance: 1))) }
        #expect(script.map(\.0) == [0, 1, 2, 0, 1, 2, 0])
        #expect(script.map(\.1) == [.zero, .zero, .seconds(0.5), .zero, .zero, .seconds(1), .zero])
    }

    @Test func doublesThePauseUpToALimit() {
        var schedule = ReconnectionSchedule()
        let pauses = (0..<9).map { _ in schedule.attemptFailed(brokers: 1, chance: 1) }
        #expect(pauses == [0.5, 1, 2, 4, 8, 16, 30, 30, 30].map { .seconds($0) })
        for _ in 0..<100 { _ = schedule.attemptFailed(brokers: 1, chance: 1) }
        #expect(schedule.attemptFailed(brokers: 1, chance: 0) == .seconds(15))
    }

    @Test func beginsAnewAfterAStableConnectionOnly() {
        var schedule = ReconnectionSchedule()
        for _ in 0..<5 { _ = schedule.attemptFailed(brokers: 1, chance: 1) }
        #expect(schedule.connectionLost(after: .seconds(1), chance: 1) == .seconds(16))
        #expect(schedule.connectionLost(after: .seconds(10), chance: 1) == .seconds(0.5))
        #expect(schedule.connectionLost(after: .seconds(1), chance: 1) == .seconds(1))
    }

    @Test func keepsTheBrokerThatWorked() {
        var schedule = ReconnectionSchedule()
        _ = schedule.attemptFailed(brokers: 2, chance: 1)
        #expect(schedule.broker(of: 2) == 1)
        _ = schedule.connectionLost(after: .seconds(60), chance: 1)
        #expect(schedule.broker(of: 2) == 1)
    }

    @Test func copesWithAListThatShrinks() {
        var schedule = ReconnectionSchedule()
        _ = schedule.attemptFailed(brokers: 3, chance: 1)
        _ = schedule.attemptFailed(brokers: 3, chance: 1)
        #expect(schedule.broker(of: 1) == 0)
        #expect(schedule.broker(of: 0) == 0)
        #expect(schedule.attemptFailed(brokers: 1, chance: 1) == .seconds(0.5))
    }
}
