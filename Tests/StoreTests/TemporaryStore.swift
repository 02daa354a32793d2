import Foundation
import Store
import Synchronization

/// A store in a directory of its own, which goes away with this value.
final class TemporaryStore: Sendable {
    let directory: String
    let store: MonitoringStore
    /// By which events arrive.
    let clock = TestClock()

    init() throws {
        self.directory = NSTemporaryDirectory() + "/store-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: self.directory, withIntermediateDirectories: true)
        let clock = self.clock
        self.store = try MonitoringStore(directory: self.directory) { clock.now }
    }

    deinit {
        try? self.store.close()
        try? FileManager.default.removeItem(atPath: self.directory)
    }

    /// Opens the same files again, as another process would.
    func another() throws -> MonitoringStore {
        let clock = self.clock
        return try MonitoringStore(directory: self.directory) { clock.now }
    }
}

/// A clock that a test sets; the system's until then.
final class TestClock: Sendable {
    private let time = Mutex<Timestamp?>(nil)

    var now: Timestamp { self.time.withLock { $0 ?? .now } }

    func set(_ now: Timestamp) { self.time.withLock { $0 = now } }
}
