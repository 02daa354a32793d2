public import Hummingbird
public import ServiceLifecycle
public import Serving
internal import UnixSignals

/// An application whose connections wait for their turn; those that still wait when it shuts down are closed.
public struct AdmittingService<Base: ApplicationProtocol>: Service {
    private let base: Base
    private let connections: Connections

    /// Serves `base`, whose server admits connections by `connections`.
    public init(_ base: Base, connections: Connections) {
        self.base = base
        self.connections = connections
    }

    /// Serves until it is shut down; requests that run are finished.
    public func run() async throws {
        try await withGracefulShutdownHandler {
            try await self.base.run()
        } onGracefulShutdown: {
            self.connections.finish()
        }
    }

    /// Serves until SIGTERM or SIGINT.
    public func runUntilSignal() async throws {
        let group = ServiceGroup(
            configuration: .init(
                services: [self],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: self.base.logger
            )
        )
        try await group.run()
    }
}
