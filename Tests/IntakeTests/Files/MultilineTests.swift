import Glibc
import Logging
import TestSupport
import Testing

@testable import Intake

@Suite("Records of several lines in files", .timeLimit(.minutes(2)))
struct MultilineTests {
    private let directory = TemporaryDirectory()
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Records start with `#`.
    private func multiline(flush: Duration) -> MultilineRecords {
        var multiline = MultilineRecords { { $0.count > 0 && $0[0] == UInt8(ascii: "#") } }
        multiline.flush = flush
        return multiline
    }

    private func tail(
        _ pattern: String = "a.log",
        flush: Duration,
        resuming positions: [SourcePosition] = [],
        change: (inout FileTail.Configuration) -> Void = { _ in }
    ) throws -> FileTail {
        var configuration = FileTail.Configuration(patterns: [self.directory.file(pattern)])
        configuration.start = .beginning
        configuration.multiline = self.multiline(flush: flush)
        change(&configuration)
        return try FileTail(configuration, resumingFrom: positions, logger: self.logger)
    }

    @Test("a record is whole when the next one starts; the last one when nothing was added for a while")
    func joining() async throws {
        let sink = RecordCollector()
        let writer = LogWriter(self.directory.file("a.log"))
        try await withRunning(try self.tail(flush: .milliseconds(300)), into: sink) {
            writer.write("#1\n a\n b\n#2\n")
            await sink.wait(for: 1)
            #expect(await sink.texts == ["#1\n a\n b"])
            writer.write(" c\n")
            await sink.wait { $0.map(\.text).contains { $0.hasPrefix("#2") } }
            // However slow this machine is: what comes after the flush is a record of its own, or belongs to the one before.
            writer.write("#3\n")
            await sink.wait { $0.last?.text == "#3" }
        }
        #expect(await sink.texts.joined(separator: "\n") == "#1\n a\n b\n#2\n c\n#3")
    }

    @Test("half a line holds its record back, however long the file is quiet")
    func halfALine() async throws {
        let sink = RecordCollector()
        let path = self.directory.file("a.log")
        let writer = LogWriter(path)
        let other = LogWriter(self.directory.file("b.log"))
        writer.write("#1\n a\n hal")
        try await withRunning(try self.tail("*.log", flush: .milliseconds(1)), into: sink) {
            for round in 1...5 {
                other.write("#other \(round)\n")
                await sink.wait(for: round)
            }
            #expect(await sink.lines.allSatisfy { $0.tag != path })
            writer.write("f\n")
            await sink.wait(for: 6)
        }
        #expect(await sink.lines.filter { $0.tag == path }.map(\.text) == ["#1\n a\n half"])
    }

    @Test("stopped and started in the midst of a record, it comes whole and once")
    func restart() async throws {
        let sink = RecordCollector()
        let writer = LogWriter(self.directory.file("a.log"))
        for round in 0..<4 {
            writer.write(" more of \(round - 1)\n#\(round)\n first of \(round)\n")
            let tail = try self.tail(flush: .seconds(3600), resuming: await sink.storedPositions)
            try await withRunning(tail, into: sink) { await sink.wait(for: round + 1) }
        }
        #expect(await sink.texts == [" more of -1"] + (0..<3).map { "#\($0)\n first of \($0)\n more of \($0)" })
    }

    @Test(
        "the last record of a rotated file comes before the first of the next one",
        arguments: LogVariation.all
    )
    func rotation(variation: LogVariation) async throws {
        let (sink, site) = (RecordCollector(), LogSite(variation))
        LogWriter(site.path).write("#1\n a\n")
        let tail = try site.tail { $0.multiline = self.multiline(flush: .milliseconds(200)) }
        try await withRunning(tail, into: sink) {
            await sink.waitForPosition()
            rename(site.path, site.path + ".1")
            LogWriter(site.path).write("#2\n b\n#3\n")
            await sink.wait(for: 3)
        }
        #expect(await sink.texts == ["#1\n a", "#2\n b", "#3"])
    }

    @Test("killed again and again, with records of any size, none is lost, doubled or split", arguments: [1, 2, 3])
    func kills(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let sink = RecordCollector()
        let writer = LogWriter(self.directory.file("a.log"))
        let expected = (0..<400).map { number in
            "#\(number)" + (0..<Int.random(in: 0...12, using: &random)).map { "\n at frame \($0)" }.joined()
        }
        let text = Array((expected.joined(separator: "\n") + "\n#end\n").utf8)
        let pieces = Task.detached { [random] in
            var random = random
            var rest = text[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...300, using: &random))
                writer.write(Array(piece))
                rest = rest.dropFirst(piece.count)
                await Task.yield()
            }
        }
        while await sink.lines.count < expected.count, !Task.isCancelled {
            let tail = try self.tail(flush: .seconds(3600), resuming: await sink.storedPositions) {
                $0.chunkSize = Int.random(in: 16...2000, using: &random)
                $0.lineLimit = 1000
            }
            let goal = await sink.lines.count + Int.random(in: 1...120, using: &random)
            if goal >= expected.count {
                try await withRunning(tail, into: sink) { await sink.wait(for: expected.count) }
            } else {
                let killing = KillingSink(sink, limit: goal, isLastOneStored: Bool.random(using: &random))
                await #expect(throws: KillingSink.Killed.self) { try await tail.run(into: killing) }
            }
        }
        await pieces.value
        #expect(await sink.texts == expected)
    }

    @Test("standard input too; its end is the end of the last record")
    func standardInput() async throws {
        let pipe = try Pipe()
        let sink = RecordCollector()
        let running = Task { [multiline = self.multiline(flush: .milliseconds(50))] in
            try await StandardInput(descriptor: pipe.reader, multiline: multiline).run(into: sink)
        }
        _ = write(pipe.writer, "#1\n a\n#2\n", 9)
        await sink.wait(for: 2)
        _ = write(pipe.writer, "#3\n b\n c", 8)
        close(pipe.writer)
        try await running.value
        close(pipe.reader)
        #expect(await sink.texts == ["#1\n a", "#2", "#3\n b\n c"])
    }
}
