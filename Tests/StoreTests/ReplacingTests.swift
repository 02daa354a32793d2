import Foundation
import GRDB
import Store
import Testing

@Suite("Replacing a store")
struct ReplacingTests {
    private static let now = Timestamp(nanoseconds: 1_767_323_045_000_000_000)

    /// A database with so many events beside a store.
    private static func copy(_ count: Int, _ temporary: TemporaryStore) async throws -> String {
        let path = temporary.directory + "/copy.sqlite"
        let copy = try MonitoringStore(path: path)
        _ = try await copy.ingest(EventTests.batch(0..<count))
        try copy.close()
        return path
    }

    private static func count(_ path: String) async throws -> Int64 {
        let store = try MonitoringStore(path: path)
        try await store.check()
        let count = try await store.count(EventQuery())
        try store.close()
        return count
    }

    @Test("keeps every store that was there, also at the second time within a second")
    func twice() async throws {
        let temporary = try TemporaryStore()
        let path = temporary.store.path
        _ = try await temporary.store.ingest(EventTests.batch(0..<100))
        try temporary.store.close()
        var kept: [String] = []
        for count in [20, 30] {
            let copy = try await Self.copy(count, temporary)
            kept.append(try #require(try MonitoringStore.replace(path, by: copy, now: Self.now)))
        }
        #expect(kept == ["", "-2"].map { "\(path).before-restore-20260102-030405\($0)" })
        #expect(try await Self.count(path) == 30)
        #expect(try await Self.count(kept[0]) == 100)
        #expect(try await Self.count(kept[1]) == 20)
    }

    /// A connection that stays open keeps the journal from being written into the database, as a server that was killed does.
    @Test("a store whose journal holds commits is kept with them, and none of it stays beside the other")
    func journal() async throws {
        let temporary = try TemporaryStore()
        let path = temporary.store.path
        _ = try await temporary.store.ingest(EventTests.batch(0..<100))
        #expect(FileManager.default.fileExists(atPath: path + "-wal"))
        let copy = try await Self.copy(20, temporary)
        let kept = try #require(try MonitoringStore.replace(path, by: copy, now: Self.now))
        #expect(!FileManager.default.fileExists(atPath: path + "-wal"))
        #expect(try await Self.count(path) == 20)
        #expect(try await Self.count(kept) == 100)
    }

    @Test("a damaged store is kept as it is; where there is none, nothing is kept")
    func damaged() async throws {
        let temporary = try TemporaryStore()
        let path = temporary.directory + "/other.sqlite"
        #expect(try MonitoringStore.replace(path, by: await Self.copy(20, temporary), now: Self.now) == nil)
        let text = Data("no database, but long enough to be taken for one, and with a journal beside it".utf8)
        for suffix in ["", "-wal"] { try text.write(to: URL(fileURLWithPath: path + suffix)) }
        let kept = try #require(try MonitoringStore.replace(path, by: await Self.copy(30, temporary), now: Self.now))
        for suffix in ["", "-wal"] { #expect(try Data(contentsOf: URL(fileURLWithPath: kept + suffix)) == text) }
        #expect(try await Self.count(path) == 30)
    }
}
