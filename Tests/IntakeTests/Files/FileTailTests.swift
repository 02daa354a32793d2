import Glibc
import Logging
import Testing

@testable import Intake

@Suite("Following files", .timeLimit(.minutes(2)))
struct FileTailTests {
    private let directory = TemporaryDirectory()
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func tail(
        _ patterns: String...,
        from start: FileTail.Start = .beginning,
        resuming positions: [SourcePosition] = [],
        change: (inout FileTail.Configuration) -> Void = { _ in }
    ) throws -> FileTail {
        var configuration = FileTail.Configuration(patterns: patterns.map { self.directory.file($0) })
        configuration.start = start
        change(&configuration)
        return try FileTail(configuration, resumingFrom: positions, logger: self.logger)
    }

    @Test("lines that are there and lines that are added are delivered once, tagged with the path")
    func growing() async throws {
        let sink = RecordCollector()
        let writer = LogWriter(self.directory.file("a.log"))
        writer.write("one\ntwo\r\npart")
        try await withRunning(try self.tail("a.log"), into: sink) {
            await sink.wait(for: 2)
            writer.write("ial\n")
            await sink.wait(for: 3)
        }
        #expect(await sink.texts == ["one", "two", "partial"])
        #expect(await sink.lines.allSatisfy { $0.tag == self.directory.file("a.log") })
    }

    @Test("starting at the end delivers what comes later, and a half written line whole")
    func fromEnd() async throws {
        let sink = RecordCollector()
        let writer = LogWriter(self.directory.file("a.log"))
        writer.write("old\nha")
        try await withRunning(try self.tail("a.log", from: .end), into: sink) {
            await sink.waitForPosition()
            writer.write("lf\nnew\n")
            await sink.wait(for: 2)
        }
        #expect(await sink.texts == ["half", "new"])
    }

    @Test("a file whose path is not followed any more is left alone, and goes on when it is followed again")
    func pathsThatChange() async throws {
        let sink = RecordCollector()
        let (one, other) = (LogWriter(self.directory.file("one.log")), LogWriter(self.directory.file("other.log")))
        one.write("first\n")
        try await withRunning(try self.tail("one.log"), into: sink) { await sink.wait(for: 1) }
        one.write("second\n")
        let positions = await sink.storedPositions
        try await withRunning(try self.tail("other.log", resuming: positions), into: sink) {
            other.write("of the other\n")
            await sink.wait(for: 2)
        }
        #expect(await sink.texts == ["first", "of the other"])
        try await withRunning(try self.tail("*.log", resuming: await sink.storedPositions), into: sink) {
            await sink.wait(for: 3)
        }
        #expect(await sink.texts == ["first", "of the other", "second"])
    }

    @Test(
        "a pattern knows which paths it can find",
        arguments: [
            ("/var/log/app.log", "/var/log/app.log", true), ("/var/log/*.log", "/var/log/app.log", true),
            ("/var/log/*.log", "/var/log/.app.log", false), ("/var/log/*.log", "/var/log/web/app.log", false),
            ("/var/log/**/*.log", "/var/log/app.log", true), ("/var/log/**/*.log", "/var/log/web/a/app.log", true),
            ("/var/log/**/*.log", "/var/log/.git/app.log", false), ("logs/*.log", "/logs/app.log", false),
            ("/var/log/app.log", "/var/log/app.log.1", false), ("/var/log/[a].log", "/var/log/[a].log", true),
        ]
    )
    func paths(pattern: String, path: String, isMatched: Bool) throws {
        #expect(try FilePattern(pattern).matches(path) == isMatched)
    }

    @Test("bytes are passed as they are, over-long lines cut and marked")
    func bytes() async throws {
        let sink = RecordCollector()
        LogWriter(self.directory.file("a.log")).write(
            Array("nul\0nul\n".utf8) + [0xFF, 0xFE, 0x0A] + Array("0123456789ab\nend\n".utf8)
        )
        try await withRunning(try self.tail("a.log") { $0.lineLimit = 10 }, into: sink) { await sink.wait(for: 4) }
        #expect(await sink.texts == ["nul\0nul", "\u{FFFD}\u{FFFD}", "0123456789", "end"])
        #expect(await sink.lines.map(\.isTruncated) == [false, false, true, false])
    }

