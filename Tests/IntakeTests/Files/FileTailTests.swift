import Glibc
import Logging
import TestSupport
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

    @Test("a renamed file is read to its end, then the new one of its name")
    func renameAndCreate() async throws {
        let sink = RecordCollector()
        let path = self.directory.file("a.log")
        var writer = LogWriter(path)
        writer.write("1\n")
        try await withRunning(try self.tail("a.log"), into: sink) {
            await sink.wait(for: 1)
            rename(path, path + ".1")
            let next = LogWriter(path)
            next.write("3\n")
            writer.write("2\n")
            await sink.wait(for: 3)
            writer = next
            writer.write("4\n")
            await sink.wait(for: 4)
        }
        #expect(Set(await sink.texts) == ["1", "2", "3", "4"])
        #expect(await sink.lines.allSatisfy { $0.tag == path })
    }

    @Test("a file that was renamed while nobody followed is finished first", arguments: ["a.log", "a.log*"])
    func renamedWhileStopped(pattern: String) async throws {
        let sink = RecordCollector()
        let path = self.directory.file("a.log")
        let writer = LogWriter(path)
        writer.write("1\n")
        try await withRunning(try self.tail(pattern, from: .beginning), into: sink) { await sink.wait(for: 1) }
        writer.write("2\n")
        rename(path, path + ".1")
        LogWriter(path).write("3\n")
        let tail = try self.tail(pattern, from: .end, resuming: await sink.storedPositions)
        try await withRunning(tail, into: sink) { await sink.wait(for: 3) }
        #expect(await sink.texts == ["1", "2", "3"])
    }

    @Test("truncated in place, it starts again at the beginning")
    func truncation() async throws {
        let sink = RecordCollector()
        let writer = LogWriter(self.directory.file("a.log"))
        writer.write("a long first line\n")
        try await withRunning(try self.tail("a.log"), into: sink) {
            await sink.wait(for: 1)
            writer.truncate()
            writer.write("short\n")
            await sink.wait(for: 2)
            writer.truncate()
            writer.write("as many bytes or more than before\n")
            await sink.wait(for: 3)
        }
        #expect(await sink.texts == ["a long first line", "short", "as many bytes or more than before"])
    }

    @Test(
        "copied and truncated, the rest is read from the copy, and the copy is not read again",
        arguments: [false, true]
    )
    func copyTruncate(isCopyMatched: Bool) async throws {
        let sink = RecordCollector()
        let path = self.directory.file("a.log")
        let writer = LogWriter(path)
        try await withRunning(try self.tail(isCopyMatched ? "a.log*" : "a.log"), into: sink) {
            writer.write("1\n2\n")
            await sink.wait(for: 2)
            await sink.pause()
            writer.write("3\n")
            writer.write("4\n")
            LogWriter(path + ".1").write(try self.contents(of: path))
            writer.truncate()
            writer.write("5\n")
            await sink.resume()
            await sink.wait(for: 5)
            writer.write("6\n")
            await sink.wait(for: 6)
        }
        #expect(await sink.texts == ["1", "2", "3", "4", "5", "6"])
    }

    @Test(
        "copied and truncated twice before anybody looks, the lines come in order and once",
        arguments: [false, true],
        [false, true]
    )
    func copyTruncateTwice(isCopyMatched: Bool, isStopped: Bool) async throws {
        let sink = RecordCollector()
        let path = self.directory.file("a.log")
        let pattern = isCopyMatched ? "a.log*" : "a.log"
        let writer = LogWriter(path)
        func text(_ numbers: Range<Int>) -> String { numbers.map { "line number \($0)\n" }.joined() }
        func rotateTwice() throws {
            writer.write(text(50..<60))
            for generation in [60..<70, 70..<80] {
                rename(path + ".1", path + ".2")
                LogWriter(path + ".1").write(try self.contents(of: path))
                writer.truncate()
                writer.write(text(generation))
            }
        }
        try await withRunning(try self.tail(pattern), into: sink) {
            writer.write(text(0..<50))
            await sink.wait(for: 50)
            if !isStopped {
                await sink.pause()
                // With the sink; what follows is not read before it is taken.
                writer.write("held\n")
                while await !sink.isWaitedFor { await Task.yield() }
                try rotateTwice()
                await sink.resume()
                await sink.wait(for: 81)
            }
        }
        if isStopped { try rotateTwice() }
        try await withRunning(try self.tail(pattern, resuming: await sink.storedPositions), into: sink) {
            await sink.wait(for: isStopped ? 80 : 81)
            writer.write("end\n")
            await sink.wait { $0.last?.text == "end" }
        }
        let expected = (0..<80).map { "line number \($0)" } + ["end"]
        #expect(await sink.texts.filter { $0 != "held" } == expected)
    }

    @Test("copied and truncated twice, the copy being empty when it was seen first, the lines come in order and once")
    func copyTruncateSeenEmpty() async throws {
        let sink = RecordCollector()
        let path = self.directory.file("a.log")
        let writer = LogWriter(path)
        let tail = try self.tail("a.log*")
        func text(_ numbers: Range<Int>) -> String { numbers.map { "line number \($0)\n" }.joined() }
        func isSeen(_ path: String) async throws {
            try await eventually("\(path) is followed") { tail.lag.contains { $0.path == path } }
        }
        let copies = ["-20260101", "-20260102"].map { path + $0 }
        try await withRunning(tail, into: sink) {
            writer.write(text(0..<50))
            await sink.wait(for: 50)
            await sink.pause()
            // With the sink; what follows is not read before it is taken.
            writer.write("held\n")
            while await !sink.isWaitedFor { await Task.yield() }
            writer.write(text(50..<60))
            let copy = LogWriter(copies[0])
            try await isSeen(copies[0])
            copy.write(try self.contents(of: path))
            writer.truncate()
            writer.write(text(60..<70))
            LogWriter(copies[1]).write(try self.contents(of: path))
            try await isSeen(copies[1])
            writer.truncate()
            writer.write(text(70..<80))
            await sink.resume()
            await sink.wait(for: 81)
        }
        #expect(await sink.texts.filter { $0 != "held" } == (0..<80).map { "line number \($0)" })
    }

    @Test("copied and truncated twice after an empty copy was seen, the lines come in order and once")
    func copyTruncateAfterAnEmptyCopy() async throws {
        let sink = RecordCollector()
        let path = self.directory.file("a.log")
        let writer = LogWriter(path)
        let tail = try self.tail("a.log*")
        func text(_ numbers: Range<Int>) -> String { numbers.map { "line number \($0)\n" }.joined() }
        func isSeen(_ path: String) async throws {
            try await eventually("\(path) is followed") { tail.lag.contains { $0.path == path } }
        }
        let copies = ["-20260101", "-20260102", "-20260103"].map { path + $0 }
        try await withRunning(tail, into: sink) {
            writer.write(text(0..<50))
            await sink.wait(for: 50)
            _ = LogWriter(copies[0])
            try await isSeen(copies[0])
            // Two, so that the log had nothing left after the empty copy was seen.
            for count in 51...52 {
                writer.write("held\n")
                await sink.wait(for: count)
            }
            await sink.pause()
            writer.write("held\n")
            while await !sink.isWaitedFor { await Task.yield() }
            writer.write(text(50..<60))
            LogWriter(copies[1]).write(try self.contents(of: path))
            writer.truncate()
            writer.write(text(60..<70))
            LogWriter(copies[2]).write(try self.contents(of: path))
            try await isSeen(copies[2])
            writer.truncate()
            writer.write(text(70..<80))
            await sink.resume()
            await sink.wait(for: 83)
        }
        #expect(await sink.texts.filter { $0 != "held" } == (0..<80).map { "line number \($0)" })
    }

    @Test("lines between copy and truncation that were read do not bring the copy back", arguments: [false, true])
    func linesAfterTheCopy(isStopped: Bool) async throws {
        let sink = RecordCollector()
        let path = self.directory.file("a.log")
        let writer = LogWriter(path)
        let old = (0..<200).map { "line number \($0)" }
        try await withRunning(try self.tail("a.log*"), into: sink) {
            writer.write(old.map { $0 + "\n" }.joined())
            await sink.wait(for: 200)
            LogWriter(path + ".1").write(try self.contents(of: path))
            writer.write("between\n")
            await sink.wait(for: 201)
            if !isStopped {
                writer.truncate()
                writer.write("next\n")
                await sink.wait(for: 202)
            }
        }
        if isStopped {
            writer.truncate()
            writer.write("next\n")
        }
        try await withRunning(try self.tail("a.log*", resuming: await sink.storedPositions), into: sink) {
            await sink.wait(for: 202)
            writer.write("end\n")
            await sink.wait(for: 203)
        }
        #expect(await sink.texts == old + ["between", "next", "end"])
    }

    @Test(
        "copied and truncated while nobody followed, the rest is in the copy, however little was read",
        arguments: ["a.log", "a.log*"]
    )
    func copyTruncateAfterOneLine(pattern: String) async throws {
        let sink = RecordCollector()
        let path = self.directory.file("a.log")
        let writer = LogWriter(path)
        writer.write("banner\n")
        try await withRunning(try self.tail(pattern), into: sink) { await sink.wait(for: 1) }
        writer.write("rest\n")
        LogWriter(path + ".1").write(try self.contents(of: path))
        writer.truncate()
        writer.write("next\n")
        try await withRunning(try self.tail(pattern, resuming: await sink.storedPositions), into: sink) {
            await sink.wait(for: 3)
            writer.write("end\n")
            await sink.wait(for: 4)
        }
        #expect(await sink.texts == ["banner", "rest", "next", "end"])
    }

    @Test("an older file that begins with the same line is not taken for a copy")
    func bannerOfAnOlderFile() async throws {
        let sink = RecordCollector()
        let path = self.directory.file("a.log")
        LogWriter(path + ".1").write("banner\nold\n")
        utimensat(
            AT_FDCWD,
            path + ".1",
            [timespec(tv_sec: 1_000_000_000, tv_nsec: 0), timespec(tv_sec: 1_000_000_000, tv_nsec: 0)],
            0
        )
        let writer = LogWriter(path)
        writer.write("banner\n")
        try await withRunning(try self.tail("a.log"), into: sink) { await sink.wait(for: 1) }
        writer.truncate()
        writer.write("next\n")
        try await withRunning(try self.tail("a.log", resuming: await sink.storedPositions), into: sink) {
            await sink.wait(for: 2)
            writer.write("end\n")
            await sink.wait(for: 3)
        }
        #expect(await sink.texts == ["banner", "next", "end"])
    }

    @Test("renamed twice while nobody followed, no generation is missed", arguments: ["a.log", "a.log*"])
    func renamedTwiceWhileStopped(pattern: String) async throws {
        let sink = RecordCollector()
        let path = self.directory.file("a.log")
        LogWriter(path).write("1\n")
        try await withRunning(try self.tail(pattern), into: sink) { await sink.wait(for: 1) }
        for generation in 2...3 {
            rename(path + ".1", path + ".2")
            rename(path, path + ".1")
            LogWriter(path).write("\(generation)\n")
        }
        try await withRunning(try self.tail(pattern, resuming: await sink.storedPositions), into: sink) {
            await sink.wait(for: 3)
        }
        #expect(await sink.texts == ["1", "2", "3"])
    }

    @Test("an inode that is used again is a new file")
    func inodeReuse() async throws {
        let sink = RecordCollector()
        let path = self.directory.file("a.log")
        LogWriter(path).write("old contents\n")
        try await withRunning(try self.tail("a.log"), into: sink) { await sink.wait(for: 1) }
        // Written anew in place: the same inode, more bytes, and none of the old ones.
        let writer = LogWriter(path, flags: O_TRUNC)
        writer.write("new contents, and more of them\n")
        let tail = try self.tail("a.log", resuming: await sink.storedPositions)
        try await withRunning(tail, into: sink) { await sink.wait(for: 2) }
        #expect(await sink.texts == ["old contents", "new contents, and more of them"])
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

    @Test("a symbolic link that is switched is followed to the new file")
    func symbolicLink() async throws {
        let sink = RecordCollector()
        let link = self.directory.file("current")
        LogWriter(self.directory.file("one")).write("1\n")
        LogWriter(self.directory.file("two")).write("2\n")
        symlink(self.directory.file("one"), link)
        try await withRunning(try self.tail("current"), into: sink) {
            await sink.wait(for: 1)
            symlink(self.directory.file("two"), link + ".new")
            rename(link + ".new", link)
            await sink.wait(for: 2)
            LogWriter(self.directory.file("two")).write("3\n")
            await sink.wait(for: 3)
        }
        #expect(await sink.texts == ["1", "2", "3"])
    }

    @Test("a deleted file is read to its end, its unfinished line included, and then forgotten")
    func deletion() async throws {
        let sink = RecordCollector()
        let path = self.directory.file("a.log")
        var writer: LogWriter? = LogWriter(path)
        writer?.write("1\n")
        let tail = try self.tail("a.log") {
            $0.deletedQuiet = .milliseconds(50)
            $0.auditInterval = .milliseconds(20)
        }
        try await withRunning(tail, into: sink) {
            await sink.wait(for: 1)
            unlink(path)
            writer?.write("2\nunfinished")
            writer = nil
            await sink.wait(for: 3)
            while await !sink.storedPositions.allSatisfy({ $0.key.hasPrefix("tail:") }) { await Task.yield() }
        }
        #expect(await sink.texts == ["1", "2", "unfinished"])
    }

    @Test("a file that was away for long goes on where it was when it has its name again")
    func awayForLong() async throws {
        let sink = RecordCollector()
        let path = self.directory.file("a.log")
        let writer = LogWriter(path)
        writer.write("1\n")
        let tail = try self.tail("a.log") {
            ($0.renamedQuiet, $0.auditInterval) = (.milliseconds(50), .milliseconds(20))
        }
        try await withRunning(tail, into: sink) {
            await sink.wait(for: 1)
            rename(path, path + ".away")
            while !tail.lag.isEmpty { await Task.yield() }
            writer.write("2\n")
            rename(path + ".away", path)
            await sink.wait(for: 2)
        }
        #expect(await sink.texts == ["1", "2"])
    }

    @Test("an inode that another file has now is a new file, although it begins with the same lines")
    func inodeOfDeletedFile() async throws {
        let sink = RecordCollector()
        let path = self.directory.file("a.log")
        LogWriter(path).write("header\nold\n")
        try await withRunning(try self.tail("a.log"), into: sink) { await sink.wait(for: 2) }
        let inode = try #require(FileStatus(path: path)).identity
        unlink(path)
        // Others make files too, so the inode may have gone to one of theirs: what is expected is the same.
        for attempt in 0..<1000 {
            LogWriter(path).write("header\nanother line\n")
            if FileStatus(path: path)?.identity == inode || attempt == 999 { break }
            rename(path, self.directory.file("other.\(attempt)"))  // keeps its inode from being the next one
        }
        LogWriter(path).write("end\n")
        let tail = try self.tail("a.log", resuming: await sink.storedPositions)
        try await withRunning(tail, into: sink) { await sink.wait(for: 5) }
        #expect(await sink.texts == ["header", "old", "header", "another line", "end"])
    }

    @Test("a device that has another number after a restart of the machine changes nothing")
    func otherDeviceNumber() async throws {
        let sink = RecordCollector()
        let writer = LogWriter(self.directory.file("a.log"))
        writer.write("1\n2\n")
        try await withRunning(try self.tail("a.log"), into: sink) { await sink.wait(for: 2) }
        let positions = await sink.storedPositions.map { stored in
            guard var position = FilePosition(stored) else { return stored }
            position.identity.device += 1
            return position.stored
        }
        writer.write("3\n")
        try await withRunning(try self.tail("a.log", resuming: positions), into: sink) { await sink.wait(for: 3) }
        #expect(await sink.texts == ["1", "2", "3"])
    }

    @Test(
        "a file system that goes and comes back, while nobody follows and while somebody does, costs no line",
        .enabled(if: BindMount.isPermitted, "mounting is not permitted here")
    )
    func vanishingFileSystem() async throws {
        let sink = RecordCollector()
        for name in ["disk", "mounted"] { mkdir(self.directory.file(name), 0o755) }
        let other = LogWriter(self.directory.file("other.log"))
        // A file system of its own below, so that the device is another one.
        let disk = try #require(BindMount(tmpfsAt: self.directory.file("disk")))
        LogWriter(self.directory.file("disk/a.log")).write("1\n")
        var mounted = BindMount(self.directory.file("disk"), at: self.directory.file("mounted"))
        let patterns = ["mounted/*.log", "other.log"]
        func tail() async throws -> FileTail {
            var configuration = FileTail.Configuration(patterns: patterns.map { self.directory.file($0) })
            configuration.start = .beginning
            configuration.auditInterval = .milliseconds(20)
            return try FileTail(configuration, resumingFrom: await sink.storedPositions, logger: self.logger)
        }
        try await withRunning(try await tail(), into: sink) { await sink.wait(for: 1) }
        mounted = nil
        LogWriter(self.directory.file("disk/a.log")).write("2\n")
        try await withRunning(try await tail(), into: sink) {
            other.write("other 1\n")
            await sink.wait(for: 2)
            mounted = BindMount(self.directory.file("disk"), at: self.directory.file("mounted"))
            await sink.wait(for: 3)
            mounted = nil
            other.write("other 2\n")
            await sink.wait(for: 4)
            LogWriter(self.directory.file("disk/a.log")).write("3\n")
            mounted = BindMount(self.directory.file("disk"), at: self.directory.file("mounted"))
            await sink.wait(for: 5)
        }
        try await withRunning(try await tail(), into: sink) {
            other.write("other 3\n")
            await sink.wait(for: 6)
        }
        #expect(await sink.texts == ["1", "other 1", "2", "other 2", "3", "other 3"])
        #expect(mounted != nil)
        mounted = nil
        withExtendedLifetime(disk) {}
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
            while tail.lag.first?.bytes != 7 { await Task.yield() }
            #expect(tail.lag.first?.path == self.directory.file("a.log"))
            await sink.resume()
            while tail.lag.first?.bytes != 0 { await Task.yield() }
            #expect(tail.lag.first?.seconds == 0)
        }
    }

    private func contents(of path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        return try #require(OpenFile.bytes(of: descriptor, from: 0, count: 1 << 20))
    }
}

extension RecordCollector {
    /// Waits until a source has said where it starts.
    func waitForPosition() async {
        while self.positions.isEmpty { await Task.yield() }
    }
}
