import Glibc
import Logging
import Testing

@testable import Intake

@Suite("Compressed files", .timeLimit(.minutes(2)))
struct ArchiveTests {
    private let directory = TemporaryDirectory()
    private let log = CountingLog()
    private var path: String { self.directory.file("app.log") }

    private func tail(
        _ pattern: String = "app.log*",
        from start: FileTail.Start = .beginning,
        resuming positions: [SourcePosition] = [],
        change: (inout FileTail.Configuration) -> Void = { _ in }
    ) throws -> FileTail {
        var configuration = FileTail.Configuration(patterns: [self.directory.file(pattern)])
        configuration.start = start
        configuration.auditInterval = .milliseconds(20)
        configuration.deletedQuiet = .milliseconds(50)
        change(&configuration)
        return try FileTail(configuration, resumingFrom: positions, logger: self.log.logger)
    }

    private func write(_ bytes: [UInt8], to path: String) { LogWriter(path, flags: O_TRUNC).write(bytes) }

    private func text(_ numbers: Range<Int>) -> String { numbers.map { "line number \($0)\n" }.joined() }

    private func lines(_ numbers: Range<Int>) -> [String] { numbers.map { "line number \($0)" } }

    @Test("are read once, their unfinished last line included, and not again after a restart or another name")
    func once() async throws {
        let sink = RecordCollector()
        self.write(gzipped(Array((self.text(0..<100) + "the last").utf8)), to: self.path + ".1.gz")
        try await withRunning(try self.tail(), into: sink) { await sink.wait(for: 101) }
        rename(self.path + ".1.gz", self.path + ".2.gz")
        LogWriter(self.path).write("new\n")
        try await withRunning(try self.tail(resuming: await sink.storedPositions), into: sink) {
            await sink.wait(for: 102)
            LogWriter(self.path).write("newer\n")
            await sink.wait(for: 103)
        }
        #expect(await sink.texts == self.lines(0..<100) + ["the last", "new", "newer"])
        #expect(await sink.lines.prefix(101).allSatisfy { $0.tag == self.path + ".1.gz" })
    }

    @Test("that were there before are old when reading starts at the end; later ones are new")
    func fromEnd() async throws {
        let sink = RecordCollector()
        self.write(gzipped(Array("old\n".utf8)), to: self.path + ".2.gz")
        for round in 1...2 {
            try await withRunning(try self.tail(from: .end, resuming: await sink.storedPositions), into: sink) {
                await sink.waitForPosition()
                self.write(gzipped(Array("new \(round)\n".utf8)), to: "\(self.path)-2026112\(round).gz")
                await sink.wait(for: round)
            }
        }
        #expect(await sink.texts == ["new 1", "new 2"])
    }

    @Test("go on where they were when the agent was killed", arguments: [1, 2, 3])
    func kills(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let sink = RecordCollector()
        // Two members one after the other, as by `gzip >>`.
        let packed = gzipped(Array(self.text(0..<1200).utf8)) + gzipped(Array(self.text(1200..<2000).utf8))
        self.write(packed, to: self.path + ".1.gz")
        while await sink.lines.count < 2000 {
            let tail = try self.tail(resuming: await sink.storedPositions) {
                $0.chunkSize = 700
                $0.lineLimit = 300
            }
            let goal = await sink.lines.count + Int.random(in: 1...500, using: &random)
            if goal >= 2000 {
                try await withRunning(tail, into: sink) { await sink.wait(for: 2000) }
            } else {
                let killing = KillingSink(sink, limit: goal, isLastOneStored: Bool.random(using: &random))
                await #expect(throws: KillingSink.Killed.self) { try await tail.run(into: killing) }
            }
        }
        #expect(await sink.texts == self.lines(0..<2000))
    }

