internal import Escaping
internal import Glibc
internal import Logging
internal import Store

/// Writes a line per message to standard error: for the journal with its priority, for anybody else with the time.
struct JournalLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    /// Whether the journal reads standard error (systemd.exec(5)).
    private static let isJournal = getenv("JOURNAL_STREAM") != nil

    init(level: Logger.Level) { self.logLevel = level }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let metadata = self.metadata.merging(event.metadata ?? [:]) { $1 }
        let pairs = metadata.sorted { $0.key < $1.key }.map { " \($0.key)=\(Self.quoted("\($0.value)"))" }
        let text = "\(event.message)\(pairs.joined())".printable
        let line = Self.isJournal ? "<\(Self.priority(event.level))>\(text)\n" : "\(Self.time) \(event.level) \(text)\n"
        var bytes = Array(line.utf8)
        _ = write(STDERR_FILENO, &bytes, bytes.count)
    }

    private static func quoted(_ value: String) -> String {
        value.utf8.contains(where: " =\"".utf8.contains) ? "\"\(value.escaped(for: .quotation))\"" : value
    }

    /// The priorities of syslog(3).
    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }

    private static var time: String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let timestamp = Timestamp(clampingSeconds: Int64(now.tv_sec), nanoseconds: Int64(now.tv_nsec))
        return String(timestamp.description.dropLast(7)) + "Z"
    }
}
