internal import Daemon
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Tells a connection's handlers to take no more from the peer and to end the inbound sequence.
struct StopReading: Sendable {}

/// Accepts connections, with or without TLS, reads each by a ``StreamReader`` and serves it in a task of its own.
///
/// Stopping loses nothing: no more is read, what was read goes to the sink, the answers to it are written, and only then
/// the connections are closed. The serving tasks never see a cancellation.
final class StreamServer<Reader: StreamReader, Outbound: Sendable>: Sendable {
    typealias Connection = NIOAsyncChannel<Reader.Output, Outbound>

    /// A connection that has just come.
    private struct Arrival: Sendable {
        let connection: Connection
        let entry: OpenConnections.Entry
    }

    typealias Report = @Sendable (_ trouble: ConnectionTrouble<Reader.Failure>, _ peer: String) -> Void

    private struct State {
        var isStopping = false
        var listener: (any Channel)?
        var open: OpenConnections
        var failure: (any Error)?
    }

    private let endpoint: SocketEndpoint
    private let limits: ConnectionLimits
    private let tls: ListenerTLS?
    private let report: Report
    private let state: Mutex<State>

    /// - Parameters:
    ///   - endpoint: Where to listen.
    ///   - limits: What peers may take.
    ///   - tls: What an endpoint with TLS shows and asks for.
    ///   - report: Is told what peers do wrong.
    /// - Throws: ``IntakeError`` for an endpoint with TLS without files for it.
    init(
        endpoint: SocketEndpoint,
        limits: ConnectionLimits,
        tls: ListenerTLS?,
        report: @escaping Report
    ) throws(IntakeError) {
        guard endpoint.transport != .tls || tls != nil else {
            throw IntakeError(
                .invalidConfiguration,
                stage: "listen on \(endpoint)",
                reason: "there is no certificate and key for TLS; name their files"
            )
        }
        self.endpoint = endpoint
        self.limits = limits
        self.tls = endpoint.transport == .tls ? tls : nil
        self.report = report
        self.state = Mutex(State(open: OpenConnections(most: limits.connections)))
    }

    /// Serves until the task is cancelled or a connection's work fails.
    ///
    /// - Parameters:
    ///   - listening: Called once with the place that was bound.
    ///   - read: Makes the reader of a connection; gets the peer's address, or this machine's name for a Unix socket.
    ///   - serve: Works on one connection until its inbound sequence ends. What it throws ends the server, so it throws
    ///     what the sink throws, and nothing that a peer can cause.
    /// - Throws: ``IntakeError`` when the place cannot be bound, or what a connection's work threw first.
    func run(
        listening: @Sendable (SocketEndpoint) -> Void,
        read: @escaping @Sendable (_ peer: String) -> Reader,
        serve: @escaping @Sendable (_ connection: Connection, _ peer: String) async throws -> Void
    ) async throws {
        let server = try await self.bind(read)
        self.state.withLock { $0.listener = server.channel }
        var bound = self.endpoint
        if let port = server.channel.localAddress?.port { bound.port = port }
        listening(bound)
        let work = Task { try await self.serveAll(server, serve) }
        try await withTaskCancellationHandler {
            try await work.value
        } onCancel: {
            self.stop()
        }
        if let failure = self.state.withLock({ $0.failure }) { throw failure }
    }

    /// Connections that are accepted before it is decided about them have descriptors already, so only a few may wait.
    private static var waiting: NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark {
        .init(lowWatermark: 1, highWatermark: 4)
    }