    @Test("are not read when they hold what was followed; restarts change nothing", arguments: [false, true])
    func compressedWhileFollowed(isRestarted: Bool) async throws {
        let sink = RecordCollector()
        var original: FileIdentity?
        LogWriter(self.path).write(self.text(0..<50))
        try await withRunning(try self.tail(), into: sink) {
            await sink.wait(for: 50)
            rename(self.path, self.path + ".1")
            LogWriter(self.path).write("next\n")
            await sink.wait(for: 51)
            let packed = gzipped(Array(self.text(0..<50).utf8))
            let archive = LogWriter(self.path + ".1.gz")
            archive.write(Array(packed.prefix(200)))
            LogWriter(self.path).write("half\n")
            await sink.wait(for: 52)
            archive.write(Array(packed.dropFirst(200)))
            original = FileStatus(path: self.path + ".1")?.identity
            unlink(self.path + ".1")
            if !isRestarted { await sink.waitForPosition(of: FileStatus(path: self.path + ".1.gz")?.identity) }
        }
        try await withRunning(try self.tail(resuming: await sink.storedPositions), into: sink) {
            await sink.waitForPosition(of: FileStatus(path: self.path + ".1.gz")?.identity)
            await sink.waitForPosition(of: original, isThere: false)
            LogWriter(self.path).write("end\n")
            await sink.wait(for: 53)
        }
        #expect(await sink.texts == self.lines(0..<50) + ["next", "half", "end"])
    }

    @Test("are not read when they hold what was followed before the last start, and was quiet for long then")
    func compressedLongAfterRotation() async throws {
        let sink = RecordCollector()
        let patterns = [self.path, self.path + "*.gz"]
        LogWriter(self.path).write(self.text(0..<50))
        let tail = try self.tail { ($0.patterns, $0.renamedQuiet) = (patterns, .milliseconds(50)) }
        try await withRunning(tail, into: sink) {
            await sink.wait(for: 50)
            rename(self.path, self.path + ".1")
            LogWriter(self.path).write("next\n")
            await sink.wait(for: 51)
            while tail.lag.count > 1 { await Task.yield() }
        }
        self.write(gzipped(Array(self.text(0..<50).utf8)), to: self.path + ".1.gz")
        unlink(self.path + ".1")
        let next = try self.tail(resuming: await sink.storedPositions) { $0.patterns = patterns }
        try await withRunning(next, into: sink) {
            await sink.waitForPosition(of: FileStatus(path: self.path + ".1.gz")?.identity)
            LogWriter(self.path).write("end\n")
            await sink.wait(for: 52)
        }
        #expect(await sink.texts == self.lines(0..<50) + ["next", "end"])
    }

    @Test("are known by what they hold, although one has the inode that another file of the log had")
    func inodeOfAnotherFile() async throws {
        let sink = RecordCollector()
        LogWriter(self.path + ".1").write(self.text(0..<50))
        LogWriter(self.path).write(self.text(50..<100))
        try await withRunning(try self.tail(), into: sink) { await sink.wait(for: 100) }
        let last = try #require(FileStatus(path: self.path)?.identity)
        self.write(gzipped(Array(self.text(0..<50).utf8)), to: self.path + ".2.gz")
        self.write(gzipped(Array(self.text(50..<100).utf8)), to: self.path + ".1.gz")
        unlink(self.path + ".1")
        unlink(self.path)
        let older = try #require(FileStatus(path: self.path + ".2.gz")?.identity)
        let positions = await sink.storedPositions.map { stored in
            guard var position = FilePosition(stored), position.identity == last else { return stored }
            position.identity = older
            return position.stored
        }
        try await withRunning(try self.tail(resuming: positions), into: sink) {
            LogWriter(self.path).write("end\n")
            await sink.wait(for: 101)
        }
        #expect(await sink.texts == self.lines(0..<100) + ["end"])
    }

