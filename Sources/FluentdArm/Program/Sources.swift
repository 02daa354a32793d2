internal import ArmPlugin
internal import Daemon
internal import Intake
internal import Logging
internal import Rules
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

    /// Bytes of a file that become one transaction if there are so many: each costs a synchronised write.
    private static let chunkSize = 512 << 10

    let configuration: Configuration
    let logger: Logger
    /// What the listening ones show and ask for.
    let secrets: ListenerSecrets

    /// Reads the files that listening sources need.
    ///
    /// - Throws: `IntakeError` or `SettingsError` that names the file.
    init(configuration: Configuration, logger: Logger) throws {
        self.configuration = configuration
        self.logger = logger
        self.secrets = try ListenerSecrets(configuration)
    }

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
            tail.chunkSize = Self.chunkSize
            tail.start = isFromBeginning ? .beginning : .end
            tail.syncsFiles = self.configuration.syncsFiles
            tail.multiline = self.multiline
            let source = try FileTail(tail, resumingFrom: positions, logger: self.logger)
            return Entry(source: source, host: self.configuration.hostName)
        case .standardInput:
            return Entry(source: StandardInput(multiline: self.multiline), host: self.configuration.hostName)
        case .fluentd(let command):
            var fluentd = FluentdOutput.Configuration()
            fluentd.command = command
            fluentd.tags = self.configuration.tags
            return Entry(source: try FluentdOutput(fluentd, logger: self.logger), host: Self.unknownHost)
        case .syslog(let url):
            var syslog = try SyslogSource.Configuration(address: url)
            syslog.limits.peers = self.configuration.peers
            syslog.tls = try self.tls(for: syslog.endpoint)
            return Entry(source: SyslogSource(syslog, logger: self.logger), host: self.configuration.hostName)
        case .forward(let address):
            var forward = ForwardSource.Configuration(endpoint: try SocketEndpoint(forward: address))
            forward.limits.peers = self.configuration.peers
            forward.tls = try self.tls(for: forward.endpoint)
            forward.admission = self.secrets.admission
            return Entry(source: ForwardSource(forward, logger: self.logger), host: Self.unknownHost)
        }
    }

    private var multiline: MultilineRecords? {
        self.configuration.multiline.map { settings in
            var records = MultilineRecords { settings.start.makeTest() }
            records.flush = settings.flush
            return records
        }
    }

    /// What an endpoint shows; `nil` for one without TLS.
    private func tls(for endpoint: SocketEndpoint) throws(SettingsError) -> ListenerTLS? {
        guard endpoint.transport == .tls else { return nil }
        guard let tls = self.secrets.tls else {
            throw SettingsError(
                place: "\(endpoint)",
                reason: "TLS needs a certificate and its key: give --listen-tls-cert and --listen-tls-key"
            )
        }
        return tls
    }
}
