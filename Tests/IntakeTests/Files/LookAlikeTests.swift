import Glibc
import Logging
import TestSupport
import Testing

@testable import Intake

/// What looks like another file and is not, and what does not look like it and is.
@Suite("Files that look alike", .timeLimit(.minutes(2)))
struct LookAlikeTests {
    private let directory = TemporaryDirectory()
    private let log = CollectingLog()

    private func tail(
        _ pattern: String,
        resuming positions: [SourcePosition] = [],
        change: (inout FileTail.Configuration) -> Void = { _ in }
    ) throws -> FileTail {
        var configuration = FileTail.Configuration(patterns: [self.directory.file(pattern)])
        configuration.start = .beginning
        configuration.auditInterval = .milliseconds(20)
        change(&configuration)
        return try FileTail(configuration, resumingFrom: positions, logger: self.log.logger)
    }

    @Test("a file that begins with all of another one is read from its first line", arguments: [1, 100])
    func longerFile(common: Int) async throws {
        let sink = RecordCollector()
        LogWriter(self.directory.file("backup-20261129.log")).write(numberedText(0..<common))
        try await withRunning(try self.tail("backup-*.log"), into: sink) {
            await sink.wait(for: common)
            LogWriter(self.directory.file("backup-20261130.log")).write(numberedText(0..<common + 2))
            await sink.wait(for: 2 * common + 2)
        }
        #expect(await sink.texts == numberedLines(0..<common) + numberedLines(0..<common + 2))
    }

    @Test("two files of the same short text are two files, whatever their names")
    func equalFiles() async throws {
        let sink = RecordCollector()
        LogWriter(self.directory.file("job.log")).write("started\n")
        let tail = try self.tail("job.log*") { $0.copyPatience = .milliseconds(50) }
        try await withRunning(tail, into: sink) {
            await sink.wait(for: 1)
            LogWriter(self.directory.file("job.log.err")).write("started\n")
            await sink.wait(for: 2)
        }
        #expect(await sink.texts == ["started", "started"])
    }

    @Test(
        "an archive is known by what it holds, whatever rotation made of the name",
        arguments: LogLayout.besideRotations,
        [
            "app-2026-11-30T17-48-00.932.log", "app-1.log", "app.1.log", "app-01-15-2026-1.log", "app_1.log",
            "app.log.1",
        ]
    )
    func archiveNames(layout: LogLayout, name: String) async throws {
        let (sink, site) = (RecordCollector(), LogSite(layout))
        let directory = FilePattern.directory(of: site.path)
        let rotated = "\(directory)/\(name)"
        LogWriter(site.path).write(numberedText(0..<500))
        let tail = try site.tail {
            $0.patterns = [FilePattern.directory(of: site.followed) + "/*"]
            ($0.deletedQuiet, $0.auditInterval) = (.milliseconds(50), .milliseconds(20))
        }
        try await withRunning(tail, into: sink) {
            await sink.wait(for: 500)
            rename(site.path, rotated)
            LogWriter(site.path).write(numberedText(500..<600))
            await sink.wait(for: 600)
            LogWriter(rotated + ".gz").write(gzipped(Array(numberedText(0..<500).utf8)))
            unlink(rotated)
            await sink.waitForPosition(of: FileStatus(path: rotated + ".gz")?.identity)
            LogWriter(site.path).write("end\n")
            await sink.wait(for: 601)
        }
        #expect(await sink.texts == numberedLines(0..<600) + ["end"])
    }

    @Test("names that are not UTF-8 are read, and shown with a replacement character")
    func rawNames() async throws {
        let sink = RecordCollector()
        let name: [UInt8] = [0xA5, 0xED, 0xA5, 0xB0]
        let path = self.directory.file(RawPath.text(name)) + ".log"
        let descriptor = RawPath.with(path) { open($0, O_WRONLY | O_CREAT, 0o644) }
        #expect(write(descriptor, "1\n", 2) == 2)
        close(descriptor)
        try await withRunning(try self.tail("*.log"), into: sink) { await sink.wait(for: 1) }
        #expect(await sink.lines.first?.tag.hasSuffix("/\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}.log") == true)
        #expect(RawPath.bytes(RawPath.text(name)) == name)
        RawPath.with(path) { _ = unlink($0) }
    }

