import Foundation
import GRDB
import Store
import Testing

@Suite("Commits")
struct CommitTests {
    @Test("batches of many arms that wait at the same time are stored, each answered after its commit")
    func groupCommit() async throws {
        let temporary = try TemporaryStore()
        let other = try temporary.another()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for server in 1...50 as ClosedRange<Int64> {
                group.addTask {
                    for part in 0..<5 {
                        let events = (part * 20..<part * 20 + 20).map { EventTests.event($0) }
                        let batch = Batch(server: server, change: .events(events), lastInfo: "\(part)")
                        let receipt = try await temporary.store.ingest(batch)
                        let lastInfo = try await other.lastInfo(.event, server: server)
                        #expect(receipt.stored == 20)
                        #expect(lastInfo == "\(part)")
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await other.count(EventQuery()) == 5000)
        try other.close()
    }

    @Test("submitted batches are committed in order")
    func order() async throws {
        let temporary = try TemporaryStore()
        let (results, continuation) = AsyncStream.makeStream(of: Int.self)
        for number in 0..<200 {
            let batch = Batch(server: 1, change: .events([EventTests.event(number)]), lastInfo: "\(number)")
            temporary.store.submit(batch) { _ in continuation.yield(number) }
        }
        var seen: [Int] = []
        for await number in results.prefix(200) { seen.append(number) }
        #expect(seen == Array(0..<200))
        #expect(try await temporary.store.lastInfo(.event, server: 1) == "199")
    }

    /// A trigger in the database stands for whatever makes one batch impossible.
    @Test("a batch that fails does not fail the others, and leaves nothing behind")
    func isolation() async throws {
        let temporary = try TemporaryStore()
        let raw = try DatabaseQueue(path: temporary.store.path)
        try await raw.write { db in
            try db.execute(
                sql: """
                    CREATE TRIGGER refuse BEFORE INSERT ON event WHEN new.brief = 'impossible'
                    BEGIN SELECT RAISE(ABORT, 'refused by the test'); END
                    """
            )
        }
        var bad = EventTests.event(105)
        bad.brief = "impossible"
        let batches = (0..<10).map { part in
            var events = (part * 10..<part * 10 + 10).map { EventTests.event($0) }
            if part == 5 { events = [EventTests.event(104), bad] }
            return Batch(server: 1, change: .events(events), lastInfo: "\(part)")
        }
        let (results, continuation) = AsyncStream.makeStream(of: (Int, Bool).self)
        for (part, batch) in batches.enumerated() {
            temporary.store.submit(batch) { result in
                continuation.yield((part, (try? result.get()) != nil))
            }
        }
        for await (part, succeeded) in results.prefix(10) { #expect(succeeded == (part != 5)) }
        #expect(try await temporary.store.count(EventQuery()) == 90)

        try await raw.write { try $0.execute(sql: "DROP TRIGGER refuse") }
        #expect(try await temporary.store.ingest(batches[5]).stored == 2)
        #expect(try await temporary.store.count(EventQuery()) == 92)
    }

    @Test("commits survive a power failure: write-ahead log, full synchronisation")
    func synchronisation() async throws {
        let temporary = try TemporaryStore()
        let settings = try await temporary.store.settings()
        #expect(settings.journalMode == "wal")
        #expect(settings.synchronous == 2)
    }

    @Test("the files are only for their owner")
    func permissions() async throws {
        let temporary = try TemporaryStore()
        _ = try await temporary.store.ingest(EventTests.batch(1...3))
        for suffix in ["", "-wal", "-shm"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: temporary.store.path + suffix)
            #expect((attributes[.posixPermissions] as? Int) == 0o600, "\(suffix)")
        }
    }

    @Test("readers of this and another process are woken by a commit", arguments: [false, true])
    func tail(fromAnotherProcess: Bool) async throws {
        let temporary = try TemporaryStore()
        let reader = fromAnotherProcess ? try temporary.another() : temporary.store
        _ = try await temporary.store.ingest(EventTests.batch(1...3))
        let tail = try await reader.tail()
        async let first = {
            var iterator = tail.makeAsyncIterator()
            var arrived: [NewEvent] = []
            while arrived.count < 4, let page = try await iterator.next() { arrived += page.map(\.content) }
            return arrived
        }()
        _ = try await temporary.store.ingest(EventTests.batch(4...5))
        _ = try await temporary.store.ingest(EventTests.batch(6...7))
        let arrived = try await first
        #expect(arrived == (4...7).map { EventTests.event($0) })
        if fromAnotherProcess { try reader.close() }
    }
}
