import Foundation
import Store

/// A store in a directory of its own, which goes away with this value.
final class TemporaryStore: Sendable {
    let directory: String
    let store: MonitoringStore

    init() throws {
        self.directory = NSTemporaryDirectory() + "/store-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: self.directory, withIntermediateDirectories: true)
        self.store = try MonitoringStore(directory: self.directory)
    }

    deinit {
        try? self.store.close()
        try? FileManager.default.removeItem(atPath: self.directory)
    }

    /// Opens the same files again, as another process would.
    func another() throws -> MonitoringStore { try MonitoringStore(directory: self.directory) }
}
