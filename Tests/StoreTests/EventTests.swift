import Store
import Testing

@Suite("Events are stored once")
struct EventTests {
    static let series = "01J9ZK3V7Q8XGM2T5B4C6D8E0F"

    static func event(_ number: Int, prefix: String = series, host: String = "web1") -> NewEvent {
        let digits = String(number)
        return NewEvent(
            eventID: prefix + "-" + String(repeating: "0", count: 16 - digits.count) + digits,
            time: Timestamp(nanoseconds: 1_767_225_600_000_000_000 + Int64(number)),
            type: .bad,
            severity: .error,
            hostID: host,
            hostName: host,
            brief: "line \(number)"
        )
    }

    static func batch(_ numbers: some Sequence<Int>) -> Batch {
        Batch(server: 1, change: .events(numbers.map { Self.event($0) }))
    }

    @Test("an event comes back as it was given")
    func roundTrip() async throws {
        let temporary = try TemporaryStore()
        let given = NewEvent(
            eventID: "any id, even “this”",
            time: Timestamp(nanoseconds: -1),
            type: .notification,
            status: .ng,
            severity: .emergency,
            triggerID: "t1",
            hostID: "h1",
            hostName: "höst 1",
            brief: "a \u{1F4A5} b",
            extendedInfo: String(repeating: "x", count: 32_767)
        )
        _ = try await temporary.store.ingest(Batch(server: 7, change: .events([given, Self.event(3)]), lastInfo: "L"))
        let stored = try await temporary.store.events(EventQuery())
        #expect(stored.map(\.content) == [Self.event(3), given])
        #expect(stored.map(\.server) == [7, 7])
        #expect(try await temporary.store.lastInfo(.event, server: 7) == "L")
        #expect(try await temporary.store.lastInfo(.event, server: 8) == "")
    }

    @Test(
        "ids of every form are stored once per server",
        arguments: [
            "", "x", "5", "-00000001", "a-00000001", "a-0000000000000001", "a-1",
            "550e8400-e29b-41d4-a716-446655440000", "a-9999999999999999999", "٣-٠٠٠٠٠٠٠٠",
        ]
    )
    func forms(id: String) async throws {
        let temporary = try TemporaryStore()
        var event = Self.event(1)
        event.eventID = id
        for (server, stored) in [(1, 1), (1, 0), (2, 1)] as [(Int64, Int)] {
            let receipt = try await temporary.store.ingest(Batch(server: server, change: .events([event, event])))
            #expect(receipt.stored == stored)
            #expect(receipt.duplicates == 2 - stored)
        }
        #expect(try await temporary.store.events(EventQuery()).map(\.content) == [event, event])
    }

    @Test("any order and any repetition of numbers gives each once", arguments: 0..<20 as Range<UInt64>)
    func anyOrder(seed: UInt64) async throws {
        let temporary = try TemporaryStore()
        var random = SplitMix(state: seed)
        var seen: Set<Int> = []
        var stored = 0
        for _ in 0..<40 {
            let start = Int.random(in: 0..<200, using: &random)
            var numbers = Array(start..<start + Int.random(in: 1..<30, using: &random))
            if Bool.random(using: &random) { numbers.shuffle(using: &random) }
            let receipt = try await temporary.store.ingest(Self.batch(numbers))
            #expect(receipt.stored == Set(numbers).subtracting(seen).count)
            #expect(receipt.stored + receipt.duplicates == numbers.count)
            stored += receipt.stored
            seen.formUnion(numbers)
        }
        let events = try await temporary.store.events(EventQuery(limit: 10_000))
        #expect(Set(events.map(\.content)) == Set(seen.map { Self.event($0) }))
        #expect(events.count == stored)

        let reopened = try temporary.another()
        let again = try await reopened.ingest(Self.batch(seen.sorted()))
        #expect(again.stored == 0)
        try reopened.close()
    }

