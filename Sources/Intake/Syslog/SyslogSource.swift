public import Logging
internal import NIOCore
internal import Synchronization

/// Receives syslog on a socket: UDP, TCP, or a Unix socket of either kind.
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
        /// The longest message in bytes, 64 KiB by default; a longer one is cut and marked.
        public var longestMessage = 65_536
        /// What stream peers may take.
        public var limits = ConnectionLimits()
        /// Called once with the place that was bound, whose port is that chosen by the system if 0 was asked for.
        public var listening: @Sendable (SocketEndpoint) -> Void = { _ in }

        /// Defaults but for the place.
        public init(endpoint: SocketEndpoint) {
            self.endpoint = endpoint
        }
    }

    /// The place to listen, as in the configuration.
    public let name: String
    private let configuration: Configuration
    private let logger: Logger
    private let counted = Mutex(SyslogStatistics())

    /// Makes a source; it opens its socket when it runs.
    public init(_ configuration: Configuration, logger: Logger) {
        self.name = "syslog \(configuration.endpoint)"
        self.configuration = configuration
        self.logger = logger
    }

    /// What has been received so far.
    public var statistics: SyslogStatistics { self.counted.withLock { $0 } }

    /// Receives until it is cancelled; throws ``IntakeError`` when it cannot listen, or what the sink threw.
    public func run(into sink: any RecordSink) async throws {
        switch self.configuration.endpoint.transport {
        case .udp, .unixDatagram:
            try await SyslogDatagrams(self.configuration, self).run(into: sink)
        case .tcp, .unixStream:
            try await self.serveStreams(into: sink)
        case .tls:
            throw IntakeError(
                .invalidConfiguration,
                stage: "listen on \(self.configuration.endpoint)",
                reason: "TLS is not built in; let stunnel or rsyslog receive it and forward to a Unix socket"
            )
        }
    }

    private func serveStreams(into sink: any RecordSink) async throws {
        let server = StreamServer<RecordBatch, Never>(
            endpoint: self.configuration.endpoint,
            limits: self.configuration.limits
        )
        try await server.run(
            listening: self.configuration.listening,
            refused: { self.report(.refusedConnection) },
            prepare: { channel in
                let handler = SyslogStreamHandler(
                    peer: channel.remoteAddress?.ipAddress ?? SenderAddress.localName,
                    configuration: self.configuration,
                    reportInvalid: { self.report(.invalidStream) }
                )
                let limit = TimeAmount.seconds(self.configuration.limits.stallSeconds)
                try channel.pipeline.syncOperations.addHandlers(StallHandler(handler, limit: limit), handler)
            },
            serve: { connection in
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
        self.counted.withLock { counted in
            counted.messages += UInt64(count)
            counted.cutMessages += UInt64(cut)
        }
    }

    /// Counts trouble, and says so the first time.
    func report(_ trouble: SyslogTrouble) {
        guard self.counted.withLock({ trouble.isFirst(countedIn: &$0) }) else { return }
        self.logger.warning("\(trouble.message)", metadata: ["source": "\(self.name)"])
    }
}
