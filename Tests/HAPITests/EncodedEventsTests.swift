import HAPI
import Testing

@Suite struct EncodedEventsTests {
    private func event(_ number: Int, _ brief: String) -> Event {
        Event(eventId: "S-\(number)", time: TimeStamp(seconds: 0), type: .bad, brief: brief)
    }

    private func params(_ numbers: ClosedRange<Int>, brief: String = "x") -> [UInt8] {
        PutEvents(
            events: numbers.map { self.event($0, brief) },
            envelope: PutEvents.Envelope(lastInfo: "S-\(numbers.upperBound)")
        )
        .encoded()
    }

    private static let awkward = #"],"lastInfo":"no"} \ {"# + "\u{1}\"},{\"eventId\":\"no\""

    @Test func joinedIsWhatWouldHaveBeenEncodedAtOnce() throws {
        let brief = Self.awkward
        let parts = try [1...1, 2...4, 5...5].map { try #require(EncodedEvents(self.params($0, brief: brief))) }
        var joined: [UInt8] = []
        EncodedEvents.append(joining: parts, to: &joined)
        #expect(joined == self.params(1...5, brief: brief))
    }

    @Test func dividedHoldsTheSameEventsAndTheirOwnLastInfo() throws {
        let whole = self.params(1...5, brief: Self.awkward)
        let encoded = try #require(EncodedEvents(whole))
        let parts = try #require(encoded.divided(intoPartsOf: whole.count / 2))
        #expect(parts.map(\.count) == [2, 2, 1])
        #expect(parts.map(\.params) == [1...2, 3...4, 5...5].map { self.params($0, brief: Self.awkward) })
    }

    @Test func anEventThatIsTooLargeIsAPartOfItsOwn() throws {
        let encoded = try #require(EncodedEvents(self.params(1...3)))
        let parts = try #require(encoded.divided(intoPartsOf: 1))
        #expect(parts.map(\.params) == [1...1, 2...2, 3...3].map { self.params($0) })
    }

    @Test(arguments: [
        "", "{}", #"{"events":[],"lastInfo":"x"}"#, #"{"events":[{"eventId":"1"}]}"#,
        #"{"events":[{"eventId":"1"}],"lastInfo":"x","fetchId":"1"}"#,
        #"{"events":[{"eventId":"1"}],"lastInfo":"x\""}"#,
        #"{"lastInfo":"x","events":[{"eventId":"1"}]}"#,
    ])
    func othersAreLeftAlone(params: String) { #expect(EncodedEvents(Array(params.utf8)) == nil) }
}
