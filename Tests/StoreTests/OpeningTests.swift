import Dispatch
import Foundation
import GRDB
import Synchronization
import Testing

@testable import Store

@Suite("Opening a store")
struct OpeningTests {
    /// Each opens its own connection, as processes do; returns what went wrong.
    private static func open(_ count: Int, _ directory: String) -> [String] {
        let failures = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: count) { _ in
            do {
                try MonitoringStore(directory: directory).close()
            } catch {
                failures.withLock { $0.append("\(error)") }
            }
        }
        return failures.withLock { $0 }
    }

    @Test("many at once make one store", arguments: 0..<5)
    func together(round: Int) throws {
        let directory = NSTemporaryDirectory() + "/opening-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        #expect(Self.open(8, directory) == [])
    }

    @Test("waits for another that takes too long only so long, and says for whom")
    func bounded() throws {
        let directory = NSTemporaryDirectory() + "/opening-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let first = try OpeningLock(database: directory + "/hatohol.sqlite")
        let error = #expect(throws: StoreError.self) {
            try OpeningLock(database: directory + "/hatohol.sqlite", patience: .milliseconds(50))
        }
        #expect(error?.reason.hasPrefix("another process is preparing the store") == true)
        first.release()
        try OpeningLock(database: directory + "/hatohol.sqlite", patience: .milliseconds(50)).release()
    }

    @Test("many at once migrate a store of before", arguments: 0..<5)
    func migration(round: Int) async throws {
        let temporary = try TemporaryStore()
        _ = try await temporary.store.ingest(EventTests.batch(1...10))
        try await DatabaseQueue(path: temporary.store.path).write { db in
            try db.execute(sql: "DROP TABLE arrival; DELETE FROM grdb_migrations WHERE identifier = '9 arrivals'")
        }
        #expect(Self.open(8, temporary.directory) == [])
        #expect(try await temporary.store.ingest(EventTests.batch(1...11)).stored == 1)
    }
}
