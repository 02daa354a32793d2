public import Logging

/// Receives syslog on a socket: UDP, TCP with or without TLS, or a Unix socket of either kind.
///
/// Records are JSON objects tagged `syslog.FACILITY.SEVERITY`; docs/syslog.md lists their keys. Streams are not read while
/// the sink is busy, so a sender waits; datagrams have no way to wait, and those that the kernel drops meanwhile are
/// counted and reported.
public final class SyslogSource: Source {
    /// How a source receives.
    public struct Configuration: Sendable {
        /// Where to listen.
        public var endpoint: SocketEndpoint
        /// The zone of times that name none, by default this machine's.
        public var zone = SyslogZone.local
        /// How stream peers mark the end of a message, by default either way.
        public var framing = SyslogFraming.Mode.auto
        /// The longest message in bytes, 64 KiB by default; a longer one is cut and marked.
        public var longestMessage = 65_536
        /// What stream peers may take.
        public var limits = ConnectionLimits()
        /// What an endpoint with TLS shows and asks for.
        public var tls: ListenerTLS?
        /// Called once with the place that was bound, whose port is that chosen by the system if 0 was asked for.
        public var listening: @Sendable (SocketEndpoint) -> Void = { _ in }

        /// Defaults but for the place.
        public init(endpoint: SocketEndpoint) {
            self.endpoint = endpoint
        }

        /// Reads an address with options: what ``SocketEndpoint/init(syslog:)`` reads, and behind it, for streams, perhaps
        /// `?framing=auto`, `?framing=lines` or `?framing=octets`.
        ///
        /// - Throws: `IntakeError.Code.invalidConfiguration`.
        public init(address: String) throws(IntakeError) {
            let parts = address.split(separator: "?framing=", maxSplits: 1, omittingEmptySubsequences: false)
            self.init(endpoint: try SocketEndpoint(syslog: String(parts[0])))
            guard parts.count > 1 else { return }
            guard let mode = SyslogFraming.Mode(rawValue: String(parts[1])), self.endpoint.isStream else {
                throw IntakeError(
                    .invalidConfiguration,
                    stage: "read the address \"\(address)\"",
                    reason: "framing is auto, lines or octets, for tcp://, tls:// and unix-stream:"
                )
            }
            self.framing = mode
        }
    }

    /// The place to listen, as in the configuration.
    public let name: String
    private let configuration: Configuration
    private let book: TroubleBook<SyslogTrouble>

    /// Makes a source; it opens its socket when it runs.
    public init(_ configuration: Configuration, logger: Logger) {
        self.name = "syslog \(configuration.endpoint)"
        self.configuration = configuration
        self.book = TroubleBook(SyslogStatistics(), source: self.name, logger: logger)
    }

    /// What has been received so far.
    public var statistics: SyslogStatistics { self.book.statistics }

    /// Receives until it is cancelled; throws ``IntakeError`` when it cannot listen, or what the sink threw.
    public func run(into sink: any RecordSink) async throws { try await self.run(into: sink) {} }

    /// The same; says when it listens.
    public func run(into sink: any RecordSink, started: @escaping @Sendable () -> Void) async throws {
        switch self.configuration.endpoint.transport {
        case .udp, .unixDatagram:
            try await SyslogDatagrams(self.configuration, self).run(into: sink, started: started)
        case .tcp, .tls, .unixStream:
            try await self.serveStreams(into: sink, started: started)
        }
    }

    /// Tries to bind the place.
    public func check() throws(IntakeError) { try self.configuration.endpoint.check() }

    /// Says that connections were refused a short while ago.
    public var problem: String? { self.book.problem }

    private func serveStreams(into sink: any RecordSink, started: @escaping @Sendable () -> Void) async throws {
        let server = try StreamServer<SyslogStream, Never>(
            endpoint: self.configuration.endpoint,
            limits: self.configuration.limits,
            tls: self.configuration.tls,
            introduction: .firstByte,
            report: { self.book.report(SyslogTrouble($0), peer: $1) }
        )
        try await server.run(
            listening: { endpoint in
                self.configuration.listening(endpoint)
                started()
            },
            read: { SyslogStream(peer: $0, configuration: self.configuration) },
            serve: { connection, _ in
                try await connection.deliver { batch, _ in
                    try await self.deliver(batch, into: sink)
                    return .goOn
                }
            }
        )
    }

    /// Waits until the sink has taken the batch, and counts it.
    func deliver(_ batch: RecordBatch, into sink: any RecordSink) async throws {
        let cut = batch.records.reduce(0) { $0 + ($1.isTruncated ? 1 : 0) }
        let count = batch.records.count
        try await sink.accept(batch)
        self.book.count { counted in
            counted.messages += UInt64(count)
            counted.cutMessages += UInt64(cut)
        }
    }

    /// Counts datagrams that the system dropped.
    func reportDropped(_ datagrams: UInt64) { self.book.report(.droppedDatagrams(datagrams)) }
}
