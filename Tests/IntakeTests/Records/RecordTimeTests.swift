import Intake
import Testing

@Suite("The time of a record")
struct RecordTimeTests {
    @Test("orders by seconds, then nanoseconds")
    func order() {
        #expect(RecordTime(seconds: -1, nanoseconds: 999_999_999) < RecordTime(seconds: 0))
        #expect(RecordTime(seconds: 5, nanoseconds: 1) < RecordTime(seconds: 5, nanoseconds: 2))
    }
}
