import Glibc
import Logging
import TestSupport
import Testing

@testable import Intake

/// What keeps files from being followed is said for as long as it lasts, and costs no line.
@Suite("Files that cannot be followed", .timeLimit(.minutes(2)))
struct FileTroubleTests {
    private let log = CountingLog()

    /// Something in the way.
    enum Obstacle: CaseIterable {
        case closedFile, closedDirectory, loopOfLinks, directory, fifo, missingFile, barrenPattern

        /// What is given to `--tail`, below the directory of the test.
        var pattern: String {
            switch self {
            case .closedFile, .barrenPattern: "*.log"
            case .closedDirectory, .loopOfLinks: "logs/*.log"
            case .directory, .fifo, .missingFile: "a.log"
            }
        }

        /// Where the file is, or will be.
        var file: String {
            switch self {
            case .closedDirectory, .loopOfLinks: "logs/a.log"
            default: "a.log"
            }
        }

        /// What the problem names, and why.
        var complaint: (path: String, reason: String) {
            switch self {
            case .closedFile: ("a.log", "Permission denied")
            case .closedDirectory: ("logs", "Permission denied")
            case .loopOfLinks: ("logs", "Too many levels of symbolic links")
            case .directory: ("a.log", "is a directory, and no file")
            case .fifo: ("a.log", "is a FIFO, and no file")
            case .missingFile, .barrenPattern: (self.pattern, "matches no file")
            }
        }

        func put(into directory: TemporaryDirectory) {
            let (file, logs) = (directory.file(self.file), directory.file("logs"))
            switch self {
            case .closedFile:
                LogWriter(file).write("old\n")
                chmod(file, 0)
            case .closedDirectory:
                mkdir(logs, 0o755)
                LogWriter(file).write("old\n")
                chmod(logs, 0)
            case .loopOfLinks: symlink("logs", logs)
            case .directory: mkdir(file, 0o755)
            case .fifo: mkfifo(file, 0o644)
            case .missingFile, .barrenPattern: break
            }
        }

        func takeOut(of directory: TemporaryDirectory) {
            let (file, logs) = (directory.file(self.file), directory.file("logs"))
            switch self {
            case .closedFile: chmod(file, 0o644)
            case .closedDirectory: chmod(logs, 0o755)
            case .loopOfLinks:
                unlink(logs)
                mkdir(logs, 0o755)
                LogWriter(file).write("")
            case .directory:
                rmdir(file)
                LogWriter(file).write("")
            case .fifo:
                unlink(file)
                LogWriter(file).write("")
            case .missingFile, .barrenPattern: LogWriter(file).write("")
            }
        }

        /// There are lines from before.
        var hasOldLine: Bool { self == .closedFile || self == .closedDirectory }
    }

    private func tail(
        _ obstacle: Obstacle,
        in directory: TemporaryDirectory,
        from start: FileTail.Start,
        resuming positions: [SourcePosition] = []
    ) throws -> FileTail {
        var configuration = FileTail.Configuration(patterns: [directory.file(obstacle.pattern)])
        (configuration.start, configuration.auditInterval) = (start, .milliseconds(20))
        return try FileTail(configuration, resumingFrom: positions, logger: self.log.logger)
    }

    @Test(
        "are a problem of the source until they can; old lines come if reading starts at the beginning, and else do not",
        arguments: Obstacle.allCases,
        [FileTail.Start.end, .beginning]
    )
    func lasting(obstacle: Obstacle, start: FileTail.Start) async throws {
        let (sink, directory) = (RecordCollector(), TemporaryDirectory())
        chmod(directory.path, 0o755)
        obstacle.put(into: directory)
        let tail = try self.tail(obstacle, in: directory, from: start)
        try await withRunning(tail, into: sink, on: OrdinaryUser()) {
            while tail.problem == nil, !Task.isCancelled { await Task.yield() }
            let (path, reason) = obstacle.complaint
            #expect(tail.problem == "\(directory.file(path)): \(reason)")
            obstacle.takeOut(of: directory)
            while tail.problem != nil, !Task.isCancelled { await Task.yield() }
            LogWriter(directory.file(obstacle.file)).write("new\n")
            await sink.wait { $0.last?.text == "new" }
        }
        #expect(await sink.texts == (obstacle.hasOldLine && start == .beginning ? ["old"] : []) + ["new"])
        #expect(self.log.errors.count == 1)
    }

