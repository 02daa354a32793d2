internal import Console
internal import Gateway
internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

/// Reads certificates again when SIGHUP asks for it: those for the brokers, and the console's.
struct Reloading: Service {
    let gateway: Gateway
    let console: Console?
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in await UnixSignalsSequence(trapping: .sighup) {
                self.logger.info("connecting anew: SIGHUP")
                do {
                    try self.console?.reload()
                } catch {
                    self.logger.error("the console goes on with its old certificate", metadata: ["reason": "\(error)"])
                }
                await self.gateway.reload()
            }
        }
    }
}
