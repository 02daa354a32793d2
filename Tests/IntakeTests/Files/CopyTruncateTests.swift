import Glibc
import Logging
import TestSupport
import Testing

@testable import Intake

@Suite("Files that are truncated, with a copy or without", .timeLimit(.minutes(2)))
struct CopyTruncateTests {
    @Test("truncated in place, it starts again at the beginning", arguments: LogLayout.allCases)
    func truncation(layout: LogLayout) async throws {
        let (sink, site) = (RecordCollector(), LogSite(layout))
        let writer = LogWriter(site.path)
        writer.write("a long first line\n")
        try await withRunning(try site.tail(), into: sink) {
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
        arguments: LogVariation.all
    )
    func copyTruncate(variation: LogVariation) async throws {
        let (sink, site) = (RecordCollector(), LogSite(variation))
        let writer = LogWriter(site.path)
        try await withRunning(try site.tail(), into: sink) {
            writer.write("1\n2\n")
            await sink.wait(for: 2)
            await sink.pause()
            writer.write("3\n")
            writer.write("4\n")
            try site.copy(to: site.path + ".1")
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
        arguments: LogVariation.all,
        [false, true]
    )
    func copyTruncateTwice(variation: LogVariation, isStopped: Bool) async throws {
        let (sink, site) = (RecordCollector(), LogSite(variation))
        let writer = LogWriter(site.path)
        func rotateTwice() throws {
            writer.write(numberedText(50..<60))
            for generation in [60..<70, 70..<80] {
                rename(site.path + ".1", site.path + ".2")
                try site.copy(to: site.path + ".1")
                writer.truncate()
                writer.write(numberedText(generation))
            }
        }
        try await withRunning(try site.tail(), into: sink) {
            writer.write(numberedText(0..<50))
            await sink.wait(for: 50)
            if !isStopped {
                await self.hold(writer, sink)
                try rotateTwice()
                await sink.resume()
                await sink.wait(for: 81)
            }
        }
        if isStopped { try rotateTwice() }
        try await withRunning(try site.tail(resuming: await sink.storedPositions), into: sink) {
            await sink.wait(for: isStopped ? 80 : 81)
            writer.write("end\n")
            await sink.wait { $0.last?.text == "end" }
        }
        #expect(await sink.texts.filter { $0 != "held" } == numberedLines(0..<80) + ["end"])
    }

    @Test(
        "copied and truncated twice, the copy being empty when it was seen first, the lines come in order and once",
        arguments: LogLayout.besideRotations
    )
    func copyTruncateSeenEmpty(layout: LogLayout) async throws {
        let (sink, site) = (RecordCollector(), LogSite(layout, isWild: true))
        let writer = LogWriter(site.path)
        let tail = try site.tail()
        let copies = ["-20260101", "-20260102"]
        try await withRunning(tail, into: sink) {
            writer.write(numberedText(0..<50))
            await sink.wait(for: 50)
            await self.hold(writer, sink)
            writer.write(numberedText(50..<60))
            _ = LogWriter(site.path + copies[0])
            try await self.waitForFile(site.followed + copies[0], of: tail)
            try site.copy(to: site.path + copies[0])
            writer.truncate()
            writer.write(numberedText(60..<70))
            try site.copy(to: site.path + copies[1])
            try await self.waitForFile(site.followed + copies[1], of: tail)
            writer.truncate()
            writer.write(numberedText(70..<80))
            await sink.resume()
            await sink.wait(for: 81)
        }
        #expect(await sink.texts.filter { $0 != "held" } == numberedLines(0..<80))
    }

    @Test(
        "copied and truncated twice after an empty copy was seen, the lines come in order and once",
        arguments: LogLayout.besideRotations
    )
    func copyTruncateAfterAnEmptyCopy(layout: LogLayout) async throws {
        let (sink, site) = (RecordCollector(), LogSite(layout, isWild: true))
        let writer = LogWriter(site.path)
        let tail = try site.tail()
        let copies = ["-20260101", "-20260102", "-20260103"]
        try await withRunning(tail, into: sink) {
            writer.write(numberedText(0..<50))
            await sink.wait(for: 50)
            _ = LogWriter(site.path + copies[0])
            try await self.waitForFile(site.followed + copies[0], of: tail)
            // Two, so that the log had nothing left after the empty copy was seen.
            for count in 51...52 {
                writer.write("held\n")
                await sink.wait(for: count)
            }
            await self.hold(writer, sink)
            writer.write(numberedText(50..<60))
            try site.copy(to: site.path + copies[1])
            writer.truncate()
            writer.write(numberedText(60..<70))
            try site.copy(to: site.path + copies[2])
            try await self.waitForFile(site.followed + copies[2], of: tail)
            writer.truncate()
            writer.write(numberedText(70..<80))
            await sink.resume()
            await sink.wait(for: 83)
        }
        #expect(await sink.texts.filter { $0 != "held" } == numberedLines(0..<80))
    }

    @Test(
        "lines between copy and truncation that were read do not bring the copy back",
        arguments: LogLayout.allCases,
        [false, true]
    )
    func linesAfterTheCopy(layout: LogLayout, isStopped: Bool) async throws {
        let (sink, site) = (RecordCollector(), LogSite(layout, isWild: true))
        let writer = LogWriter(site.path)
        func truncate() {
            writer.truncate()
            writer.write("next\n")
        }
        try await withRunning(try site.tail(), into: sink) {
            writer.write(numberedText(0..<200))
            await sink.wait(for: 200)
            try site.copy(to: site.path + ".1")
            writer.write("between\n")
            await sink.wait(for: 201)
            if !isStopped {
                truncate()
                await sink.wait(for: 202)
            }
        }
        if isStopped { truncate() }
        try await withRunning(try site.tail(resuming: await sink.storedPositions), into: sink) {
            await sink.wait(for: 202)
            writer.write("end\n")
            await sink.wait(for: 203)
        }
        #expect(await sink.texts == numberedLines(0..<200) + ["between", "next", "end"])
    }

    @Test(
        "copied and truncated while nobody followed, the rest is in the copy, however little was read",
        arguments: LogVariation.all
    )
    func copyTruncateAfterOneLine(variation: LogVariation) async throws {
        let (sink, site) = (RecordCollector(), LogSite(variation))
        let writer = LogWriter(site.path)
        writer.write("banner\n")
        try await withRunning(try site.tail(), into: sink) { await sink.wait(for: 1) }
        writer.write("rest\n")
        try site.copy(to: site.path + ".1")
        writer.truncate()
        writer.write("next\n")
        try await withRunning(try site.tail(resuming: await sink.storedPositions), into: sink) {
            await sink.wait(for: 3)
            writer.write("end\n")
            await sink.wait(for: 4)
        }
        #expect(await sink.texts == ["banner", "rest", "next", "end"])
    }

    @Test("an older file that begins with the same line is not taken for a copy", arguments: LogLayout.allCases)
    func bannerOfAnOlderFile(layout: LogLayout) async throws {
        let (sink, site) = (RecordCollector(), LogSite(layout))
        LogWriter(site.path + ".1").write("banner\nold\n")
        let longAgo = timespec(tv_sec: 1_000_000_000, tv_nsec: 0)
        utimensat(AT_FDCWD, site.path + ".1", [longAgo, longAgo], 0)
        let writer = LogWriter(site.path)
        writer.write("banner\n")
        try await withRunning(try site.tail(), into: sink) { await sink.wait(for: 1) }
        writer.truncate()
        writer.write("next\n")
        try await withRunning(try site.tail(resuming: await sink.storedPositions), into: sink) {
            await sink.wait(for: 2)
            writer.write("end\n")
            await sink.wait(for: 3)
        }
        #expect(await sink.texts == ["banner", "next", "end"])
    }

    @Test(
        "copied, truncated and compressed before anybody looks, each line comes once",
        arguments: LogLayout.allCases,
        [0, 10]
    )
    func copyTruncateCompress(layout: LogLayout, unread: Int) async throws {
        let (sink, site) = (RecordCollector(), LogSite(layout, isWild: true))
        let writer = LogWriter(site.path)
        writer.write(numberedText(0..<200))
        try await withRunning(try site.tail(), into: sink) {
            await sink.wait(for: 200)
            await self.hold(writer, sink)
            writer.write(numberedText(200..<200 + unread))
            let copy = numberedText(0..<200) + "held\n" + numberedText(200..<200 + unread)
            LogWriter(site.path + ".1.gz").write(gzipped(Array(copy.utf8)))
            writer.truncate()
            writer.write("next\n")
            await sink.resume()
            await sink.wait(for: 202 + unread)
        }
        try await withRunning(try site.tail(resuming: await sink.storedPositions), into: sink) {
            writer.write("end\n")
            await sink.wait { $0.last?.text == "end" }
        }
        #expect(
            await sink.texts == numberedLines(0..<200) + ["held"] + numberedLines(200..<200 + unread) + ["next", "end"]
        )
    }

    @Test(
        "copied, truncated and compressed before anybody looks, lines read after the copy do not bring it back",
        arguments: LogLayout.allCases,
        [false, true]
    )
    func linesAfterTheCompressedCopy(layout: LogLayout, isStopped: Bool) async throws {
        let (sink, site) = (RecordCollector(), LogSite(layout, isWild: true))
        let writer = LogWriter(site.path)
        func truncate() {
            LogWriter(site.path + ".1.gz").write(gzipped(Array(numberedText(0..<200).utf8)))
            writer.truncate()
            writer.write("next\n")
        }
        try await withRunning(try site.tail(), into: sink) {
            writer.write(numberedText(0..<200))
            await sink.wait(for: 200)
            writer.write("between\n")
            await sink.wait(for: 201)
            await self.hold(writer, sink)
            if !isStopped { truncate() }
            await sink.resume()
            await sink.wait(for: isStopped ? 202 : 203)
        }
        if isStopped { truncate() }
        try await withRunning(try site.tail(resuming: await sink.storedPositions), into: sink) {
            await sink.wait(for: 203)
            writer.write("end\n")
            await sink.wait { $0.last?.text == "end" }
        }
        #expect(await sink.texts == numberedLines(0..<200) + ["between", "held", "next", "end"])
    }

    /// Gives the sink a line that it does not accept: what is written after it is not read before ``RecordCollector/resume()``.
    private func hold(_ writer: LogWriter, _ sink: RecordCollector) async {
        await sink.pause()
        writer.write("held\n")
        while await !sink.isWaitedFor, !Task.isCancelled { await Task.yield() }
    }

    /// Waits until a file is followed.
    private func waitForFile(_ path: String, of tail: FileTail) async throws {
        try await eventually("\(path) is followed") { tail.lag.contains { $0.path == path } }
    }
}