    @Test("a line longer than what is read at once does not hold up the file")
    func longerThanAPiece() async throws {
        let sink = RecordCollector()
        let writer = LogWriter(self.directory.file("a.log"))
        let limits = FileTail.Configuration(patterns: [])
        let lengths = [limits.chunkSize, limits.lineLimit - 1, limits.lineLimit, limits.lineLimit + 1, 1 << 20, 1]
        for length in lengths { writer.write(String(repeating: "x", count: length) + "\n") }
        try await withRunning(try self.tail("a.log"), into: sink) { await sink.wait(for: lengths.count) }
        #expect(await sink.lines.map(\.text.count) == lengths.map { min($0, limits.lineLimit) })
        #expect(await sink.lines.map(\.isTruncated) == lengths.map { $0 > limits.lineLimit })
    }

    @Test("goes on where it stopped, without loss or repetition")
    func restart() async throws {
        let sink = RecordCollector()
        let writer = LogWriter(self.directory.file("a.log"))
        for round in 0..<5 {
            writer.write("line \(round)\nunfinished \(round)")
            let tail = try self.tail("a.log", resuming: await sink.storedPositions)
            try await withRunning(tail, into: sink) { await sink.wait(for: 2 * round + 1) }
            writer.write(".\n")
        }
        let tail = try self.tail("a.log", resuming: await sink.storedPositions)
        try await withRunning(tail, into: sink) { await sink.wait(for: 10) }
        #expect(await sink.texts == (0..<5).flatMap { ["line \($0)", "unfinished \($0)."] })
    }

    @Test("files that appear are found by pattern, in directories that appear too")
    func patterns() async throws {
        let sink = RecordCollector()
        let tail = try self.tail("**/*.log", "extra.txt", from: .end)
        try await withRunning(tail, into: sink) {
            await sink.waitForPosition()
            LogWriter(self.directory.file("a.log")).write("top\n")
            LogWriter(self.directory.file("b.txt")).write("other\n")
            mkdir(self.directory.file("d"), 0o755)
            mkdir(self.directory.file("d/e"), 0o755)
            LogWriter(self.directory.file("d/e/c.log")).write("deep\n")
            LogWriter(self.directory.file("extra.txt")).write("extra\n")
            await sink.wait(for: 3)
        }
        #expect(Set(await sink.texts) == ["top", "deep", "extra"])
    }

    @Test("logs with numbers in their names do not wait for each other")
    func numberedLogs() async throws {
        let sink = RecordCollector()
        let first = self.directory.file("node1.log")
        LogWriter(first).write("header\n1\n")
        LogWriter(self.directory.file("node2.log")).write("header\n2\n")
        let blocking = BlockingSink(sink, tag: first)
        try await withRunning(try self.tail("node*.log"), into: blocking) {
            await sink.wait(for: 2)
            await blocking.open()
            await sink.wait(for: 4)
        }
        #expect(await sink.texts == ["header", "2", "header", "1"])
    }

    @Test("hundreds of files are followed at once, each in order, over a restart")
    func hundredsOfFiles() async throws {
        let sink = RecordCollector()
        let writers = (0..<300).map { LogWriter(self.directory.file("\($0)-node.log")) }
        for round in 0..<4 {
            for writer in writers { writer.write("line \(2 * round)\n") }
            let tail = try self.tail("*-node.log", resuming: await sink.storedPositions)
            try await withRunning(tail, into: sink) {
                await sink.wait(for: 300 * (2 * round + 1))
                for writer in writers { writer.write("line \(2 * round + 1)\n") }
                await sink.wait(for: 300 * (2 * round + 2))
            }
        }
        let files = Dictionary(grouping: await sink.lines, by: \.tag)
        #expect(files.count == 300)
        #expect(files.values.allSatisfy { $0.map(\.text) == (0..<8).map { "line \($0)" } })
    }

    @Test("says how far behind it is")
    func lag() async throws {
        let sink = RecordCollector()
        let writer = LogWriter(self.directory.file("a.log"))
        let tail = try self.tail("a.log") { $0.auditInterval = .milliseconds(20) }
        try await withRunning(tail, into: sink) {
            writer.write("1\n")
            await sink.wait(for: 1)
            await sink.pause()
            writer.write("23\n456\n")
            while tail.lag.first?.bytes != 7, !Task.isCancelled { await Task.yield() }
            #expect(tail.lag.first?.path == self.directory.file("a.log"))
            await sink.resume()
            while tail.lag.first?.bytes != 0, !Task.isCancelled { await Task.yield() }
            #expect(tail.lag.first?.seconds == 0)
        }
    }
}

extension RecordCollector {
    /// Waits until a source has said where it starts.
    func waitForPosition() async {
        while self.positions.isEmpty, !Task.isCancelled { await Task.yield() }
    }
}
