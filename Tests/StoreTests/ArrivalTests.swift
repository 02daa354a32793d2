import Foundation
import GRDB
import Store
import Testing

@Suite("What is kept goes by arrival, not by the sender's clock")
struct ArrivalTests {
    private static let hour: Int64 = 3_600_000_000_000
    private static let start = Timestamp(nanoseconds: 1_767_225_600_000_000_000)
    /// 2200-01-01 and 1970-01-02.
    private static let (future, past) = (
        Timestamp(nanoseconds: 7_258_118_400_000_000_000), Timestamp(nanoseconds: 86_400_000_000_000)
    )

    private static func later(_ hours: Int64) -> Timestamp {
        Timestamp(nanoseconds: Self.start.nanoseconds + hours * Self.hour)
    }

    /// Events of these numbers, dated as given.
    private static func batch(_ numbers: Range<Int>, at time: Timestamp) -> Batch {
        Batch(
            server: 1,
            change: .events(
                numbers.map { number in
                    var event = EventTests.event(number)
                    event.time = time
                    return event
                }
            )
        )
    }

    private static func numbers(_ store: MonitoringStore) async throws -> [Int] {
        try await store.events(EventQuery(limit: 100_000)).compactMap { Int($0.content.brief.dropFirst(5)) }.sorted()
    }

