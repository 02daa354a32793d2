import Store
import Testing

@Suite("Counters")
struct CountsTests {
    /// Events of half a day, every fourth of them late, of all severities in turn.
    private static func events(_ numbers: Range<Int>) -> Change {
        .events(
            numbers.map { number in
                var event = EventTests.event(number)
                let minute = number % 4 == 0 ? number / 2 : number
                event.time = Timestamp(nanoseconds: (1_767_225_600 + Int64(minute) * 60) * 1_000_000_000)
                event.severity = Severity.allCases[number / 3 % Severity.allCases.count]
                return event
            }
        )
    }

    @Test("are what counting gives: after storing, storing again, deleting by age and number, and removing a server")
    func exact() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        let server = MonitoringServer(
            nickname: "node",
            type: "",
            broker: .init(url: BrokerURL("amqps://broker.example/hatohol"), queue: "node")
        )
        let id = try await store.add(server)
        for (hour, numbers) in [0..<1, 1..<300, 200..<600, 0..<720].enumerated() {
            temporary.clock.set(Timestamp(nanoseconds: 1_767_225_600_000_000_000 + Int64(hour) * 3_600_000_000_000))
            for owner in [id, id + 1] {
                _ = try await store.ingest(Batch(server: owner, change: Self.events(numbers)))
                #expect(try await Self.kept(store) == Self.counted(store))
            }
        }
        // In the middle of what arrived, and of ten minutes of which some events stay.
        #expect(
            try await store.prune(before: Timestamp(nanoseconds: 1_767_225_600_000_000_000 + 5_400_000_000_000)) > 0
        )
        #expect(try await Self.kept(store) == Self.counted(store))
        #expect(try await store.prune(keeping: 500) > 0)
        #expect(try await store.count(EventQuery()) <= 510)
        #expect(try await Self.kept(store) == Self.counted(store))
        try await store.remove(id)
        #expect(try await store.purgeRemovedServers() > 0)
        #expect(try await Self.kept(store) == Self.counted(store))
        #expect(try await store.count(EventQuery()) > 0)
    }

    @Test("count an event with the severity that its trigger gives it")
    func completed() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        let trigger = Trigger(
            id: "t",
            status: .ng,
            severity: .critical,
            lastChange: Timestamp(nanoseconds: 0),
            hostID: "web1",
            hostName: "web1",
            brief: "disk full",
            extendedInfo: ""
        )
        _ = try await store.ingest(Batch(server: 1, change: .triggers([trigger], .all, scope: nil)))
        var event = EventTests.event(1)
        event.severity = .unknown
        event.triggerID = "t"
        _ = try await store.ingest(Batch(server: 1, change: .events([event])))
        #expect(try await Self.kept(store).keys.map(\.severity) == [.critical])
        #expect(try await Self.kept(store) == Self.counted(store))
    }

    struct Stretch: Hashable {
        let time: Timestamp
        let server: MonitoringServer.ID
        let severity: Severity
    }

    /// The counters.
    static func kept(_ store: MonitoringStore) async throws -> [Stretch: Int64] {
        let tally = try await store.tally(since: Timestamp(nanoseconds: .min))
        #expect(tally.allSatisfy { $0.count > 0 })
        return tally.reduce(into: [:]) {
            $0[Stretch(time: $1.time, server: $1.server, severity: $1.severity)] = $1.count
        }
    }

    /// The same, counted.
    static func counted(_ store: MonitoringStore) async throws -> [Stretch: Int64] {
        let stretch: Int64 = 600_000_000_000
        return try await store.events(EventQuery(limit: 1_000_000)).reduce(into: [:]) { counts, event in
            let time = Timestamp(nanoseconds: event.content.time.nanoseconds / stretch * stretch)
            counts[Stretch(time: time, server: event.server, severity: event.content.severity), default: 0] += 1
        }
    }
}
