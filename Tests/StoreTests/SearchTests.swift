import Store
import Testing

@Suite("Searches")
struct SearchTests {
    /// Twelve thousand events of five hosts on two servers: enough to leave the first slices, with few that are rare.
    private static func event(_ number: Int) -> NewEvent {
        let isRare = number % 3001 == 7
        return NewEvent(
            eventID: "series-\(10_000_000 + number)",
            // Half of them come late, and four share each moment.
            time: Timestamp(nanoseconds: Int64((number * 7919) % 12_000 / 4) * 1_000_000_000),
            type: .bad,
            severity: number % 1009 == 3 ? .critical : number % 50 == 0 ? .error : .info,
            hostID: isRare ? "rare" : "web\(number % 4)",
            hostName: isRare && number % 2 == 0 ? "" : isRare ? "Rare One" : "web\(number % 4)",
            brief: number % 2500 == 11 ? "needle \(number)" : "line \(number)"
        )
    }

    private static func filled(indexing: Bool) async throws -> TemporaryStore {
        let temporary = try TemporaryStore()
        for server in 1...2 {
            let events = (0..<6000).map { Self.event($0 * 2 + server - 1) }
            _ = try await temporary.store.ingest(Batch(server: Int64(server), change: .events(events)))
        }
        if indexing { while try await temporary.store.advancePlaces() {} }
        return temporary
    }

    static let filters: [EventFilter] = [
        .everything,
        .severity(in: [4, 5]),
        .severity(in: [3, 4, 5]),
        .name(.host, like: "rare"),
        .name(.host, like: "Rare One"),
        .name(.host, like: "web%"),
        .host(server: 1, id: "rare"),
        .server(2),
        .text(like: "%needle%"),
        .all([.name(.host, like: "rare"), .server(1)]),
        .all([.name(.host, like: "web1"), .severity(in: [4])]),
        .any([.name(.host, like: "rare"), .text(like: "%needle%")]),
        .any([.name(.host, like: "rare"), .name(.host, like: "Rare One")]),
        .not(.name(.host, like: "web%")),
        .all([.since(Timestamp(nanoseconds: 500_000_000_000)), .until(Timestamp(nanoseconds: 700_000_000_000))]),
        .all([.name(.host, like: "rare"), .until(Timestamp(nanoseconds: 700_000_000_000))]),
        .handling(.hold),
        .name(.assignee, like: "hana"),
        .events([3, 5, 70_000]),
        .name(.host, like: "nowhere"),
        .severity(in: [5]),
        .all([.since(Timestamp(nanoseconds: 5)), .until(Timestamp(nanoseconds: 5))]),
    ]

    @Test("find what reading everything finds, page by page, in both orders, in any time", arguments: [true, false])
    func complete(indexing: Bool) async throws {
        let temporary = try await Self.filled(indexing: indexing)
        let change = HandlingChange(status: .hold, assignee: "hana", comment: nil)
        _ = try await temporary.store.handle([10, 11_999, 12], change, actor: "hana", now: Timestamp(nanoseconds: 1))
        // What comes after the index was made has to be found as well.
        var late = Self.event(12_007)
        late.hostID = "rare"
        _ = try await temporary.store.ingest(Batch(server: 1, change: .events([late])))
        for filter in Self.filters {
            for order in [EventQuery.Order.newestFirst, .oldestFirst] {
                var search = EventSearch(filter, limit: 100_000)
                search.order = order
                let expected = try await temporary.store.search(search).map(\.id)
                for (limit, time) in [(700, Duration.zero), (100, .seconds(60))] {
                    guard expected.count < 3000 || limit > 100 else { continue }
                    search.limit = limit
                    let found = try await Self.all(search, within: time, temporary.store)
                    #expect(found == expected, "\(filter) \(order) by \(limit)")
                }
            }
        }
    }

    @Test("stop in time, say so, and go on where they stopped")
    func brokenOff() async throws {
        let temporary = try await Self.filled(indexing: true)
        let search = EventSearch(.text(like: "%nothing like this%"), limit: 10)
        let page = try await temporary.store.page(search, within: .zero)
        #expect(page.events.isEmpty && page.isBrokenOff && page.next != nil)
        let patient = try await temporary.store.page(search, within: .seconds(60))
        #expect(patient.events.isEmpty && !patient.isBrokenOff && patient.next == nil)
    }

    @Test("forget the places of what retention deletes, and of removed servers")
    func pruned() async throws {
        let temporary = try await Self.filled(indexing: true)
        #expect(try await temporary.store.prune(keeping: 6000) == 6000)
        for filter in Self.filters {
            let expected = try await temporary.store.search(EventSearch(filter, limit: 100_000)).map(\.id)
            let found = try await Self.all(EventSearch(filter, limit: 500), within: .seconds(60), temporary.store)
            #expect(found == expected)
        }
        #expect(try await temporary.store.tally(since: Timestamp(nanoseconds: 0)).reduce(0) { $0 + $1.count } > 0)
    }

    @Test("in texts find the same with an index as without, also what is new, and nothing that is gone")
    func texts() async throws {
        let temporary = try TemporaryStore()
        let briefs = ["disk full on sda", "Disk Full", "ディスクの空き容量がありません", "100%_\\ \"quoted\"", "ab", "full disk"]
        let events = (0..<12_000).map { number in
            var event = EventTests.event(number)
            if number % 1999 == 0 { event.brief = briefs[number / 1999 % briefs.count] }
            if number == 42 { event.extendedInfo = "the disk full of it" }
            return event
        }
        _ = try await temporary.store.ingest(Batch(server: 1, change: .events(events)))
        #expect(try await !temporary.store.advanceTextIndex(), "nothing is indexed until that is asked for")
        let patterns = [
            "%disk full%", "%disk%full%", "%空き容量%", "%容量%", "%100\\%\\_\\\\%", "%\"quoted\"%", "%ab%", "%a_k%f%", "%",
            "%nothing like it%",
        ]
        let filters: [EventFilter] =
            patterns.map { .text(like: $0) } + [
                .any([.text(like: "%quoted%"), .text(like: "%空き容量%")]),
                .any([.text(like: "%quoted%"), .name(.host, like: "nowhere")]),
                .all([.text(like: "%disk full%"), .not(.text(like: "%sda%"))]),
            ]
        try await temporary.store.createTextIndex()
        for isIndexed in [false, true, true] {
            if isIndexed { while try await temporary.store.advanceTextIndex() {} }
            for filter in filters {
                let expected = try await temporary.store.search(EventSearch(filter, limit: 100_000)).map(\.id)
                guard expected.count < 100 else { continue }
                let search = EventSearch(filter, limit: 100)
                #expect(try await Self.all(search, within: .seconds(60), temporary.store) == expected, "\(filter)")
            }
            // For the next round: some that are new, and some that are gone.
            var late = EventTests.event(isIndexed ? 20_001 : 20_000)
            late.brief = "a disk full, late"
            _ = try await temporary.store.ingest(Batch(server: 1, change: .events([late])))
            _ = try await temporary.store.prune(keeping: isIndexed ? 8002 : 11_971)
        }
        try await temporary.store.check()
    }

    private static func all(
        _ search: EventSearch,
        within time: Duration,
        _ store: MonitoringStore
    ) async throws -> [Int64] {
        var (search, found) = (search, [Int64]())
        while true {
            let page = try await store.page(search, within: time)
            found += page.events.map(\.id)
            guard let next = page.next else { return found }
            search.after = next
        }
    }
}