    @Test("what is missing in a series is noticed, once")
    func gaps() async throws {
        let store = try TemporaryStore()
        var notices: [[SeriesNotice]] = []
        for numbers in [1...3, 4...5, 9...10, 6...7, 8...8, 11...11] {
            notices.append(try await store.store.ingest(Self.batch(numbers)).notices)
        }
        #expect(
            notices == [
                [.began(prefix: Self.series, first: 1)], [], [.gap(prefix: Self.series, missing: 6...8)], [], [], [],
            ]
        )
    }

    @Test("what another process stores is a duplicate here, and the reverse")
    func twoProcesses() async throws {
        let temporary = try TemporaryStore()
        let other = try temporary.another()
        #expect(try await temporary.store.ingest(Self.batch(1...10)).stored == 10)
        #expect(try await other.ingest(Self.batch(5...15)).stored == 5)
        #expect(try await temporary.store.ingest(Self.batch(1...20)).stored == 5)
        #expect(try await temporary.store.count(EventQuery()) == 20)
        try other.close()
    }

    @Test("a NUL in a text becomes U+FFFD, and does not make different ids equal")
    func textsWithNUL() async throws {
        let temporary = try TemporaryStore()
        var (one, other) = (Self.event(1), Self.event(2))
        one.eventID = "a\0b"
        one.brief = "before\0after"
        one.hostID = "h\0"
        other.eventID = "a\0c"
        let batch = Batch(server: 1, change: .events([one, other]))
        #expect(try await temporary.store.ingest(batch).stored == 2)
        #expect(try await temporary.store.ingest(batch).stored == 0)
        let stored = try await temporary.store.events(EventQuery())
        #expect(stored.map(\.content.eventID) == ["a\u{FFFD}c", "a\u{FFFD}b"])
        #expect(stored.map(\.content.brief) == ["line 2", "before\u{FFFD}after"])
        #expect(stored.map(\.content.hostID) == ["web1", "h\u{FFFD}"])
    }

    @Test("ids and names that differ in their Unicode normalisation only are different")
    func normalisation() async throws {
        let temporary = try TemporaryStore()
        let forms = ["caf\u{E9}", "cafe\u{301}"]
        let events = forms.map { Self.event(1, prefix: $0, host: $0) }
        #expect(try await temporary.store.ingest(Batch(server: 1, change: .events(events))).stored == 2)
        #expect(try await temporary.store.ingest(Batch(server: 1, change: .events(events))).stored == 0)
        let stored = try await temporary.store.events(EventQuery()).map(\.content)
        for (event, form) in zip(stored.reversed(), forms) {
            #expect(Array(event.eventID.utf8) == Array((form + "-0000000000000001").utf8))
            #expect(Array(event.hostID.utf8) == Array(form.utf8))
            #expect(Array(event.hostName.utf8) == Array(form.utf8))
        }
    }

    @Test("each of many hosts is found again")
    func manyHosts() async throws {
        let temporary = try TemporaryStore()
        let events = (0..<2000).map { Self.event($0, host: "host \($0 % 1000)") }
        #expect(try await temporary.store.ingest(Batch(server: 1, change: .events(events))).stored == 2000)
        #expect(try await temporary.store.ingest(Batch(server: 2, change: .events(events))).stored == 2000)
        #expect(try await temporary.store.hosts(server: 1).count == 1000)
        let stored = try await temporary.store.events(EventQuery(limit: 10_000))
        #expect(Set(stored.filter { $0.server == 1 }.map(\.content)) == Set(events))
        #expect(Set(stored.filter { $0.server == 2 }.map(\.content)) == Set(events))
    }

    @Test("empty fields are completed from the trigger the event names")
    func completion() async throws {
        let temporary = try TemporaryStore()
        let trigger = Trigger(
            id: "t",
            status: .ng,
            severity: .critical,
            lastChange: Timestamp(nanoseconds: 0),
            hostID: "h",
            hostName: "name",
            brief: "disk full",
            extendedInfo: "more"
        )
        _ = try await temporary.store.ingest(Batch(server: 1, change: .triggers([trigger], .all, scope: nil)))
        let empty = NewEvent(eventID: "1", time: Timestamp(nanoseconds: 1), type: .bad, triggerID: "t", brief: "")
        var full = Self.event(1)
        full.triggerID = "t"
        full.extendedInfo = "own"
        let unknown = NewEvent(eventID: "2", time: Timestamp(nanoseconds: 2), type: .bad, triggerID: "u", brief: "b")
        _ = try await temporary.store.ingest(Batch(server: 1, change: .events([empty, full, unknown])))
        let stored = try await temporary.store.events(EventQuery()).map(\.content)
        #expect(stored.contains(full))
        #expect(stored.contains(unknown))
        let completed = try #require(stored.first { $0.eventID == "1" })
        #expect(completed.severity == .critical)
        #expect(completed.hostID == "h")
        #expect(completed.hostName == "name")
        #expect(completed.brief == "disk full")
        #expect(completed.extendedInfo == "more")
        #expect(completed.type == .bad)
        #expect(completed.status == .unknown)
    }
}

/// A generator whose sequence a seed fixes.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
