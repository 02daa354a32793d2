internal import Daemon
internal import NIOCore
internal import NIOPosix
internal import Serving
internal import Synchronization

/// Tells a connection's handlers to take no more from the peer and to end the inbound sequence.
struct StopReading: Sendable {}

/// Accepts connections, with or without TLS, reads each by a ``StreamReader`` and serves it in a task of its own.
///
/// Stopping loses nothing: no more is read, what was read goes to the sink, the answers to it are written, and only then
/// the connections are closed. The serving tasks never see a cancellation.
final class StreamServer<Reader: StreamReader, Outbound: Sendable>: Sendable {
    typealias Connection = NIOAsyncChannel<Reader.Output, Outbound>

    typealias Report = @Sendable (_ trouble: ConnectionTrouble<Reader.Failure>, _ peer: String) -> Void

    private struct State {
        var listener: (any Channel)?
        var failure: (any Error)?
    }

    private let endpoint: SocketEndpoint
    private let limits: ConnectionLimits
    private let tls: ListenerTLS?
    private let introduction: Introduction
    private let report: Report
    private let connections: Connections
    private let state = Mutex(State())

    /// - Parameters:
    ///   - endpoint: Where to listen.
    ///   - limits: What peers may take.
    ///   - tls: What an endpoint with TLS shows and asks for.
    ///   - introduction: What peers have to do first.
    ///   - report: Is told what peers do wrong.
    /// - Throws: ``IntakeError`` for an endpoint with TLS without files for it.
    init(
        endpoint: SocketEndpoint,
        limits: ConnectionLimits,
        tls: ListenerTLS?,
        introduction: Introduction,
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
        self.introduction = introduction
        self.report = report
        self.connections = Connections(limits.peers, most: limits.connections) { reason, address in
            report(.noRoom(reason), address ?? SenderAddress.localName)
        }
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

    /// Connections that are ready and not yet served.
    private static var waiting: NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark {
        .init(lowWatermark: 1, highWatermark: 4)
    }

    private func bind(
        _ read: @escaping @Sendable (_ peer: String) -> Reader
    ) async throws -> NIOAsyncChannel<Connection, Never> {
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let watch = AcceptWatch { self.report(.noRoom(.noDescriptor), "unknown") }
                    try channel.pipeline.syncOperations.addHandler(watch)
                }
            }
            // A peer that has said everything may still wait for an answer.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
        let isLocal = self.endpoint.transport == .unixStream
        let initialize: @Sendable (any Channel) -> EventLoopFuture<Connection> = { channel in
            let turn = self.connections.admit(channel)
            channel.parent?.eventLoop.execute { [parent = channel.parent] in
                // A listener that is closed accepts nothing more.
                try? parent?.pipeline.syncOperations.handler(type: AcceptWatch.self).noteDecision()
            }
            return turn.flatMapThrowing { try self.setUp(channel, read(Self.peer(of: channel))) }
                .flatMapErrorThrowing { error in
                    // Nobody else knows of a channel that was never set up.
                    channel.close(promise: nil)
                    throw error
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

    /// Makes a connection ready when its turn has come.
    private func setUp(_ channel: any Channel, _ reader: Reader) throws -> Connection {
        if self.endpoint.transport != .unixStream {
            try channel.syncOptions?.setOption(.socketOption(.so_keepalive), value: 1)
        }
        // The event that tells a connection to stop would be ahead of its handlers.
        guard !self.connections.isFinished else { throw ChannelError.alreadyClosed }
        try self.addHandlers(to: channel, reader: reader)
        return try Connection(
            wrappingChannelSynchronously: channel,
            // One batch in the sink and one waiting; while both are there nothing is read.
            configuration: .init(backPressureStrategy: .init(lowWatermark: 1, highWatermark: 2))
        )
    }

    /// TLS if there is any, then the watch over pauses, then the reader.
    private func addHandlers(to channel: any Channel, reader: Reader) throws {
        let peer = Self.peer(of: channel)
        let handler = StreamReaderHandler(reader) { self.report(.invalid($0), peer) }
        if let tls = self.tls {
            let handshake = TLSHandshakeHandler(
                limit: self.patience,
                onSuccess: {
                    if case .firstByte = self.introduction { self.connections.handshakeFinished(on: channel) }
                },
                report: { self.report(.refused($0), peer) }
            )
            try channel.pipeline.syncOperations.addHandlers(tls.handler, handshake)
        }
        let stall = StallHandler(
            handler,
            limit: .seconds(self.limits.stallSeconds),
            beginning: self.beginning(on: channel, peer)
        )
        try channel.pipeline.syncOperations.addHandlers(stall, handler)
    }

    private var patience: TimeAmount { .seconds(Int64(self.limits.peers.patience)) }

    private func beginning(on channel: any Channel, _ peer: String) -> StallHandler.Beginning {
        let onEnd = { self.connections.settle(channel) }
        return switch self.introduction {
        case .firstByte:
            .init(introduction: .firstByte, limit: .seconds(self.limits.firstByteSeconds), onEnd: onEnd) {}
        case .signIn:
            // The handshake of TLS comes before it, and has a deadline of its own.
            .init(introduction: .signIn, limit: self.tls == nil ? self.patience : self.patience * 2, onEnd: onEnd) {
                self.report(.refused("it took too long to sign in"), peer)
            }
        }
    }

    private static func peer(of channel: any Channel) -> String {
        channel.remoteAddress?.ipAddress ?? SenderAddress.localName
    }

    private func serveAll(
        _ server: NIOAsyncChannel<Connection, Never>,
        _ serve: @escaping @Sendable (_ connection: Connection, _ peer: String) async throws -> Void
    ) async throws {
        try await server.executeThenClose { connections in
            try await withThrowingDiscardingTaskGroup { group in
                for try await connection in connections {
                    let peer = Self.peer(of: connection.channel)
                    group.addTask { await self.serveOne(connection) { try await serve($0, peer) } }
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
    }

    private func stop() {
        self.connections.finish()
        let told = self.connections.served.map { channel in
            channel.eventLoop.submit { channel.pipeline.fireUserInboundEventTriggered(StopReading()) }
        }
        // A connection that is being set up in this moment still has to be handed over by the listener.
        guard let listener = self.state.withLock({ $0.listener }) else { return }
        EventLoopFuture.whenAllComplete(told, on: listener.eventLoop).whenComplete { _ in
            listener.close(promise: nil)
        }
    }
}
