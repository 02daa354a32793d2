internal import ArmPlugin
internal import Intake
internal import Logging
internal import ServiceLifecycle
internal import Spool
internal import UnixSignals

/// One run of `hap2-fluentd`: spool, arm and sources, from start to end.
struct Agent {
    /// The name by which the server knows the arm.
    static let name = "hap2-fluentd"

    let configuration: Configuration
    /// Reads the configuration again.
    let resolve: @Sendable () throws -> Configuration
    let output: LogOutput
    let logger: Logger

    /// Runs until the sources have ended or a signal asks to end.
    ///
    /// - Throws: what makes running impossible, fit for one line.
    func run() async throws {
        let notifier = SystemdNotifier()
        let spool = try await SpoolOpening(configuration: self.configuration, notifier: notifier, logger: self.logger)
            .open()
        let outcome = await self.run(spool, notifier)
        await spool.close()
        try outcome.get()
    }

    private func run(_ spool: Spool, _ notifier: SystemdNotifier) async -> Result<Void, any Error> {
        do {
            let pidFile = try self.configuration.pidFile.map(PIDFile.init(path:))
            defer { pidFile?.remove() }
            let factory = try Sources(configuration: self.configuration, logger: self.logger)
            let sources = try factory.make(resumingFrom: try await spool.positions())
            let runner = self.makeRunner(spool)
            let recorder = EventRecorder(spool: spool, doubt: runner.numberingDoubt, rules: self.configuration.rules)
            let status = StatusService(
                configuration: self.configuration,
                runner: runner,
                sources: sources,
                recorder: recorder,
                notifier: notifier,
                logger: self.logger
            )
            let reload = ReloadService(
                configuration: self.configuration,
                resolve: self.resolve,
                runner: runner,
                recorder: recorder,
                secrets: factory.secrets,
                output: self.output,
                logger: self.logger
            )
            let intake = IntakeService(
                sources: sources,
                recorder: recorder,
                runner: runner,
                notifier: notifier,
                logger: self.logger
            )
            try await self.runServices([status, reload, runner, intake])
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    private func makeRunner(_ spool: Spool) -> ArmRunner {
        var arm = ArmRunner.Configuration(
            broker: self.configuration.broker,
            name: Self.name,
            setAsideDirectory: self.configuration.stateDirectory + "/set-aside"
        )
        arm.statusInterval = self.configuration.statusInterval
        return ArmRunner(arm, spool: spool, logger: self.logger)
    }

    /// Services end in the reverse of this order, so that what sources still hand over is still delivered.
    private func runServices(_ services: [any Service]) async throws {
        // The group tells of every service it starts; our own services say what matters.
        let quiet = Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() }
        var group = ServiceGroupConfiguration(
            services: services.map {
                .init(
                    service: $0,
                    successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup
                )
            },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: quiet
        )
        group.maximumGracefulShutdownDuration = .seconds(60)
        try await ServiceGroup(configuration: group).run()
    }
}
