import Foundation
import GRDB
import Logging
import ServiceLifecycle
import Store
import TestSupport
import Testing

@testable import hatohol_server

@Suite("Indexing")
struct IndexingTests {
    @Test("keeps indexes up with what arrives, and goes on where it stopped", arguments: [false, true])
    func keepsUp(indexesText: Bool) async throws {
        try await Self.withStore { store in
            try await Self.ingest(0..<3, store)
            let counters = indexesText ? ["place", "text"] : ["place"]
            try await Self.indexing(store, indexesText: indexesText) {
                try await eventually("three events") { try Self.counters(store, counters).allSatisfy { $0 == 3 } }
                try await Self.ingest(3..<7, store)
                try await eventually("seven events") { try Self.counters(store, counters).allSatisfy { $0 == 7 } }
            }
            try await Self.ingest(7..<12_000, store)
            #expect(try Self.counters(store, counters).allSatisfy { $0 == 7 }, "nobody indexes now")
            try await Self.indexing(store, indexesText: indexesText) {
                try await eventually("all events") { try Self.counters(store, counters).allSatisfy { $0 == 12_000 } }
            }
            let tally = try await store.tally(since: Timestamp(nanoseconds: 0))
            #expect(tally.reduce(0) { $0 + $1.count } == 12_000, "each is counted once")
            #expect(try Self.counters(store, ["text"]) == (indexesText ? [12_000] : []))
            let search = EventSearch(.text(like: "%line 11%"), limit: 2000)
            #expect(try await store.page(search, within: .seconds(600)).events.count == 1111)
            try await store.check()
        }
    }

    @Test("indexes what came before texts were indexed, and leaves the index alone afterwards")
    func turnedOnAndOff() async throws {
        try await Self.withStore { store in
            try await Self.ingest(0..<5, store)
            for (isOn, position) in [(false, nil), (true, 5), (false, 5), (true, 5)] as [(Bool, Int64?)] {
                try await Self.indexing(store, indexesText: isOn) {
                    try await eventually("text-search \(isOn)") {
                        try Self.counters(store, ["place", "text"]) == [5] + (position.map { [$0] } ?? [])
                    }
                }
            }
        }
    }

    private static func ingest(_ numbers: Range<Int>, _ store: MonitoringStore) async throws {
        let events = numbers.map { number in
            NewEvent(
                eventID: "series-\(number)",
                time: Timestamp(nanoseconds: Int64(1_700_000_000 + number) * 1_000_000_000),
                type: .bad,
                severity: .error,
                hostID: "web",
                hostName: "web",
                brief: "line \(number)"
            )
        }
        _ = try await store.ingest(Batch(server: 1, change: .events(EventPack(events))))
    }

    /// Runs the service as `serve` does while the body runs, and ends it as SIGTERM does.
    private static func indexing(
        _ store: MonitoringStore,
        indexesText: Bool,
        _ body: () async throws -> Void
    ) async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let group = ServiceGroup(
            services: [Indexing(store: store, indexesText: indexesText, logger: logger)],
            logger: logger
        )
        async let run: Void = group.run()
        do { try await body() } catch {
            await group.triggerGracefulShutdown()
            try await run
            throw error
        }
        await group.triggerGracefulShutdown()
        try await run
    }

    /// The counters of these names, in that order, as far as they exist.
    private static func counters(_ store: MonitoringStore, _ names: [String]) throws -> [Int64] {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(60)
        return try DatabaseQueue(path: store.path, configuration: configuration).read { db in
            try names.compactMap {
                try Int64.fetchOne(db, sql: "SELECT value FROM counter WHERE name = ?", arguments: [$0])
            }
        }
    }

    private static func withStore(_ body: (MonitoringStore) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("server-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let store = try MonitoringStore(directory: directory.path)
        try await body(store)
        try store.close()
    }
}
