import AMQP
import Glibc
import Logging
import ServiceLifecycle
import Spool
import TestSupport
import Testing

@testable import ArmPlugin
@testable import FluentdArm

@Suite struct SystemdTests {
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    static let hasAnalyzer = (try? Command.run("systemd-analyze", ["--version"])) != nil

    @Test func theAgentSaysThatItBeginsLivesAndEnds() async throws {
        let socket = try NotifySocket(self.directory.file("notify"))
        let notifier = SystemdNotifier(environment: ["NOTIFY_SOCKET": socket.path, "WATCHDOG_USEC": "200000"])
        let arguments = [
            "--tail", self.directory.file("*.log"), "--state-dir", self.directory.path, "--amqp-broker", "localhost:1",
        ]
        let configuration = try Configuration.resolve(
            FluentdCommand.parseOptions(arguments),
            environment: [:],
            defaultFiles: []
        )
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let spool = try await Spool.open(directory: self.directory.path, limit: 1 << 20, logger: logger)
        let runner = ArmRunner(
            .init(broker: configuration.broker, name: "test", setAsideDirectory: self.directory.path),
            spool: spool,
            logger: logger
        )
        let recorder = EventRecorder(spool: spool, doubt: runner.numberingDoubt)
        let sources = try Sources(configuration: configuration, logger: logger).make(resumingFrom: [])
        let status = StatusService(
            configuration: configuration,
            runner: runner,
            sources: sources,
            recorder: recorder,
            notifier: notifier,
            logger: logger
        )
        let intake = IntakeService(
            sources: sources,
            recorder: recorder,
            runner: runner,
            notifier: notifier,
            logger: logger
        )
        let group = ServiceGroup(services: [status, runner, intake], logger: logger)
        let running = Task { try await group.run() }
        try await socket.wait(for: "READY=1")
        for _ in 0..<3 { try await socket.wait(for: "WATCHDOG=1") }
        await group.triggerGracefulShutdown()
        try await socket.wait(for: "STOPPING=1")
        try await running.value
        await spool.close()
    }

    @Test(.enabled(if: Self.hasAnalyzer, "systemd-analyze is not installed"))
    func theUnitIsSound() throws {
        let unit = try contents(of: "\(repositoryRoot)/examples/systemd/hap2-fluentd.service")
        let text = String(decoding: unit, as: UTF8.self).replacing("/usr/bin/hap2-fluentd", with: "/bin/true")
        let path = try self.directory.write(text, to: "hap2-fluentd.service", mode: 0o644)
        try Command.run("systemd-analyze", ["verify", "--man=no", path])
    }

    @Test(.enabled(if: Self.hasAnalyzer, "systemd-analyze is not installed"))
    func theUnitIsConfined() throws {
        let path = "\(repositoryRoot)/examples/systemd/hap2-fluentd.service"
        // Fails above this exposure, in tenths; services without any confinement have 96.
        try Command.run("systemd-analyze", ["security", "--offline=true", "--threshold=25", path])
    }
}
