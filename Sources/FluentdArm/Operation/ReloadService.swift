internal import ArmPlugin
internal import Logging
internal import Rules
internal import ServiceLifecycle
internal import UnixSignals

/// Reads the configuration again on SIGHUP.
///
/// Uses what can be changed while running: the broker's settings and certificates, those of listeners, the users
/// of Forward, the rules, and the log level. A configuration
/// with a mistake changes nothing.
struct ReloadService: Service {
    let configuration: Configuration
    let resolve: @Sendable () throws -> Configuration
    let runner: ArmRunner
    let recorder: EventRecorder
    let secrets: ListenerSecrets
    let output: LogOutput
    let logger: Logger

    /// Runs until graceful shutdown.
    func run() async throws {
        var current = self.configuration
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            do {
                let new = try self.resolve()
                try self.secrets.reload(new)
                await self.use(new, insteadOf: current)
                current = new
            } catch {
                self.logger.error("the configuration is not used, it has a mistake", metadata: ["error": "\(error)"])
            }
        }
    }

    private func use(_ new: Configuration, insteadOf old: Configuration) async {
        self.output.level = new.log.level
        if new.rules != old.rules { await self.recorder.setRules(new.rules) }
        for warning in new.warnings { self.logger.warning("\(warning)") }
        if new.inputs != old.inputs || new.multiline != old.multiline || new.stateDirectory != old.stateDirectory
            || new.spoolLimit != old.spoolLimit
        {
            self.logger.warning("sources, state directory and spool limit change with a restart only")
        }
        self.logger.info("the configuration was read again, connecting anew")
        await self.runner.reload(new.broker)
    }
}
