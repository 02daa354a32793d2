import Foundation
import Store
import Testing

@Suite("Maintenance")
struct MaintenanceTests {
    @Test("old events go, and do not come back when they are sent again", arguments: [false, true])
    func prune(byCount: Bool) async throws {
        let temporary = try TemporaryStore()
        let boundary = EventTests.event(4000).time
        temporary.clock.set(Timestamp(nanoseconds: boundary.nanoseconds - 60_000_000_000))
        _ = try await temporary.store.ingest(EventTests.batch(0..<4000))
        temporary.clock.set(boundary)
        _ = try await temporary.store.ingest(EventTests.batch(4000..<5000))
        let deleted =
            byCount ? try await temporary.store.prune(keeping: 1000) : try await temporary.store.prune(before: boundary)
        #expect(deleted == 4000)
        let left = try await temporary.store.events(EventQuery(limit: 10_000))
        #expect(left.count == 1000)
        #expect(left.allSatisfy { $0.content.time >= boundary })
        #expect(try await temporary.store.ingest(EventTests.batch(0..<5000)).stored == 0)
        #expect(try await temporary.store.ingest(EventTests.batch(5000..<5001)).stored == 1)
        let newest = try await temporary.store.events(EventQuery(limit: 1))
        #expect(newest.map(\.id) == [5001], "numbers are not used again")
    }

    @Test("the oldest events go when the database is too large, and only then")
    func pruneBySize() async throws {
        let temporary = try TemporaryStore()
        for first in stride(from: 0, to: 60_000, by: 10_000) {
            _ = try await temporary.store.ingest(EventTests.batch(first..<first + 10_000))
        }
        let size = try await temporary.store.usedBytes()
        #expect(try await temporary.store.prune(keepingBytes: size) == 0)
        let deleted = try await temporary.store.prune(keepingBytes: size / 2)
        #expect(deleted > 0 && deleted < 60_000)
        #expect(try await temporary.store.usedBytes() <= size / 2)
        let oldest = try await temporary.store.search(EventSearch(limit: 60_000)).last
        #expect(oldest?.event.content.time == EventTests.event(Int(deleted)).time)
    }

    @Test("events are stored while others are deleted")
    func pruneWhileStoring() async throws {
        let temporary = try TemporaryStore()
        _ = try await temporary.store.ingest(EventTests.batch(0..<20_000))
        async let deleted = temporary.store.prune(keeping: 10)
        for number in 20_000..<20_200 { _ = try await temporary.store.ingest(EventTests.batch(number...number)) }
        let count = try await deleted
        #expect(count >= 19_990)
        #expect(try await temporary.store.count(EventQuery()) + count == 20_200)
    }

    @Test("a backup is the store as it was, and never overwrites")
    func backup() async throws {
        let temporary = try TemporaryStore()
        _ = try await temporary.store.ingest(EventTests.batch(0..<100))
        let path = temporary.directory + "/backup.sqlite"
        try await temporary.store.backup(to: path)
        await #expect(throws: StoreError(.refused, stage: "", reason: "")) {
            try await temporary.store.backup(to: path)
        }
        _ = try await temporary.store.ingest(EventTests.batch(100..<200))
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect((attributes[.posixPermissions] as? Int) == 0o600)
        let copy = try MonitoringStore(path: path)
        try await copy.check()
        #expect(try await copy.count(EventQuery()) == 100)
        #expect(try await copy.ingest(EventTests.batch(0..<200)).stored == 100)
        try copy.close()
    }

    @Test("a store of a newer version, and a file that is none, are refused with a reason")
    func unusable() async throws {
        let temporary = try TemporaryStore()
        let path = temporary.directory + "/other.sqlite"
        try Data("this is no database, but long enough to be taken for one".utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: StoreError(.unavailable, stage: "", reason: "")) { try MonitoringStore(path: path) }
        #expect(throws: StoreError(.unavailable, stage: "", reason: "")) {
            try MonitoringStore(directory: "/nonexistent")
        }
    }

    @Test("commands reach the running server and their answers come back")
    func commands() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        let deadline = Timestamp(nanoseconds: .max)
        let first = try await store.submit("fetchItems", arguments: "{}", server: 1, deadline: deadline)
        let second = try await store.submit("fetchTriggers", arguments: "[]", server: 2, deadline: deadline)
        #expect(try await store.commands(after: 0).map(\.name) == ["fetchItems", "fetchTriggers"])
        #expect(try await store.commands(after: first).map(\.id) == [second])
        #expect(try await store.answer(to: first) == nil)
        try await store.answer(first, succeeded: true, text: "3", now: Timestamp(nanoseconds: 0))
        #expect(try await store.answer(to: first) == CommandAnswer(succeeded: true, text: "3"))
        #expect(try await store.commands(after: 0).map(\.id) == [second])
    }
}
