public import HummingbirdCore
public import Logging
public import NIOCore
public import Serving

/// A connection that is set up when its turn has come.
///
/// Until then nothing is read from it.
public struct AdmittedChannel<Base: ServerChildChannel>: ServerChildChannel {
    /// What the connection is once it is set up.
    public typealias Value = Base.Value

    private let base: Base
    private let connections: Connections

    /// Sets connections up by `base` when `connections` have room for them.
    public init(_ base: Base, connections: Connections) {
        self.base = base
        self.connections = connections
    }

    /// Waits for the connection's turn.
    public func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        self.connections.admit(channel).flatMap {
            self.base.setup(channel: channel, logger: logger)
        }.flatMapErrorThrowing { error in
            // Nobody else knows of a channel that was never set up.
            channel.close(promise: nil)
            throw error
        }
    }

    /// Serves it.
    public func handle(value: Base.Value, logger: Logger) async {
        await self.base.handle(value: value, logger: logger)
    }
}