    @Test(
        "are as old when the program is started again before they can",
        arguments: [Obstacle.closedFile, .closedDirectory],
        [FileTail.Start.end, .beginning]
    )
    func restart(obstacle: Obstacle, start: FileTail.Start) async throws {
        let (sink, directory) = (RecordCollector(), TemporaryDirectory())
        chmod(directory.path, 0o755)
        obstacle.put(into: directory)
        let first = try self.tail(obstacle, in: directory, from: start)
        try await withRunning(first, into: sink, on: OrdinaryUser()) {
            await sink.waitForPosition()
            while first.problem == nil, !Task.isCancelled { await Task.yield() }
        }
        obstacle.takeOut(of: directory)
        let second = try self.tail(obstacle, in: directory, from: start, resuming: await sink.storedPositions)
        try await withRunning(second, into: sink, on: OrdinaryUser()) {
            while second.lag.isEmpty, !Task.isCancelled { await Task.yield() }
            LogWriter(directory.file(obstacle.file)).write("new\n")
            await sink.wait { $0.last?.text == "new" }
        }
        #expect(await sink.texts == (start == .beginning ? ["old"] : []) + ["new"])
    }

    @Test("a gap between the two steps of a rotation is no trouble", arguments: LogLayout.allCases)
    func rotation(layout: LogLayout) async throws {
        let (sink, site) = (RecordCollector(), LogSite(layout))
        LogWriter(site.path).write("1\n")
        let tail = try site.tail(logger: self.log.logger) {
            ($0.auditInterval, $0.troublePatience) = (.milliseconds(5), .seconds(3600))
        }
        try await withRunning(tail, into: sink) {
            await sink.wait(for: 1)
            let other = LogWriter(site.path)
            rename(site.path, site.path + ".1")
            // It was looked at without a file under its name.
            for round in 2...5 {
                other.write("\(round)\n")
                await sink.wait(for: round)
            }
            #expect(tail.problem == nil)
            LogWriter(site.path).write("6\n")
            await sink.wait(for: 6)
        }
        #expect(self.log.errors == [])
    }

    @Test("are named, the first of them, and the others counted")
    func many() async throws {
        let directory = TemporaryDirectory()
        var configuration = FileTail.Configuration(patterns: (1...5).map { directory.file("\($0)") })
        configuration.auditInterval = .milliseconds(20)
        let tail = try FileTail(configuration, logger: self.log.logger)
        try await withRunning(tail, into: RecordCollector()) {
            while tail.problem == nil, !Task.isCancelled { await Task.yield() }
        }
        let named = (1...3).map { "\(directory.file("\($0)")): matches no file" }
        #expect(tail.problem == (named + ["and 2 more"]).joined(separator: "; "))
    }

    @Test("bytes of a hole are counted, and said once for each truncation")
    func holes() async throws {
        let (sink, site) = (RecordCollector(), LogSite())
        let log = CollectingLog()
        let writer = LogWriter(site.path, flags: O_TRUNC)
        writer.write("0123456789\n")
        let tail = try site.tail(logger: log.logger) { $0.auditInterval = .milliseconds(20) }
        try await withRunning(tail, into: sink) {
            await sink.wait(for: 1)
            for round in 1...2 {
                // Without O_APPEND it writes behind the hole.
                writer.truncate()
                writer.write("after \(round)\n")
                await sink.wait(for: 2 * round)
                writer.write("\0more\n")
                await sink.wait(for: 2 * round + 1)
            }
            while tail.lag.first?.bytes != 0, !Task.isCancelled { await Task.yield() }
            #expect(tail.lag.first?.holeBytes == 11 + 1 + 25 + 1)
        }
        #expect(await sink.texts == ["0123456789", "after 1", "more", "after 2", "more"])
        #expect(log.lines.count { $0.hasPrefix("passed over NUL bytes") } == 2)
    }
}