    private func bind(
        _ read: @escaping @Sendable (_ peer: String) -> Reader
    ) async throws -> NIOAsyncChannel<Arrival, Never> {
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let watch = AcceptWatch { self.report(.noDescriptor, "unknown") }
                    try channel.pipeline.syncOperations.addHandler(watch)
                }
            }
            // A peer that has said everything may still wait for an answer.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
        let isLocal = self.endpoint.transport == .unixStream
        let initialize: @Sendable (any Channel) -> EventLoopFuture<Arrival> = { channel in
            channel.eventLoop.makeCompletedFuture {
                if !isLocal {
                    try channel.syncOptions?.setOption(.socketOption(.so_keepalive), value: 1)
                }
                // A connection that is closed already has no descriptor any more, and needs none.
                let descriptor = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
                    of: NIOBSDSocket.Handle.self
                ) { Int($0) }
                let entry = OpenConnections.Entry(channel, descriptor: descriptor ?? 0)
                try self.addHandlers(to: channel, reader: read(Self.peer(of: channel)), entry)
                let connection = try Connection(
                    wrappingChannelSynchronously: channel,
                    // One batch in the sink and one waiting; while both are there nothing is read.
                    configuration: .init(backPressureStrategy: .init(lowWatermark: 1, highWatermark: 2))
                )
                return Arrival(connection: connection, entry: entry)
            }
        }
        do {
            guard isLocal else {
                return try await bootstrap.bind(
                    host: self.endpoint.host,
                    port: self.endpoint.port,
                    serverBackPressureStrategy: Self.waiting,
                    childChannelInitializer: initialize
                )
            }
            let server = try await bootstrap.bind(
                unixDomainSocketPath: self.endpoint.host,
                cleanupExistingSocketFile: true,
                serverBackPressureStrategy: Self.waiting,
                childChannelInitializer: initialize
            )
            try LocalSocketFile.openToAll(self.endpoint.host)
            return server
        } catch let error as IntakeError {
            throw error
        } catch let error as IOError {
            throw IntakeError(
                .cannotListen,
                stage: "listen on \(self.endpoint)",
                reason: SystemReason.text(error.errnoCode)
            )
        } catch {
            throw IntakeError(.cannotListen, stage: "listen on \(self.endpoint)", reason: "\(error)")
        }
    }

    /// TLS if there is any, then the watch over pauses, then the reader.
    private func addHandlers(to channel: any Channel, reader: Reader, _ entry: OpenConnections.Entry) throws {
        let peer = Self.peer(of: channel)
        let limit = TimeAmount.seconds(self.limits.stallSeconds)
        let handler = StreamReaderHandler(reader) { self.report(.invalid($0), peer) }
        if let tls = self.tls {
            let handshake = TLSHandshakeHandler(limit: limit) { self.report(.refused($0), peer) }
            try channel.pipeline.syncOperations.addHandlers(tls.handler, handshake)
        }
        let stall = StallHandler(
            handler,
            limit: limit,
            firstByteLimit: .seconds(self.limits.firstByteSeconds)
        ) { entry.notePeerSpoke() }
        try channel.pipeline.syncOperations.addHandlers(stall, handler)
    }

    private static func peer(of channel: any Channel) -> String {
        channel.remoteAddress?.ipAddress ?? SenderAddress.localName
    }

    private func serveAll(
        _ server: NIOAsyncChannel<Arrival, Never>,
        _ serve: @escaping @Sendable (_ connection: Connection, _ peer: String) async throws -> Void
    ) async throws {
        try await server.executeThenClose { connections in
            try await withThrowingDiscardingTaskGroup { group in
                for try await arrival in connections {
                    let connection = arrival.connection
                    let peer = Self.peer(of: connection.channel)
                    guard self.enter(arrival, peer) else {
                        try? await connection.channel.close()  // one that is closed already is what we want
                        continue
                    }
                    arrival.entry.countDescriptor(true)
                    group.addTask {
                        await self.serveOne(connection) { try await serve($0, peer) }
                        arrival.entry.countDescriptor(false)
                    }
                }
            }
        }
        if self.endpoint.transport == .unixStream { LocalSocketFile.remove(self.endpoint.host) }
    }

    private func serveOne(
        _ connection: Connection,
        _ serve: (Connection) async throws -> Void
    ) async {
        do {
            try await serve(connection)
        } catch {
            self.state.withLock { $0.failure = $0.failure ?? error }
            self.stop()
        }
        self.state.withLock { $0.open.remove(connection.channel) }
    }

    /// Whether there is room for another connection; makes it if a silent one can give way.
    private func enter(_ arrival: Arrival, _ peer: String) -> Bool {
        let hasDescriptor = arrival.entry.hasDescriptor
        let verdict: OpenConnections.Verdict? = self.state.withLock { state in
            state.isStopping ? nil : state.open.add(arrival.entry, hasDescriptor: hasDescriptor)
        }
        switch verdict {
        case .admit: return true
        case .admitInsteadOf(let silent):
            self.report(.silent, Self.peer(of: silent))
            silent.close(promise: nil)
            return true
        case .refuse:
            self.report(hasDescriptor ? .tooMany : .noDescriptor, peer)
            return false
        case nil: return false
        }
    }

    private func stop() {
        let (listener, open) = self.state.withLock { state in
            state.isStopping = true
            return (state.listener, state.open.channels)
        }
        listener?.close(promise: nil)
        for channel in open { channel.pipeline.fireUserInboundEventTriggered(StopReading()) }
    }
}
