public import Logging
internal import NIOCore

/// Receives records by the Forward protocol of Fluentd, Fluent Bit and the log drivers of containers.
///
/// A message with a `chunk` is acknowledged after the sink has accepted its last record, and only then. A connection is not
/// read while its records are on their way to the sink.
public final class ForwardSource: Source {
    /// How a source receives.
    public struct Configuration: Sendable {
        /// Where to listen: TCP with or without TLS, or a Unix stream socket.
        public var endpoint: SocketEndpoint
        /// Whom to admit; `nil` admits everybody.
        public var admission: ForwardAdmission?
        /// How long a refused peer waits for its answer, one second by default, so that guessing is slow.
        public var refusalDelay = Duration.seconds(1)
        /// The largest message in bytes that is held whole, 16 MiB by default; also the largest entry of one that is not.
        ///
        /// A larger message of packed entries is read piece by piece; in another form it closes the connection.
        public var largestMessage = 16 << 20
        /// The largest packed entries in bytes, 1 GiB by default; a connection that sends a larger message is closed.
        ///
        /// Fluentd's file buffers make chunks of 256 MiB unless told otherwise.
        public var largestChunk = 1 << 30
        /// How large a compressed message may become, 8 GiB by default; the rest of it is dropped and counted.
        public var largestDecompressed = 8 << 30
        /// What peers may take.
        public var limits = ConnectionLimits()
        /// What an endpoint with TLS shows and asks for.
        public var tls: ListenerTLS?
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
    private let book: TroubleBook<ForwardTrouble>

    /// Makes a source; it opens its socket when it runs.
    public init(_ configuration: Configuration, logger: Logger) {
        self.name = "forward \(configuration.endpoint)"
        self.configuration = configuration
        self.book = TroubleBook(ForwardStatistics(), source: self.name, logger: logger)
    }

    /// What has been received so far.
    public var statistics: ForwardStatistics { self.book.statistics }

    /// Receives until it is cancelled; throws ``IntakeError`` when it cannot listen, or what the sink threw.
    public func run(into sink: any RecordSink) async throws { try await self.run(into: sink) {} }

    /// Tries to bind the place.
    public func check() throws(IntakeError) { try self.configuration.endpoint.check() }

    /// Says that connections were refused a short while ago.
    public var problem: String? { self.book.problem }

    /// Receives; says when it listens.
    public func run(into sink: any RecordSink, started: @escaping @Sendable () -> Void) async throws {
        let server = try StreamServer<ForwardStream, ByteBuffer>(
            endpoint: self.configuration.endpoint,
            limits: self.configuration.limits,
            tls: self.configuration.tls,
            introduction: self.configuration.admission == nil ? .firstByte : .signIn,
            report: { self.book.report(ForwardTrouble($0), peer: $1) }
        )
        try await server.run(
            listening: { endpoint in
                self.configuration.listening(endpoint)
                started()
            },
            read: { _ in
                ForwardStream(
                    limits: self.configuration.streamLimits,
                    mustBegin: self.configuration.admission != nil
                )
            },
            serve: { connection, peer in
                var session = ForwardSession(self.configuration, peer: peer) { verdict in
                    connection.channel.pipeline.fireUserInboundEventTriggered(verdict)
                }
                try await connection.deliver(first: session.hello.map { ByteBuffer(bytes: $0) }) { pieces, write in
                    try await session.receive(pieces, self, sink) { await write(ByteBuffer(bytes: $0)) }
                }
            }
        )
    }

    /// Waits until the sink has taken the batch, and counts it.
    func deliver(_ batch: ForwardBatch, from peer: String, into sink: any RecordSink) async throws {
        var records = batch.batch
        records.sender = peer
        if !records.records.isEmpty { try await sink.accept(records) }
        if batch.unreadable > 0 { self.report(.unreadable(UInt64(batch.unreadable)), peer: peer) }
        self.book.count { counted in
            counted.records += UInt64(batch.batch.records.count)
            counted.messages += UInt64(batch.messages)
        }
    }

    /// Counts trouble, and tells the log of it.
    func report(_ trouble: ForwardTrouble, peer: String) { self.book.report(trouble, peer: peer) }
}

extension ForwardSource.Configuration {
    /// The limits of what is decoded.
    var entryLimits: ForwardLimits {
        ForwardLimits(entry: self.largestMessage, decompressed: self.largestDecompressed)
    }

    /// The limits of what is read.
    fileprivate var streamLimits: ForwardStream.Limits {
        ForwardStream.Limits(message: self.largestMessage, chunk: self.largestChunk)
    }
}
