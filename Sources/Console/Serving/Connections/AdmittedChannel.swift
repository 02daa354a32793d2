internal import HummingbirdCore
internal import Logging
internal import NIOCore

/// A connection that is set up when its turn has come.
///
/// Until then nothing is read from it.
struct AdmittedChannel<Base: ServerChildChannel>: ServerChildChannel {
    typealias Value = Base.Value

    let base: Base
    let connections: Connections

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        self.connections.admit(channel).flatMap {
            self.base.setup(channel: channel, logger: logger)
        }.flatMapErrorThrowing { error in
            // Nobody else knows of a channel that was never set up.
            channel.close(promise: nil)
            throw error
        }
    }

    func handle(value: Base.Value, logger: Logger) async { await self.base.handle(value: value, logger: logger) }
}
