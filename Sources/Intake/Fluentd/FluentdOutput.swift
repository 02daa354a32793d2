public import Logging
internal import Synchronization

/// The events that a fluentd prints, which runs as our child process.
///
/// The child's `stdout` output is read line by line (``FluentdLine`` knows the grammar); lines of its own log go to ours, and
/// so does its standard error. A child that ends is started again, later each time it ends soon; one that ends soon again and again is a
/// ``problem``, and what it says is passed on the first time. It ends with this process, also when that is killed. Nothing that was in the pipe is lost
/// with the child; what was read and not yet accepted is lost when this process is killed, because a pipe cannot be read again.
public final class FluentdOutput: Source {
    /// What to start and what to take of its output.
    public struct Configuration: Sendable {
        /// The command, with quotes as in a shell; default `/usr/sbin/td-agent --suppress-config-dump`.
        public var command = "/usr/sbin/td-agent --suppress-config-dump"
        /// Regular expressions; one of them has to match a tag from its start.
        ///
        /// Default `^hatohol\..*`.
        public var tags = [#"^hatohol\..*"#]
        /// The most bytes of a line; longer ones are cut and marked.
        ///
        /// Default 256 KiB.
        public var lineLimit = 256 << 10
        /// How long the child may take to end after SIGTERM.
        ///
        /// Default 10 s.
        public var grace = Duration.seconds(10)

        /// The defaults of the original program.
        public init() {}
    }

    /// `fluentd`.
    public let name = "fluentd"

    private let configuration: Configuration
    private let child: ChildProcess
    private let logger: Logger
    private let health = Mutex(ChildHealth())

    /// Checks command and expressions; nothing is started before ``run(into:)``.
    /// - Throws: `IntakeError.Code.invalidConfiguration`, `.invalidPattern`.
    public init(_ configuration: Configuration, logger: Logger) throws(IntakeError) {
        self.configuration = configuration
        self.child = ChildProcess(words: try ShellWords.split(configuration.command), grace: configuration.grace)
        self.logger = logger
        _ = try TagFilter(configuration.tags)
    }

    /// Looks whether the program is there.
    public func check() throws(IntakeError) { try self.child.check() }

    /// Says that the child keeps ending.
    public var problem: String? {
        self.health.withLock { $0.problem(at: .now) }.map { "\(self.child.words[0]): \($0)" }
    }

    /// Runs the child, again and again, until cancelled; then ends it and delivers what it still prints.
    /// - Throws: `IntakeError.Code.cannotLaunch` if the child cannot even be started once, or what the sink threw.
    public func run(into sink: any RecordSink) async throws {
        var delay = RestartDelay()
        var wasStarted = false
        while !Task.isCancelled {
            let start = ContinuousClock.now
            do {
                let ending = try await self.runChild(into: sink)
                wasStarted = true
                if Task.isCancelled { return }
                self.note("fluentd ended, starting it again", ending.description)
            } catch let error as IntakeError where error.code == .cannotLaunch && wasStarted {
                self.note("fluentd cannot be started, trying again", error.description)
            }
            // A pause that is cut short is the end.
            try? await Task.sleep(for: delay.afterRun(of: .now - start))
        }
    }

    /// Tells the log of an ending; a child that keeps ending is told of by ``problem``, once.
    private func note(_ message: Logger.Message, _ reason: String) {
        let isFailing = self.health.withLock { health in
            health.ended(reason, at: .now)
            return health.isFailing(at: .now)
        }
        self.logger.log(level: isFailing ? .debug : .warning, message, metadata: ["ending": "\(reason)"])
    }

    private func runChild(into sink: any RecordSink) async throws -> ChildProcess.Ending {
        let output = try Pipe()
        let errors: Pipe
        do {
            errors = try Pipe()
        } catch {
            output.close()
            throw error
        }
        let journal = self.journal()
        let events = Task.detached { try await self.readEvents(output.reader, journal, into: sink) }
        let messages = Task.detached { await self.readMessages(errors.reader, journal) }
        let ending: Result<ChildProcess.Ending, IntakeError>
        do throws(IntakeError) {
            ending = .success(try await self.child.run(output: output.writer, errors: errors.writer))
        } catch {
            ending = .failure(error)
        }
        // The pipes end when their last writer does. One outside of the child's process group is not waited for.
        let limit = Task.detached { [grace = self.configuration.grace] in
            try? await Task.sleep(for: grace * 2)
            events.cancel()
            messages.cancel()
        }
        defer { limit.cancel() }
        try await events.value
        await messages.value
        return try ending.get()
    }

    // MARK: Reading

    /// What passes the child's lines on; notes that the child is started.
    private func journal() -> ChildJournal {
        let now = ContinuousClock.now
        let isFailing = self.health.withLock { health in
            defer { health.started(at: now) }
            return health.isFailing(at: now)
        }
        return ChildJournal(logger: self.logger, quietUntil: isFailing ? now + ChildHealth.longEnough : now)
    }

    private func readEvents(
        _ descriptor: CInt,
        _ journal: ChildJournal,
        into sink: any RecordSink
    ) async throws {
        var filter = try TagFilter(self.configuration.tags)
        var journal = journal
        var stream = self.stream(descriptor)
        try await stream.deliver(into: sink) { bytes, line, isCut in
            switch FluentdLine(bytes, in: line) {
            case .event(let time, let tag, let record):
                guard let tag = filter.wanted(bytes, tag) else { return nil }
                let isObject = bytes[record].first == UInt8(ascii: "{")
                return Record(tag: tag, time: time, body: isObject ? .json(record) : .text(record), isTruncated: isCut)
            case .log(let level, let text):
                journal.note(bytes[text], level: level)
            case .other:
                journal.noteUnexpected(bytes[line])
            }
            return nil
        }
    }

    private func readMessages(_ descriptor: CInt, _ journal: ChildJournal) async {
        var journal = journal
        var stream = self.stream(descriptor)
        // NoRecords throws nothing; when the pipe cannot be read any more, the end of the child is reported.
        try? await stream.deliver(into: NoRecords()) { bytes, line, _ in
            if case .log(let level, let text) = FluentdLine(bytes, in: line) {
                journal.note(bytes[text], level: level)
            } else {
                journal.note(bytes[line], level: .warn)
            }
            return nil
        }
    }

    private func stream(_ descriptor: CInt) -> LineStream {
        LineStream(
            DescriptorReader(descriptor, owns: true, drains: true),
            lineLimit: self.configuration.lineLimit
        )
    }
}

/// For streams whose lines are no records.
private struct NoRecords: RecordSink {
    func accept(_ batch: RecordBatch) async throws {}
}
