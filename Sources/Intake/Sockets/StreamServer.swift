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
    typealias Report = @Sendable (_ trouble: ConnectionTrouble<Reader.Failure>, _ peer: String) -> Void

    private struct State {
        var isStopping = false
        var listener: (any Channel)?
        var open: [ObjectIdentifier: any Channel] = [:]
        var failure: (any Error)?
    }

    private let endpoint: SocketEndpoint
    private let limits: ConnectionLimits
    private let tls: ListenerTLS?
    private let report: Report
    private let state = Mutex(State())

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

    private func bind(
        _ read: @escaping @Sendable (_ peer: String) -> Reader
    ) async throws -> NIOAsyncChannel<Connection, Never> {
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // A peer that has said everything may still wait for an answer.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
        let isLocal = self.endpoint.transport == .unixStream
        let initialize: @Sendable (any Channel) -> EventLoopFuture<Connection> = { channel in
            channel.eventLoop.makeCompletedFuture {
                if !isLocal {
                    try channel.syncOptions?.setOption(.socketOption(.so_keepalive), value: 1)
                }
                try self.addHandlers(to: channel, reader: read(Self.peer(of: channel)))
                return try Connection(
                    wrappingChannelSynchronously: channel,
                    // One batch in the sink and one waiting; while both are there nothing is read.
                    configuration: .init(backPressureStrategy: .init(lowWatermark: 1, highWatermark: 2))
                )
            }
        }
        do {
            guard isLocal else {
                return try await bootstrap.bind(
                    host: self.endpoint.host,
                    port: self.endpoint.port,
                    childChannelInitializer: initialize
                )
            }
            let server = try await bootstrap.bind(
                unixDomainSocketPath: self.endpoint.host,
                cleanupExistingSocketFile: true,
                childChannelInitializer: initialize
            )
            try LocalSocketFile.openToAll(self.endpoint.host)
            return server
        } catch let error as IntakeError {
            throw error
        } catch {
            throw IntakeError(.cannotListen, stage: "listen on \(self.endpoint)", reason: "\(error)")
        }
    }

    /// TLS if there is any, then the watch over pauses, then the reader.
    private func addHandlers(to channel: any Channel, reader: Reader) throws {
        let peer = Self.peer(of: channel)
        let limit = TimeAmount.seconds(self.limits.stallSeconds)
        let handler = StreamReaderHandler(reader) { self.report(.invalid($0), peer) }
        if let tls = self.tls {
            let handshake = TLSHandshakeHandler(limit: limit) { self.report(.refused($0), peer) }
            try channel.pipeline.syncOperations.addHandlers(tls.handler, handshake)
        }
        try channel.pipeline.syncOperations.addHandlers(StallHandler(handler, limit: limit), handler)
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
                    guard self.enter(connection.channel) else {
                        self.report(.tooMany, peer)
                        try? await connection.channel.close()
                        continue
                    }
                    group.addTask {
                        await self.serveOne(connection) { try await serve($0, peer) }
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
        self.state.withLock { _ = $0.open.removeValue(forKey: ObjectIdentifier(connection.channel)) }
    }

    /// Whether there is room for another connection.
    private func enter(_ channel: any Channel) -> Bool {
        self.state.withLock { state in
            guard !state.isStopping, state.open.count < self.limits.connections else { return false }
            state.open[ObjectIdentifier(channel)] = channel
            return true
        }
    }

    private func stop() {
        let (listener, open) = self.state.withLock { state in
            state.isStopping = true
            return (state.listener, Array(state.open.values))
        }
        listener?.close(promise: nil)
        for channel in open { channel.pipeline.fireUserInboundEventTriggered(StopReading()) }
    }
}