    @Test("the last so many that arrived stay, whatever year they claim", arguments: [Self.future, Self.past])
    func byCount(claimed: Timestamp) async throws {
        let temporary = try TemporaryStore()
        _ = try await temporary.store.ingest(Self.batch(0..<600, at: claimed))
        _ = try await temporary.store.ingest(Self.batch(600..<1000, at: Self.start))
        while try await temporary.store.advancePlaces() {}
        #expect(try await temporary.store.prune(keeping: 500) == 500)
        #expect(try await Self.numbers(temporary.store) == Array(500..<1000))
        let places = try await DatabaseQueue(path: temporary.store.path).read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM event_at_place")
        }
        #expect(places == 500)
        #expect(try await temporary.store.prune(keeping: 500) == 0)
    }

    @Test("what arrived before the boundary goes, whatever year it claims, and nothing else")
    func byAge() async throws {
        let temporary = try TemporaryStore()
        for (hour, dates) in [Self.start, Self.future, Self.past].enumerated() {
            temporary.clock.set(Self.later(Int64(hour)))
            _ = try await temporary.store.ingest(Self.batch(hour * 10..<hour * 10 + 10, at: dates))
        }
        while try await temporary.store.advancePlaces() {}
        #expect(try await temporary.store.prune(before: Self.later(0)) == 0)
        #expect(try await temporary.store.prune(before: Self.later(1)) == 10)
        #expect(try await Self.numbers(temporary.store) == Array(10..<30))
        temporary.clock.set(Self.later(4))
        #expect(try await temporary.store.prune(before: Self.later(2)) == 10)
        #expect(try await Self.numbers(temporary.store) == Array(20..<30))
        let raw = try DatabaseQueue(path: temporary.store.path)
        let left = try await raw.read { db in
            try ["event_at_place", "arrival"].map { try Int.fetchOne(db, sql: "SELECT count(*) FROM \($0)") }
        }
        #expect(left == [10, 1], "places and arrivals of deleted events are forgotten")
        #expect(try await temporary.store.prune(before: Self.later(5)) == 10)
        #expect(try await temporary.store.tally(since: Timestamp(nanoseconds: .min)).isEmpty)
    }

    @Test("the places of many deleted events are forgotten, in whatever order they came", arguments: [false, true])
    func places(isOldestLast: Bool) async throws {
        let temporary = try TemporaryStore()
        // Arms that deliver at the same time: what arrived a little later is a little older. And one event that is dated far back.
        for part in 0..<15 {
            let time = Self.later(Int64(part / 2 * 2 + 1 - part % 2))
            _ = try await temporary.store.ingest(Self.batch(part * 2000..<part * 2000 + 2000, at: time))
        }
        if isOldestLast { _ = try await temporary.store.ingest(Self.batch(30_000..<30_001, at: Self.past)) }
        while try await temporary.store.advancePlaces() {}
        #expect(try await temporary.store.prune(keeping: 100) == (isOldestLast ? 29_901 : 29_900))
        let places = try await DatabaseQueue(path: temporary.store.path).read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM event_at_place")
        }
        #expect(places == 100)
    }

    @Test("the size is brought down by what arrived first, whatever year it claims")
    func bySize() async throws {
        let temporary = try TemporaryStore()
        for first in stride(from: 0, to: 60_000, by: 10_000) {
            let time = first < 30_000 ? Self.future : Self.start
            _ = try await temporary.store.ingest(Self.batch(first..<first + 10_000, at: time))
        }
        let deleted = Int(try await temporary.store.prune(keepingBytes: temporary.store.usedBytes() / 2))
        #expect(deleted > 0 && deleted < 60_000)
        #expect(try await Self.numbers(temporary.store) == Array(deleted..<60_000))
    }

    @Test("an event knows when it arrived, to ten seconds")
    func arrival() async throws {
        let temporary = try TemporaryStore()
        // The last but one is our own clock being set back.
        let seconds: [(arrival: Int64, known: Int64)] = [(0, 0), (9, 0), (10, 10), (3000, 3000), (20, 20), (25, 20)]
        for (number, moment) in seconds.enumerated() {
            temporary.clock.set(Timestamp(nanoseconds: Self.start.nanoseconds + moment.arrival * 1_000_000_000))
            _ = try await temporary.store.ingest(Self.batch(number..<number + 1, at: Self.future))
        }
        let known = seconds.map { Timestamp(nanoseconds: Self.start.nanoseconds + $0.known * 1_000_000_000) }
        var query = EventQuery()
        query.order = .oldestFirst
        #expect(try await temporary.store.events(query).map(\.arrival) == known)
        let another = try temporary.another()
        #expect(try await another.search(EventSearch()).reversed().map(\.event.arrival) == known)
        temporary.clock.set(Self.later(9))
        _ = try await another.ingest(Self.batch(6..<7, at: Self.start))
        #expect(try await another.events(EventQuery()).last?.arrival == Self.later(9))
        try another.close()
    }

    @Test("an hour in which our own clock was far ahead does not keep events for ever")
    func ownClockAhead() async throws {
        let temporary = try TemporaryStore()
        for (number, now) in [Self.later(0), Self.future, Self.later(1), Self.later(2)].enumerated() {
            temporary.clock.set(now)
            _ = try await temporary.store.ingest(Self.batch(number..<number + 1, at: Self.start))
        }
        #expect(try await temporary.store.prune(before: Self.later(1)) == 2)
        #expect(try await Self.numbers(temporary.store) == [2, 3])
    }

    @Test("a store of before goes on: what it holds goes by the earlier of its time and the day of the change")
    func ofBefore() async throws {
        let temporary = try TemporaryStore()
        for (part, time) in [Self.start, Self.future].enumerated() {
            _ = try await temporary.store.ingest(Self.batch(part * 10..<part * 10 + 10, at: time))
        }
        let raw = try DatabaseQueue(path: temporary.store.path)
        try await raw.write { db in
            try db.execute(sql: "DROP TABLE arrival; DELETE FROM grdb_migrations WHERE identifier = '9 arrivals'")
        }
        let changed = Timestamp.now
        func fromChange(_ hours: Int64) -> Timestamp {
            Timestamp(nanoseconds: changed.nanoseconds + hours * Self.hour)
        }
        let store = try temporary.another()
        #expect(try await store.events(EventQuery()).allSatisfy { $0.arrival == nil })
        temporary.clock.set(fromChange(1))
        _ = try await store.ingest(Self.batch(20..<30, at: Self.past))
        #expect(try await store.prune(before: Self.later(0)) == 0)
        #expect(try await store.prune(before: Self.later(1)) == 10)
        #expect(try await Self.numbers(store) == Array(10..<30))
        temporary.clock.set(fromChange(3))
        #expect(try await store.prune(before: fromChange(2)) == 20)
        try store.close()
    }
}
