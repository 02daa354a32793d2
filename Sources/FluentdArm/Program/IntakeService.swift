internal import ArmPlugin
internal import Intake
internal import Logging
internal import ServiceLifecycle
internal import Synchronization

/// Runs all sources; ends with them, and delivers before it does.
struct IntakeService: Service {
    /// How long sources may take to hand over what they have read, after they were asked to end.
    static let grace: Duration = .seconds(15)

    let sources: [Sources.Entry]
    let recorder: EventRecorder
    let runner: ArmRunner
    let notifier: SystemdNotifier
    let logger: Logger

    /// Runs until graceful shutdown, or until all sources have ended and the server has confirmed everything.
    ///
    /// - Throws: what a source that cannot work threw.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.runSources() }
            group.addTask { await self.watchSources() }
            group.addTask {
                try? await gracefulShutdown()
                self.notifier.notify("STOPPING=1")
            }
            defer { group.cancelAll() }
            try await group.next()
            group.cancelAll()
            let limit = Task {
                try await Task.sleep(for: Self.grace)
                self.logger.warning("sources are not done in time, what they hold is left to them")
                await self.recorder.abandon()
            }
            defer { limit.cancel() }
            do {
                while try await group.next() != nil {}
            } catch is CancellationError {
                // What was abandoned was not accepted, and is read again or was never taken from its sender: no failure.
            }
        }
    }

    private func sink(for entry: Sources.Entry) -> any RecordSink {
        let sink = RecorderSink(recorder: self.recorder, host: Array(entry.host.utf8))
        return entry.source is FileTail ? PatientSink(sink: sink, spool: self.recorder.spool) : sink
    }

    /// Asks the sources every second whether something is wrong, until it is cancelled.
    private func watchSources() async {
        while !Task.isCancelled {
            for entry in self.sources {
                await self.runner.setProblem("source \(entry.source.name)", entry.source.problem)
            }
            // A sleep that is cut short is the end.
            try? await Task.sleep(for: .seconds(1), tolerance: .milliseconds(200))
        }
    }

    private func runSources() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let starting = Starting(self.sources.count)
            for entry in self.sources {
                let sink = self.sink(for: entry)
                group.addTask { [logger, notifier] in
                    try await entry.source.run(into: sink) {
                        logger.info("source started", metadata: ["source": "\(entry.source.name)"])
                        if starting.isLast() { notifier.notify("READY=1\nSTATUS=") }
                    }
                    logger.info("source ended", metadata: ["source": "\(entry.source.name)"])
                }
            }
            // The first that cannot work ends them all, also when the others would run for ever.
            while try await group.next() != nil {}
        }
        // Being told to end meanwhile is no failure: what is not delivered stays in the spool.
        try? await self.runner.waitUntilDelivered()
    }
}

/// Counts the sources that have not started yet.
private final class Starting: Sendable {
    private let left: Mutex<Int>

    init(_ count: Int) { self.left = Mutex(count) }

    /// Whether this was the last one.
    func isLast() -> Bool {
        self.left.withLock { left in
            left -= 1
            return left == 0
        }
    }
}
