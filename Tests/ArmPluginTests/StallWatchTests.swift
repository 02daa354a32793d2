import Testing

@testable import ArmPlugin

@Suite struct StallWatchTests {
    private let start = ContinuousClock.now
    private let well = StallWatch.State(isConnected: true, isEstablished: true, isWaiting: false, delivered: 0)

    private func state(_ change: (inout StallWatch.State) -> Void) -> StallWatch.State {
        var state = self.well
        change(&state)
        return state
    }

    @Test func eachObstacleIsNamedAfterFiveSeconds() {
        let cases: [(StallWatch.State, StallWatch.Obstacle)] = [
            (self.state { ($0.isConnected, $0.isEstablished) = (false, false) }, .connection),
            (self.state { $0.isEstablished = false }, .session),
            (self.state { $0.isWaiting = true }, .answers),
        ]
        for (state, obstacle) in cases {
            var watch = StallWatch(since: self.start)
            let found = [
                watch.obstacle(self.well, at: self.start),
                watch.obstacle(state, at: self.start + .milliseconds(4999)),
                watch.obstacle(state, at: self.start + .seconds(5)),
                watch.obstacle(self.well, at: self.start + .seconds(6)),
            ]
            #expect(found == [nil, nil, obstacle, nil])
        }
    }

    @Test func deliveryThatGoesOnIsNoStandstill() {
        var watch = StallWatch(since: self.start)
        for second in 1...20 {
            let state = self.state { ($0.isWaiting, $0.delivered) = (true, Int64(second)) }
            let obstacle = watch.obstacle(state, at: self.start + .seconds(second))
            #expect(obstacle == nil)
        }
    }

    /// A connection that comes and goes is no delivery.
    @Test func changingObstaclesAddUp() {
        var watch = StallWatch(since: self.start)
        var found: StallWatch.Obstacle?
        for second in 1...6 {
            let state = self.state { ($0.isConnected, $0.isEstablished) = (second % 2 == 0, false) }
            found = watch.obstacle(state, at: self.start + .seconds(second))
        }
        #expect(found == .session)
    }
}
