import Logging
import Synchronization

/// A log that keeps what went wrong.
final class CountingLog: Sendable {
    private let messages = Mutex<[String]>([])

    /// What was logged as an error, in its order.
    var errors: [String] { self.messages.withLock(\.self) }

    var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

    private struct Handler: LogHandler {
        let log: CountingLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.error

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { self.metadata[key] }
            set { self.metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            self.log.messages.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
        }
    }
}
