import AMQP
import ArmPlugin
import HAPI
import Logging
import ServiceLifecycle
import Spool
import Synchronization
import TestSupport

/// An arm that runs for one test, with a spool of its own.
final class RunningArm: Sendable {
    let queue: String
    let spool: Spool
    let runner: ArmRunner
    let directory: TemporaryDirectory
    let log = RecordedLog()
    private let encoder: Mutex<BatchEncoder>
    private let task: Task<Void, any Error>
    private let shutdown: GracefulShutdownTrigger

    /// Starts it, impatient, so that tests are quick.
    init(
        _ connection: ConnectionConfiguration,
        queue: String = uniqueName("arm"),
        prepare: (inout ArmRunner.Configuration) -> Void = { _ in }
    ) async throws {
        self.queue = queue
        self.directory = try TemporaryDirectory()
        let log = self.log
        let logger = Logger(label: "arm") { _ in RecordedLog.Handler(log: log) }
        self.spool = try await Spool.open(directory: self.directory.file("spool"), limit: 1 << 30, logger: logger)
        var broker = try BrokerSettings(Settings(), clientName: "arm")
        broker.connection = connection
        broker.queues = QueuePair(base: queue)
        broker.exchange = .named("")  // the scripted server is one like the original
        var configuration = ArmRunner.Configuration(
            broker: broker,
            name: "test-arm",
            setAsideDirectory: self.directory.file("set-aside")
        )
        configuration.session.replyTimeout = .seconds(5)
        configuration.session.initialPause = .milliseconds(500)
        configuration.outbox.replyTimeout = .seconds(3)
        configuration.outbox.initialPause = .milliseconds(50)
        prepare(&configuration)
        self.runner = ArmRunner(configuration, spool: self.spool, logger: logger)
        self.encoder = Mutex(BatchEncoder(spool: self.spool.id, sequence: self.spool.nextSequence))
        self.shutdown = GracefulShutdownTrigger()
        self.task = Task { [runner, shutdown] in try await shutdown.run(runner) }
    }

    /// Spools events with these briefs, in batches of the given size.
    func add(_ briefs: some Sequence<String>, perBatch: Int = 1000) async throws {
        let batches = self.encoder.withLock { encoder in
            var batches: [SpooledBatch] = []
            for brief in briefs {
                encoder.add(time: TimeStamp(seconds: 0), type: .unknown) { $0.set(.brief, brief) }
                if encoder.count == perBatch { batches += encoder.take() }
            }
            return batches + encoder.take()
        }
        try await self.spool.append(batches)
    }

    /// Spools one event with so long a text.
    func addLarge(bytes: Int) async throws {
        let batches = self.encoder.withLock { encoder in
            encoder.add(time: TimeStamp(seconds: 0), type: .unknown) {
                $0.set(.extendedInfo, String(repeating: "x", count: bytes))
            }
            return encoder.take()
        }
        try await self.spool.append(batches)
    }

    /// Asks it to end, as SIGTERM does, and waits until it has.
    func stop() async throws {
        self.shutdown.trigger()
        try await self.task.value
        await self.spool.close()
    }

    /// Waits for it to end by itself.
    func end() async throws { try await self.task.value }
}

/// Lets a test shut a service down gracefully without signals.
final class GracefulShutdownTrigger: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (self.stream, self.continuation) = AsyncStream.makeStream() }

    func trigger() { self.continuation.finish() }

    func run(_ service: any Service) async throws {
        let quiet = Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() }
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(
                        service: service,
                        successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .cancelGroup
                    )
                ],
                logger: quiet
            )
        )
        let watcher = Task { [stream] in
            for await _ in stream {}
            await group.triggerGracefulShutdown()
        }
        defer { watcher.cancel() }
        try await group.run()
    }
}

/// What was logged.
final class RecordedLog: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { self.lines.withLock { $0 } }

    func contains(_ text: String) -> Bool { self.all.contains { $0.contains(text) } }

    struct Handler: LogHandler {
        let log: RecordedLog
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { self.metadata[key] }
            set { self.metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let metadata = (event.metadata ?? [:]).map { "\($0.key)=\($0.value)" }.sorted().joined(separator: " ")
            self.log.lines.withLock { $0.append("\(event.level) \(event.message) \(metadata)") }
        }
    }
}
