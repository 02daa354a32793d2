internal import Foundation

/// What can be set for the program, from a file and from the environment.
struct Settings: Equatable {
    static let defaultFile = "/etc/hatohol/hatohol.conf"

    var dataDirectory = "/var/lib/hatohol"
    /// `debug`, `info` or `warning`.
    var logLevel = "info"
    /// Events older than this are deleted; nil keeps them.
    var retentionDays: Int?
    /// With more events than this the oldest are deleted; nil keeps them.
    var retentionEvents: Int64?
    /// Whether `serve` indexes the texts of events.
    var indexesText = false
    /// With more bytes than this in the database the oldest events are deleted; nil keeps them.
    var retentionBytes: Int64?

    /// Reads a file, which must be there if it was named, and then the environment, which wins.
    static func load(
        file: String?,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> Settings {
        var settings = Settings()
        let path = file ?? environment["HATOHOL_CONFIG"]
        if path != nil || FileManager.default.fileExists(atPath: Self.defaultFile) {
            try settings.apply(file: path ?? Self.defaultFile)
        }
        for (key, variable) in Self.variables {
            guard let value = environment[variable] else { continue }
            do throws(SettingsProblem) {
                try settings.set(key, value)
            } catch {
                throw CommandError("environment", "\(variable): \(error.reason)", "correct or unset the variable")
            }
        }
        return settings
    }

    private static let variables = [
        ("data-dir", "HATOHOL_DATA_DIR"), ("log-level", "HATOHOL_LOG_LEVEL"),
        ("retention-days", "HATOHOL_RETENTION_DAYS"), ("retention-events", "HATOHOL_RETENTION_EVENTS"),
        ("retention-size", "HATOHOL_RETENTION_SIZE"), ("text-search", "HATOHOL_TEXT_SEARCH"),
    ]

    private mutating func apply(file path: String) throws {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw CommandError("configuration", "cannot read \(path)", "check its name and permissions")
        }
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            do throws(SettingsProblem) {
                try self.apply(line: line)
            } catch {
                throw CommandError(
                    "configuration",
                    "\(path):\(index + 1): \(error.reason)",
                    "see docs/hatohol-server.md"
                )
            }
        }
    }

    /// One line: `key = value`, a comment, a section's name (which does not matter), or nothing.
    private mutating func apply(line: Substring) throws(SettingsProblem) {
        let line = line.trimmingCharacters(in: .whitespaces)
        if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { return }
        if line.hasPrefix("["), line.hasSuffix("]") { return }
        guard let equals = line.firstIndex(of: "=") else { throw SettingsProblem("expected key = value") }
        let key = line[..<equals].trimmingCharacters(in: .whitespaces)
        let value = line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
        try self.set(key, value)
    }

    private mutating func set(_ key: String, _ value: String) throws(SettingsProblem) {
        switch key {
        case "data-dir": self.dataDirectory = value
        case "log-level":
            guard ["debug", "info", "warning"].contains(value) else {
                throw SettingsProblem("log-level is debug, info or warning, not \(value)")
            }
            self.logLevel = value
        case "retention-days": self.retentionDays = Int(try Self.positive(key, value, most: 1_000_000))
        case "retention-events": self.retentionEvents = try Self.positive(key, value)
        case "text-search":
            guard ["on", "off"].contains(value) else { throw SettingsProblem("text-search is on or off, not \(value)") }
            self.indexesText = value == "on"
        case "retention-size": self.retentionBytes = try Self.size(key, value)
        default: throw SettingsProblem("unknown key \(key)")
        }
    }

    /// A number of bytes: `500M`, `20G`, `2T`, in powers of 1024.
    private static func size(_ key: String, _ value: String) throws(SettingsProblem) -> Int64 {
        let shifts: [Character: Int64] = ["M": 20, "G": 30, "T": 40]
        guard let shift = value.last.flatMap({ shifts[$0] }), let number = Int64(value.dropLast()), number > 0,
            number <= Int64.max >> shift
        else { throw SettingsProblem("\(key) is a size such as 500M, 20G or 2T, not \(value)") }
        return number << shift
    }

    private static func positive(
        _ key: String,
        _ value: String,
        most: Int64 = .max
    ) throws(SettingsProblem) -> Int64 {
        guard let number = Int64(value), number > 0, number <= most else {
            throw SettingsProblem("\(key) is a positive number\(most < .max ? " up to \(most)" : ""), not \(value)")
        }
        return number
    }
}

/// What is wrong with one setting.
struct SettingsProblem: Error {
    var reason: String

    init(_ reason: String) { self.reason = reason }
}
