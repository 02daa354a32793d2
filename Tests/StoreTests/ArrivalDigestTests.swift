import Testing

@testable import Store

@Suite("What arrived, in brief")
struct ArrivalDigestTests {
    /// Arrivals with rising numbers and moments, of the given severities.
    private static func arrivals(_ severities: [Severity]) -> [ArrivalSelection.Candidate] {
        severities.enumerated().map { number, severity in
            .init(place: Self.place(number + 1), severity: severity)
        }
    }

    private static func place(_ number: Int) -> EventCursor {
        EventCursor(time: Timestamp(nanoseconds: Int64(number) * 1000), id: Int64(number))
    }

    @Test("is all of it as long as it fits")
    func fits() {
        let selection = ArrivalSelection(Self.arrivals([.info, .emergency, .warning]), limit: 3)
        #expect(selection.told.map(\.place.id) == [3, 2, 1])
        #expect(selection.gaps.isEmpty)
    }

    @Test("is the worst first, and gaps say how many others lie where")
    func worst() {
        let severities: [Severity] = [.emergency] + Array(repeating: .info, count: 400)
        let selection = ArrivalSelection(Self.arrivals(severities), limit: 50)
        #expect(selection.told.map(\.place.id) == (353...401).reversed() + [1])
        #expect(
            selection.gaps == [.init(count: 351, newest: Self.place(352), oldest: Self.place(2), worst: .info)]
        )
    }

    @Test("has a gap at each place where something is left out, the ends too")
    func several() {
        let severities: [Severity] = [.info, .warning, .error, .info, .error, .info, .info]
        let selection = ArrivalSelection(Self.arrivals(severities), limit: 2)
        #expect(selection.told.map(\.place.id) == [5, 3])
        #expect(
            selection.gaps == [
                .init(count: 2, newest: Self.place(7), oldest: Self.place(6), worst: .info),
                .init(count: 1, newest: Self.place(4), oldest: Self.place(4), worst: .info),
                .init(count: 2, newest: Self.place(2), oldest: Self.place(1), worst: .warning),
            ]
        )
    }

    @Test("is in the order of events, not of arrival")
    func order() {
        let late = ArrivalSelection.Candidate(
            place: EventCursor(time: Timestamp(nanoseconds: 1), id: 9),
            severity: .info
        )
        let selection = ArrivalSelection([late] + Self.arrivals([.info, .info]), limit: 3)
        #expect(selection.told.map(\.place.id) == [2, 1, 9])
    }

    @Test("counts what matches in the range and nothing else")
    func range() async throws {
        let temporary = try TemporaryStore()
        let events = (1...300).map { number in
            NewEvent(
                eventID: "series-\(number)",
                time: Timestamp(nanoseconds: Int64(number)),
                type: .bad,
                severity: number % 3 == 0 ? .error : .info,
                brief: "line"
            )
        }
        _ = try await temporary.store.ingest(Batch(server: 1, change: .events(events)))
        let digest = try await temporary.store.digest(.severity(in: [3]), after: 30, through: 240, limit: 50)
        #expect(digest.count == 70)
        #expect(digest.events.map(\.id) == (0..<50).map { 240 - Int64($0) * 3 })
        #expect(digest.gaps.map(\.count) == [20])
        #expect(digest.gaps.first?.oldest.id == 33)
        #expect(!digest.isTooMuch)
        #expect(try await temporary.store.digest(.everything, after: 240, through: 240, limit: 50).count == 0)
    }

    @Test("is too much when it is too far, and when the numbers are from another store")
    func tooMuch() async throws {
        let temporary = try TemporaryStore()
        #expect(try await temporary.store.digest(.everything, after: 0, through: 10_000_000, limit: 50).isTooMuch)
        #expect(try await temporary.store.digest(.everything, after: 5, through: 4, limit: 50).isTooMuch)
    }
}