    @Test(
        "hold the rest of a file that was rotated and compressed while nobody followed, matched or not",
        arguments: ["app.log*", "app.log"],
        [3, 60, 100]
    )
    func compressedWhileStopped(pattern: String, read: Int) async throws {
        let sink = RecordCollector()
        let writer = LogWriter(self.path)
        writer.write(self.text(0..<read))
        try await withRunning(try self.tail(pattern), into: sink) { await sink.wait(for: read) }
        unlink(self.path)
        self.write(gzipped(Array(self.text(0..<100).utf8)), to: self.path + ".1.gz")
        LogWriter(self.path).write("next\n")
        for round in 0..<2 {
            let tail = try self.tail(pattern, resuming: await sink.storedPositions)
            try await withRunning(tail, into: sink) {
                await sink.wait(for: 101 + round)
                LogWriter(self.path).write("more \(round)\n")
                await sink.wait(for: 102 + round)
            }
        }
        #expect(await sink.texts == self.lines(0..<100) + ["next", "more 0", "more 1"])
        #expect(await sink.lines.prefix(100).allSatisfy { $0.tag == self.path })
    }

    @Test("hold the rest of a file that was copied, truncated and compressed while nobody followed")
    func truncatedWhileStopped() async throws {
        let sink = RecordCollector()
        let writer = LogWriter(self.path)
        writer.write(self.text(0..<80))
        try await withRunning(try self.tail(), into: sink) { await sink.wait(for: 80) }
        self.write(gzipped(Array(self.text(0..<100).utf8)), to: self.path + ".1.gz")
        writer.truncate()
        writer.write("next\n")
        try await withRunning(try self.tail(resuming: await sink.storedPositions), into: sink) {
            await sink.wait(for: 101)
            writer.write("end\n")
            await sink.wait(for: 102)
        }
        #expect(await sink.texts == self.lines(0..<100) + ["next", "end"])
    }

    @Test("are read as they grow")
    func growing() async throws {
        let sink = RecordCollector()
        let packed = gzipped(Array(self.text(0..<100).utf8))
        let archive = LogWriter(self.path + ".1.gz")
        try await withRunning(try self.tail(), into: sink) {
            archive.write(Array(packed.prefix(packed.count / 2)))
            await sink.wait(for: 20)
            archive.write(Array(packed.dropFirst(packed.count / 2)))
            await sink.wait(for: 100)
        }
        #expect(await sink.texts == self.lines(0..<100))
        #expect(self.log.errors == [])
    }

    @Test("that are damaged or cut off are reported once, and given up")
    func damaged() async throws {
        let sink = RecordCollector()
        let packed = gzipped(Array(self.text(0..<100).utf8))
        self.write(Array("this is no gzip\n".utf8), to: self.directory.file("a.log.1.gz"))
        self.write(Array(packed.dropLast(1000)), to: self.directory.file("b.log.1.gz"))
        self.write(Array(packed.dropLast(8)) + [UInt8](repeating: 1, count: 8), to: self.directory.file("c.log.1.gz"))
        self.write([], to: self.directory.file("d.log.1.gz"))
        for round in 0..<2 {
            let tail = try self.tail("*.log*", resuming: await sink.storedPositions) {
                $0.archiveQuiet = .milliseconds(50)
            }
            try await withRunning(tail, into: sink) {
                while self.log.errors.count < 3 { await Task.yield() }
                LogWriter(self.directory.file("e.log")).write("end\n")
                await sink.wait { $0.filter { $0.text == "end" }.count == round + 1 }
            }
        }
        let files = Dictionary(grouping: await sink.lines, by: \.tag).mapValues { $0.map(\.text) }
        #expect(files[self.directory.file("a.log.1.gz")] == nil)
        let cut = files[self.directory.file("b.log.1.gz")] ?? []
        #expect(cut.count > 30 && cut.dropLast() == self.lines(0..<cut.count - 1)[...])
        #expect(files[self.directory.file("c.log.1.gz")] == self.lines(0..<100))
        #expect(files[self.directory.file("d.log.1.gz")] == nil)
        #expect(self.log.errors.count == 3)
    }
}

extension RecordCollector {
    /// Waits until the position of a file is stored, or is not any more.
    func waitForPosition(of identity: FileIdentity?, isThere: Bool = true) async {
        guard let identity else { return }
        let position = FilePosition(
            identity: identity,
            offset: 0,
            fingerprint: Fingerprint([]),
            isPassingOver: false,
            path: ""
        )
        while (self.positions[position.key] != nil) != isThere { await Task.yield() }
    }
}
