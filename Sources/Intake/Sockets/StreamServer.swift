internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Tells a connection's handlers to take no more from the peer and to end the inbound sequence.
struct StopReading: Sendable {}

/// Accepts connections and serves each in a task of its own.
///
/// Stopping loses nothing: no more is read, what was read goes to the sink, the answers to it are written, and only then
/// the connections are closed. The serving tasks never see a cancellation.
final class StreamServer<Inbound: Sendable, Outbound: Sendable>: Sendable {
    typealias Connection = NIOAsyncChannel<Inbound, Outbound>

    private struct State {
        var isStopping = false
        var listener: (any Channel)?
        var open: [ObjectIdentifier: any Channel] = [:]
        var failure: (any Error)?
    }

    private let endpoint: SocketEndpoint
    private let limits: ConnectionLimits
    private let state = Mutex(State())

    init(endpoint: SocketEndpoint, limits: ConnectionLimits) {
        self.endpoint = endpoint
        self.limits = limits
    }

    /// Serves until the task is cancelled or a connection's work fails.
    ///
    /// - Parameters:
    ///   - listening: Called once with the place that was bound.
    ///   - refused: Called for each connection above the limit.
    ///   - prepare: Adds the handlers that turn bytes into the inbound type; runs on the connection's event loop.
    ///   - serve: Works on one connection until its inbound sequence ends. What it throws ends the server, so it throws
    ///     what the sink throws, and nothing that a peer can cause.
    /// - Throws: ``IntakeError`` when the place cannot be bound, or what a connection's work threw first.
    func run(
        listening: @Sendable (SocketEndpoint) -> Void,
        refused: @escaping @Sendable () -> Void,
        prepare: @escaping @Sendable (any Channel) throws -> Void,
        serve: @escaping @Sendable (Connection) async throws -> Void
    ) async throws {
        let server = try await self.bind(prepare)
        self.state.withLock { $0.listener = server.channel }
        var bound = self.endpoint
        if let port = server.channel.localAddress?.port { bound.port = port }
        listening(bound)
        let work = Task { try await self.serveAll(server, refused, serve) }
        try await withTaskCancellationHandler {
            try await work.value
        } onCancel: {
            self.stop()
        }
        if let failure = self.state.withLock({ $0.failure }) { throw failure }
    }

    private func bind(
        _ prepare: @escaping @Sendable (any Channel) throws -> Void
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
                try prepare(channel)
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

    private func serveAll(
        _ server: NIOAsyncChannel<Connection, Never>,
        _ refused: @escaping @Sendable () -> Void,
        _ serve: @escaping @Sendable (Connection) async throws -> Void
    ) async throws {
        try await server.executeThenClose { connections in
            try await withThrowingDiscardingTaskGroup { group in
                for try await connection in connections {
                    guard self.enter(connection.channel) else {
                        refused()
                        try? await connection.channel.close()
                        continue
                    }
                    group.addTask {
                        await self.serveOne(connection, serve)
                    }
                }
            }
        }
        if self.endpoint.transport == .unixStream { LocalSocketFile.remove(self.endpoint.host) }
    }

    private func serveOne(
        _ connection: Connection,
        _ serve: @escaping @Sendable (Connection) async throws -> Void
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
