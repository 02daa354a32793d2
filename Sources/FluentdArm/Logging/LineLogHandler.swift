internal import Escaping
internal import Glibc
internal import JSONRPC
internal import Logging

/// Writes each log message as one line, for people or for programs.
///
/// Under systemd's journal, text lines begin with the priority instead of the time, which the journal notes itself.
struct LineLogHandler: LogHandler {
    /// The level of the output, unless one is set for this logger alone.
    var logLevel: Logger.Level {
        get { self.ownLevel ?? self.output.level }
        set { self.ownLevel = newValue }
    }

    var metadata: Logger.Metadata = [:]

    private var ownLevel: Logger.Level?
    private let format: LogSettings.Format
    private let output: LogOutput
    private let isJournal: Bool

    init(_ settings: LogSettings, output: LogOutput, environment: [String: String] = Environment.current) {
        self.format = settings.format
        self.output = output
        self.isJournal = settings.path == nil && environment["JOURNAL_STREAM"] != nil
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let metadata = event.metadata.map { self.metadata.merging($0) { _, new in new } } ?? self.metadata
        switch self.format {
        case .text: self.output.write(self.text(event.level, "\(event.message)", metadata))
        case .json: self.output.write(Self.json(event.level, "\(event.message)", metadata))
        }
    }

    private func text(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) -> [UInt8] {
        var line = self.isJournal ? "<\(Self.priority(level))>" : "\(Self.now) \(level.rawValue) "
        line += message.singleLine
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            let text = "\(value)".singleLine
            let isPlain = !text.utf8.contains(where: " \"".utf8.contains)
            line += isPlain ? " \(key)=\(text)" : " \(key)=\"\(text.escaped(for: .quotation))\""
        }
        return Array((line + "\n").utf8)
    }

    private static func json(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("time")
        writer.value(self.now)
        writer.key("level")
        writer.value(level.rawValue)
        writer.key("message")
        writer.value(message)
        writer.key("metadata")
        writer.value(encoded: self.json(metadata).span)
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    /// Keys of metadata are not known in advance, so they are written as strings.
    private static func json(_ metadata: Logger.Metadata) -> [UInt8] {
        var bytes = [UInt8(ascii: "{")]
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
            bytes.appendJSON(key)
            bytes.append(UInt8(ascii: ":"))
            bytes.appendJSON("\(value)")
        }
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    /// The number of syslog(3) for a level.
    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .critical: 2
        case .error: 3
        case .warning: 4
        case .notice: 5
        case .info: 6
        case .debug, .trace: 7
        }
    }

    /// The time in UTC as RFC 3339 writes it, with milliseconds.
    private static var now: String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var parts = tm()
        gmtime_r(&now.tv_sec, &parts)
        func padded(_ value: Int32, _ digits: Int = 2) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        let date = "\(padded(parts.tm_year + 1900, 4))-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday))"
        let time = "\(padded(parts.tm_hour)):\(padded(parts.tm_min)):\(padded(parts.tm_sec))"
        return "\(date)T\(time).\(padded(Int32(now.tv_nsec / 1_000_000), 3))Z"
    }
}
