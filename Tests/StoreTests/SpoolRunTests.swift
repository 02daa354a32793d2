import Store
import Testing

/// The numbers of a spool rise over all of its runs, each of which has ids of its own.
@Suite("Runs of one spool")
struct SpoolRunTests {
    private static let spool = "5B4C6D8E"

    /// The id of a run: the time and randomness of its own, and the end that names the spool.
    private static func run(_ number: Int, of spool: String = Self.spool) -> String {
        "01J9ZK3V7Q8XGM2T\(String(1000 + number).suffix(2))\(spool)"
    }

    private func put(
        _ store: MonitoringStore,
        _ run: String,
        _ numbers: ClosedRange<Int>,
        server: MonitoringServer.ID = 1
    ) async throws -> [SeriesNotice] {
        let events = numbers.map { EventTests.event($0, prefix: run) }
        let receipt = try await store.ingest(Batch(server: server, change: .events(events)))
        #expect(receipt.stored == numbers.count)
        return receipt.notices
    }

    @Test("a run that follows the one before it worries nobody")
    func following() async throws {
        let temporary = try TemporaryStore()
        defer { withExtendedLifetime(temporary) {} }
        let store = temporary.store
        #expect(try await self.put(store, Self.run(1), 1...50) == [.began(prefix: Self.run(1), first: 1)])
        #expect(try await self.put(store, Self.run(2), 51...60) == [])
        #expect(try await self.put(store, Self.run(3), 61...61) == [])
        #expect(try await self.put(store, Self.run(1), 1...1, server: 2) == [.began(prefix: Self.run(1), first: 1)])
    }

    @Test("numbers that are missing between two runs are noticed, and found in either")
    func gap() async throws {
        let temporary = try TemporaryStore()
        defer { withExtendedLifetime(temporary) {} }
        let store = temporary.store
        _ = try await self.put(store, Self.run(1), 1...50)
        #expect(try await self.put(store, Self.run(2), 61...70) == [.gap(prefix: Self.run(1), missing: 51...60)])
        #expect(try await store.missing(51...60, prefix: Self.run(1), server: 1) == 10)
        _ = try await self.put(store, Self.run(1), 51...54)
        _ = try await self.put(store, Self.run(2), 57...60)
        #expect(try await store.missing(51...60, prefix: Self.run(1), server: 1) == 2)
        _ = try await self.put(store, Self.run(1), 55...56)
        #expect(try await store.missing(51...60, prefix: Self.run(1), server: 1) == 0)
    }

    @Test("a run that begins before the end of the one before it goes back")
    func goingBack() async throws {
        let temporary = try TemporaryStore()
        defer { withExtendedLifetime(temporary) {} }
        let store = temporary.store
        _ = try await self.put(store, Self.run(1), 1...90)
        #expect(
            try await self.put(store, Self.run(2), 51...60)
                == [.wentBack(prefix: Self.run(2), first: 51, before: Self.run(1), last: 90)]
        )
        #expect(try await self.put(store, Self.run(3), 61...62) == [])
        #expect(try await store.missing(1...100, prefix: Self.run(3), server: 1) == 10)
    }

    @Test("other spools and other ids have nothing to do with it")
    func others() async throws {
        let temporary = try TemporaryStore()
        defer { withExtendedLifetime(temporary) {} }
        let store = temporary.store
        _ = try await self.put(store, Self.run(1), 1...5)
        for prefix in [Self.run(2, of: "ANOTHER0"), "short", "a name in lower case 5B4C6D8E"] {
            #expect(try await self.put(store, prefix, 20...21) == [.began(prefix: prefix, first: 20)])
        }
    }
}
