internal import Gateway
internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

/// Reads certificates again when SIGHUP asks for it.
struct Reloading: Service {
    let gateway: Gateway
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in await UnixSignalsSequence(trapping: .sighup) {
                self.logger.info("connecting anew: SIGHUP")
                await self.gateway.reload()
            }
        }
    }
}
