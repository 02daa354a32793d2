import Store
import Testing

@Suite("Queries")
struct QueryTests {
    /// Ten events on two servers and three hosts, severities in turn, two at each second.
    static func filled() async throws -> TemporaryStore {
        let temporary = try TemporaryStore()
        for number in 0..<10 {
            let event = NewEvent(
                eventID: "e\(number)",
                time: Timestamp(nanoseconds: Int64(number / 2) * 1_000_000_000),
                type: .bad,
                severity: Severity.allCases[number % 6],
                hostID: "h\(number % 3)",
                hostName: "Name \(number % 3)",
                brief: "Event \(number) at 100%_\\done",
                extendedInfo: number == 7 ? "needle" : ""
            )
            _ = try await temporary.store.ingest(Batch(server: Int64(number % 2 + 1), change: .events([event])))
        }
        return temporary
    }

    static let narrowed: [(String, [Int], @Sendable (inout EventQuery) -> Void)] = [
        ("all", [9, 8, 7, 6, 5, 4, 3, 2, 1, 0], { _ in }),
        ("limit", [9, 8], { $0.limit = 2 }),
        (
            "oldest first", [0, 1, 2],
            {
                $0.order = .oldestFirst
                $0.limit = 3
            }
        ),
        ("server", [9, 7, 5, 3, 1], { $0.server = 2 }),
        ("unknown server", [], { $0.server = 3 }),
        ("host by id", [7, 4, 1], { $0.host = "h1" }),
        ("host by name", [8, 5, 2], { $0.host = "Name 2" }),
        ("unknown host", [], { $0.host = "h9" }),
        ("severity", [5, 4], { $0.minimumSeverity = .critical }),
        ("since", [9, 8, 7, 6], { $0.since = Timestamp(nanoseconds: 3_000_000_000) }),
        ("until", [1, 0], { $0.until = Timestamp(nanoseconds: 1_000_000_000) }),
        ("text", [3], { $0.text = "eVENT 3" }),
        ("text in the extended information", [7], { $0.text = "needle" }),
        ("text with characters special to LIKE", [], { $0.text = "Event_3" }),
        ("text with all of them", [9, 8, 7, 6, 5, 4, 3, 2, 1, 0], { $0.text = "100%_\\d" }),
        (
            "behind an event", [4, 3, 2, 1, 0],
            { $0.after = EventCursor(time: Timestamp(nanoseconds: 2_000_000_000), id: 6) }
        ),
        (
            "everything at once", [5],
            {
                $0.server = 2
                $0.host = "h2"
                $0.minimumSeverity = .info
                $0.since = Timestamp(nanoseconds: 0)
                $0.until = Timestamp(nanoseconds: 4_000_000_000)
                $0.text = "event"
            }
        ),
    ]

    @Test("each filter gives what it says, in order", arguments: Self.narrowed.indices)
    func filters(index: Int) async throws {
        let temporary = try await Self.filled()
        let (name, expected, narrow) = Self.narrowed[index]
        var query = EventQuery()
        narrow(&query)
        let found = try await temporary.store.events(query)
        #expect(found.map(\.content.eventID) == expected.map { "e\($0)" }, "\(name)")
        query.limit = 3
        let total = try await temporary.store.count(query)
        #expect(name == "limit" || name == "oldest first" || total == Int64(expected.count), "\(name)")
    }

    @Test("pages of any size meet without gap or overlap, in both directions", arguments: 1...11)
    func pages(size: Int) async throws {
        let temporary = try await Self.filled()
        for order in [EventQuery.Order.newestFirst, .oldestFirst] {
            var query = EventQuery(limit: 100)
            query.order = order
            let all = try await temporary.store.events(query)
            query.limit = size
            var paged: [StoredEvent] = []
            while case let page = try await temporary.store.events(query), let last = page.last {
                paged += page
                query.after = last.cursor
            }
            #expect(paged == all)
        }
    }

    @Test("missing numbers are counted")
    func missing() async throws {
        let temporary = try TemporaryStore()
        for numbers in [1...3, 7...8, 12...12] { _ = try await temporary.store.ingest(EventTests.batch(numbers)) }
        for (range, expected) in [(1...3, 0), (1...12, 6), (4...6, 3), (8...13, 4), (20...29, 10)]
            as [(ClosedRange<Int64>, Int64)]
        {
            #expect(try await temporary.store.missing(range, prefix: EventTests.series, server: 1) == expected)
        }
        #expect(try await temporary.store.missing(1...3, prefix: EventTests.series, server: 2) == 3)
    }
}
