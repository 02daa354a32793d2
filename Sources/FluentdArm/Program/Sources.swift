internal import ArmPlugin
internal import Intake
internal import Logging
internal import Spool

/// Makes the sources that a configuration names, each going on where the spool says it stopped.
struct Sources {
    /// A source and the host of those of its records that name none.
    struct Entry {
        let source: any Source
        let host: String
    }

    /// The host of records that should have named one, as in the original.
    static let unknownHost = "UNKNOWN"

    let configuration: Configuration
    let logger: Logger

    /// Makes them.
    ///
    /// - Parameter positions: those of the spool.
    /// - Returns: the sources, in the order of the configuration.
    /// - Throws: `IntakeError` for what cannot work.
    func make(resumingFrom positions: [Position]) throws -> [Entry] {
        let positions = positions.map { SourcePosition(key: $0.source, value: $0.value) }
        return try self.configuration.inputs.map { try self.make($0, positions) }
    }

    private func make(_ input: Input, _ positions: [SourcePosition]) throws -> Entry {
        switch input {
        case .files(let patterns, let isFromBeginning):
            var tail = FileTail.Configuration(patterns: patterns)
            tail.start = isFromBeginning ? .beginning : .end
            let source = try FileTail(tail, resumingFrom: positions, logger: self.logger)
            return Entry(source: source, host: self.configuration.hostName)
        case .standardInput:
            return Entry(source: StandardInput(), host: self.configuration.hostName)
        case .fluentd(let command):
            var fluentd = FluentdOutput.Configuration()
            fluentd.command = command
            fluentd.tags = self.configuration.tags
            return Entry(source: try FluentdOutput(fluentd, logger: self.logger), host: Self.unknownHost)
        case .syslog(let url):
            let syslog = SyslogSource.Configuration(endpoint: try SocketEndpoint(syslog: url))
            return Entry(source: SyslogSource(syslog, logger: self.logger), host: self.configuration.hostName)
        case .forward(let address):
            var forward = ForwardSource.Configuration(endpoint: try SocketEndpoint(forward: address))
            forward.security = try self.configuration.forwardSharedKeyFile.map { path in
                ForwardSecurity(sharedKey: try Self.firstLine(of: path))
            }
            return Entry(source: ForwardSource(forward, logger: self.logger), host: Self.unknownHost)
        }
    }

    /// The secret in a file; an empty one would admit everybody.
    private static func firstLine(of path: String) throws(SettingsError) -> String {
        let line = try SmallFile.text(of: path, limit: 65_536).prefix { !$0.isNewline }
        guard !line.isEmpty else { throw SettingsError(place: path, reason: "the first line is empty") }
        return String(line)
    }
}
