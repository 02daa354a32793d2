public import Logging
internal import Synchronization

/// Keeps what is logged: the message, then the metadata in order of their keys.
public final class CollectingLog: Sendable {
    private struct Handler: LogHandler {
        let log: CollectingLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { self.metadata[key] }
            set { self.metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let metadata = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }
            self.log.kept.withLock { $0.append((event.level, "\(event.message)\(metadata.joined())")) }
        }
    }

    private let kept = Mutex<[(level: Logger.Level, line: String)]>([])

    /// An empty log.
    public init() {}

    /// All lines.
    public var lines: [String] { self.kept.withLock { $0.map(\.line) } }

    /// The lines of one level.
    public func lines(_ level: Logger.Level) -> [String] {
        self.kept.withLock { $0.filter { $0.level == level }.map(\.line) }
    }

    /// A logger that writes here, whatever the level.
    public var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }
}