    @Test("formats that are not read are left alone, with a warning each")
    func foreignCompression() async throws {
        let sink = RecordCollector()
        let heads: KeyValuePairs<String, [UInt8]> = [
            "xz": [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "zstd": [0x28, 0xB5, 0x2F, 0xFD],
            "lz4": [0x04, 0x22, 0x4D, 0x18], "zip": [0x50, 0x4B, 0x03, 0x04],
            "bzip2": [0x42, 0x5A, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59],
        ]
        for (format, head) in heads {
            LogWriter(self.directory.file("app.log.\(format)")).write(head + Array("\ngarbage\n".utf8))
        }
        // One that is empty when it is seen first.
        let late = LogWriter(self.directory.file("app.log.late"))
        let tail = try self.tail("app.log*")
        try await withRunning(tail, into: sink) {
            try await eventually("the empty one is followed") { tail.lag.contains { $0.path.hasSuffix(".late") } }
            late.write(heads[0].value + Array("\ngarbage\n".utf8))
            try await eventually("a warning each") { self.log.lines(.warning).count == heads.count + 1 }
            LogWriter(self.directory.file("app.log")).write("1\n")
            await sink.wait(for: 1)
        }
        #expect(await sink.texts == ["1"])
        for (format, _) in heads {
            let path = self.directory.file("app.log.\(format)")
            #expect(self.log.lines(.warning).contains { $0.hasSuffix("format=\(format) path=\(path)") })
        }
    }

    @Test("more files than may be open are read in turn, over a restart and when they grow")
    func fewDescriptors() async throws {
        let sink = RecordCollector()
        let writers = (0..<60).map { LogWriter(self.directory.file("\($0).log")) }
        for round in 0..<2 {
            for writer in writers { writer.write("line \(2 * round)\n") }
            let tail = try self.tail("*.log", resuming: await sink.storedPositions) { $0.openFiles = 4 }
            try await withRunning(tail, into: sink) {
                await sink.wait(for: 60 * (2 * round + 1))
                for writer in writers { writer.write("line \(2 * round + 1)\n") }
                await sink.wait(for: 60 * (2 * round + 2))
            }
        }
        let files = Dictionary(grouping: await sink.lines, by: \.tag)
        #expect(files.count == 60)
        #expect(files.values.allSatisfy { $0.map(\.text) == (0..<4).map { "line \($0)" } })
    }

    @Test("a last line without an end comes when no program has the file open for writing")
    func unfinishedLine() async throws {
        let sink = RecordCollector()
        LogWriter(self.directory.file("report.json")).write("{}")
        try await withRunning(try self.tail("*.json") { $0.unfinishedQuiet = .milliseconds(20) }, into: sink) {
            await sink.wait(for: 1)
        }
        #expect(await sink.texts == ["{}"])
    }

    @Test("a deleted file is followed for as long as a program has it open for writing")
    func deletedAndWritten() async throws {
        let sink = RecordCollector()
        let writer = LogWriter(self.directory.file("a.log"))
        let other = LogWriter(self.directory.file("b.log"))
        writer.write("1\n")
        let tail = try self.tail("*.log") { $0.deletedQuiet = .milliseconds(20) }
        try await withRunning(tail, into: sink) {
            await sink.wait(for: 1)
            unlink(self.directory.file("a.log"))
            // So many looks that it would have been given up.
            for round in 0..<10 {
                try await Task.sleep(for: .milliseconds(20))
                other.write("other \(round)\n")
                await sink.wait(for: 2 + round)
            }
            writer.write("2\n")
            await sink.wait(for: 12)
        }
        #expect(await sink.lines.filter { $0.tag.hasSuffix("a.log") }.map(\.text) == ["1", "2"])
    }
}
