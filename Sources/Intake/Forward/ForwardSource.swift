public import Logging
internal import NIOCore
internal import Synchronization

/// Receives records by the Forward protocol of Fluentd, Fluent Bit and the log drivers of containers.
///
/// A message with a `chunk` is acknowledged after the sink has accepted its last record, and only then. A connection is not
/// read while its records are on their way to the sink.
public final class ForwardSource: Source {
    /// How a source receives.
    public struct Configuration: Sendable {
        /// Where to listen: TCP or a Unix stream socket.
        public var endpoint: SocketEndpoint
        /// Whom to admit; `nil` admits everybody.
        public var security: ForwardSecurity?
        /// The largest message in bytes, 16 MiB by default; a connection that sends a larger one is closed.
        public var largestMessage = 16 << 20
        /// How large a compressed message may become, 256 MiB by default; the rest of it is dropped and counted.
        public var largestDecompressed = 256 << 20
        /// What peers may take.
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
    private let counted = Mutex(ForwardStatistics())

    /// Makes a source; it opens its socket when it runs.
    public init(_ configuration: Configuration, logger: Logger) {
        self.name = "forward \(configuration.endpoint)"
        self.configuration = configuration
        self.logger = logger
    }

    /// What has been received so far.
    public var statistics: ForwardStatistics { self.counted.withLock { $0 } }

    /// Receives until it is cancelled; throws ``IntakeError`` when it cannot listen, or what the sink threw.
    public func run(into sink: any RecordSink) async throws {
        let server = StreamServer<[UInt8], ByteBuffer>(
            endpoint: self.configuration.endpoint,
            limits: self.configuration.limits
        )
        try await server.run(
            listening: self.configuration.listening,
            refused: { self.report(.refusedConnection) },
            prepare: { channel in
                let handler = MessagePackHandler(
                    limit: self.configuration.largestMessage,
                    mustBegin: self.configuration.security != nil,
                    reportInvalid: { error in self.report(error == .tooLarge ? .messageTooLarge : .otherProtocol) }
                )
                let limit = TimeAmount.seconds(self.configuration.limits.stallSeconds)
                try channel.pipeline.syncOperations.addHandlers(StallHandler(handler, limit: limit), handler)
            },
            serve: { connection in
                var session = ForwardSession(self.configuration)
                try await connection.deliver(first: session.hello.map { ByteBuffer(bytes: $0) }) { values, write in
                    try await session.receive(values, self, sink) { await write(ByteBuffer(bytes: $0)) }
                }
            }
        )
    }

    /// Waits until the sink has taken the batch, and counts it.
    func deliver(_ batch: ForwardBatch, into sink: any RecordSink) async throws {
        if !batch.batch.records.isEmpty { try await sink.accept(batch.batch) }
        if batch.unreadable > 0 { self.report(.unreadable(UInt64(batch.unreadable))) }
        self.counted.withLock { counted in
            counted.records += UInt64(batch.batch.records.count)
            counted.messages += UInt64(batch.messages)
        }
    }

    /// Counts trouble, and says so the first time.
    func report(_ trouble: ForwardTrouble) {
        guard self.counted.withLock({ trouble.isFirst(countedIn: &$0) }) else { return }
        self.logger.warning("\(trouble.message)", metadata: ["source": "\(self.name)"])
    }
}
