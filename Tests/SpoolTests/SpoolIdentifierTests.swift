import Testing

@testable import Spool

@Suite("The name of a spool")
struct SpoolIdentifierTests {
    @Test("encodes time and randomness in Crockford's alphabet")
    func encoding() {
        #expect(SpoolIdentifier.make(milliseconds: 0, random: (0, 0)) == "00000000000000000000000000")
        #expect(
            SpoolIdentifier.make(milliseconds: (1 << 48) - 1, random: (.max, .max)) == "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"
        )
        #expect(SpoolIdentifier.make(milliseconds: 32, random: (1, 2)) == "00000000100000000100000002")
    }

    @Test("sorts by time and does not repeat")
    func order() {
        let early = SpoolIdentifier.make(milliseconds: 1_700_000_000_000, random: (.max, .max))
        let late = SpoolIdentifier.make(milliseconds: 1_700_000_000_001, random: (0, 0))
        #expect(early < late)
        #expect(Set((0..<1000).map { _ in SpoolIdentifier.make() }).count == 1000)
    }
}
