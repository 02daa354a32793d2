import Store
import Testing

@testable import Console

@Suite("An event's time and its arrival")
struct PunctualityTests {
    private static let cases: [(arrivesAfter: Int64, expected: Punctuality)] = [
        (0, .onTime), (299, .onTime), (300, .late(minutes: 5)), (3595, .late(minutes: 60)),
        (86_400, .late(minutes: 1440)),
        (-59, .onTime), (-60, .ahead(minutes: 1)), (-7205, .ahead(minutes: 120)),
    ]

    @Test("say whether it is late or its sender's clock ahead", arguments: Self.cases)
    func kinds(_ arrivesAfter: Int64, _ expected: Punctuality) {
        let time = Timestamp(nanoseconds: 1_700_000_000_000_000_000)
        #expect(Punctuality(time: time, arrival: time.advanced(seconds: arrivesAfter)) == expected)
    }

    @Test("say nothing of events whose arrival is not known")
    func unknown() {
        #expect(Punctuality(time: Timestamp(nanoseconds: 0), arrival: nil) == .onTime)
    }
}
