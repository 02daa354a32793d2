import Foundation
import GRDB
import Synchronization
import Testing

@testable import Store

@Suite("The writer is shared")
struct FairnessTests {
    private static func triggers(_ numbers: Range<Int>, _ status: TriggerStatus = .ok) -> [Trigger] {
        numbers.map { number in
            Trigger(
                id: "t\(number)",
                status: status,
                severity: .error,
                lastChange: Timestamp(nanoseconds: 0),
                hostID: "h",
                hostName: "h",
                brief: "trigger \(number)"
            )
        }
    }

    private static func list(_ numbers: Range<Int>, lastInfo: String? = nil) -> Batch {
        Batch(server: 1, change: .triggers(Self.triggers(numbers), .all, scope: nil), lastInfo: lastInfo)
    }

    @Test("arms take turns, and each one's order is kept")
    func turns() {
        var queue = FairQueue<String>()
        for number in 1...4 { queue.append("a\(number)", of: 1) }
        queue.append("b1", of: 2)
        queue.append("c1", of: 3)
        func take(_ most: Int) -> [String] { queue.take(most) { $0.hasPrefix("a") ? 4000 : 10 } }
        #expect(take(10_000) == ["a1", "a2", "b1", "c1", "a3", "a4"])
        #expect(queue.isEmpty && take(10_000) == [])
        for number in 1...3 { queue.append("a\(number)", of: 1) }
        queue.append("b1", of: 2)
        #expect(take(1) == ["a1", "a2"])
        queue.putBack(["a2"], of: 1)
        #expect(take(1) == ["b1"], "the turn of the other one has come")
        #expect(take(1) == ["a2", "a3"])
    }

    @Test("an arm that puts long lists again and again lets the events of others between")
    func longLists() async throws {
        let temporary = try TemporaryStore()
        let order = Mutex<[String]>([])
        let (done, continuation) = AsyncStream.makeStream(of: Void.self)
        func submit(_ batch: Batch, _ name: String) {
            temporary.store.submit(batch) { result in
                order.withLock { $0.append((try? result.get()) == nil ? "\(name) failed" : name) }
                continuation.yield()
            }
        }
        for number in 0..<3 { submit(Self.list(number..<number + 20_000, lastInfo: "\(number)"), "list") }
        var events = EventTests.batch(0..<1000)
        events.server = 2
        submit(events, "events")
        for await _ in done.prefix(4) {}
        #expect(order.withLock { $0 } == ["events", "list", "list", "list"])
        #expect(try await temporary.store.lastInfo(.trigger, server: 1) == "2")
        let stored = try await temporary.store.triggers(server: 1)
        #expect(Set(stored.map(\.trigger.id)) == Set((2..<20_002).map { "t\($0)" }))
    }

    @Test("a long list replaces what it does not name, also when that is much")
    func replacing() async throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        _ = try await store.ingest(Self.list(0..<10_000))
        _ = try await store.ingest(Batch(server: 1, change: .ownTriggers(Self.triggers(20_000..<20_001, .ng))))
        _ = try await store.ingest(Self.list(9_999..<10_001))
        #expect(try await store.triggers(server: 1).map(\.trigger.id) == ["t10000", "t20000", "t9999"])
        let hosts = (0..<9000).map { Host(id: "h\($0)", name: "n\($0)") }
        _ = try await store.ingest(Batch(server: 1, change: .hosts(hosts, .all), lastInfo: "hosts"))
        #expect(try await store.lastInfo(.host, server: 1) == "hosts")
        #expect(try await store.hosts(server: 1).filter { $0.state == .listed }.count == 9000)
        _ = try await store.ingest(Batch(server: 1, change: .hosts([], .all)))
        #expect(try await store.hosts(server: 1).allSatisfy { $0.state != .listed })
    }

    /// A trigger in the database stands for a disk that fills up on the way.
    @Test("a long list that fails on the way leaves its position out, and can be put again")
    func failing() async throws {
        let temporary = try TemporaryStore()
        let raw = try DatabaseQueue(path: temporary.store.path)
        try await raw.write { db in
            try db.execute(
                sql: """
                    CREATE TRIGGER refuse BEFORE INSERT ON watch WHEN new.key = 't7000'
                    BEGIN SELECT RAISE(ABORT, 'refused by the test'); END
                    """
            )
        }
        await #expect(throws: StoreError.self) {
            try await temporary.store.ingest(Self.list(0..<9000, lastInfo: "all"))
        }
        #expect(try await temporary.store.lastInfo(.trigger, server: 1) == "")
        try await raw.write { try $0.execute(sql: "DROP TRIGGER refuse") }
        _ = try await temporary.store.ingest(Self.list(0..<9000, lastInfo: "all"))
        #expect(try await temporary.store.triggers(server: 1).count == 9000)
        #expect(try await temporary.store.lastInfo(.trigger, server: 1) == "all")
    }
}
