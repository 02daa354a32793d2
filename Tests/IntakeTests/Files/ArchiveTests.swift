import Glibc
import Logging
import TestSupport
import Testing

@testable import Intake

@Suite("Compressed files", .timeLimit(.minutes(2)))
struct ArchiveTests {
    private let log = CountingLog()

    private func tail(
        _ site: LogSite,
        from start: FileTail.Start = .beginning,
        resuming positions: [SourcePosition] = [],
        change: (inout FileTail.Configuration) -> Void = { _ in }
    ) throws -> FileTail {
        try site.tail(from: start, resuming: positions, logger: self.log.logger) {
            ($0.auditInterval, $0.deletedQuiet) = (.milliseconds(20), .milliseconds(50))
            change(&$0)
        }
    }

    @Test(
        "are read once, their unfinished last line included, and not again after a restart or another name",
        arguments: LogLayout.besideRotations
    )
    func once(layout: LogLayout) async throws {
        let (sink, site) = (RecordCollector(), LogSite(layout, isWild: true))
        site.write(gzipped(Array((numberedText(0..<100) + "the last").utf8)), to: site.path + ".1.gz")
        try await withRunning(try self.tail(site), into: sink) { await sink.wait(for: 101) }
        rename(site.path + ".1.gz", site.path + ".2.gz")
        LogWriter(site.path).write("new\n")
        try await withRunning(try self.tail(site, resuming: await sink.storedPositions), into: sink) {
            await sink.wait(for: 102)
            LogWriter(site.path).write("newer\n")
            await sink.wait(for: 103)
        }
        #expect(await sink.texts == numberedLines(0..<100) + ["the last", "new", "newer"])
        #expect(await sink.lines.prefix(101).allSatisfy { $0.tag == site.followed + ".1.gz" })
    }

    @Test("that were there before are old when reading starts at the end; later ones are new")
    func fromEnd() async throws {
        let (sink, site) = (RecordCollector(), LogSite(isWild: true))
        site.write(gzipped(Array("old\n".utf8)), to: site.path + ".2.gz")
        for round in 1...2 {
            try await withRunning(try self.tail(site, from: .end, resuming: await sink.storedPositions), into: sink) {
                await sink.waitForPosition()
                site.write(gzipped(Array("new \(round)\n".utf8)), to: "\(site.path)-2026112\(round).gz")
                await sink.wait(for: round)
            }
        }
        #expect(await sink.texts == ["new 1", "new 2"])
    }

    @Test("go on where they were when the agent was killed", arguments: [1, 2, 3])
    func kills(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let (sink, site) = (RecordCollector(), LogSite(isWild: true))
        // Two members one after the other, as by `gzip >>`.
        let packed = gzipped(Array(numberedText(0..<1200).utf8)) + gzipped(Array(numberedText(1200..<2000).utf8))
        site.write(packed, to: site.path + ".1.gz")
        while await sink.lines.count < 2000, !Task.isCancelled {
            let tail = try self.tail(site, resuming: await sink.storedPositions) {
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
        #expect(await sink.texts == numberedLines(0..<2000))
    }

    @Test(
        "are not read when they hold what was followed; restarts change nothing",
        arguments: LogLayout.besideRotations,
        [false, true]
    )
    func compressedWhileFollowed(layout: LogLayout, isRestarted: Bool) async throws {
        let (sink, site) = (RecordCollector(), LogSite(layout, isWild: true))
        var original: FileIdentity?
        LogWriter(site.path).write(numberedText(0..<50))
        try await withRunning(try self.tail(site), into: sink) {
            await sink.wait(for: 50)
            rename(site.path, site.path + ".1")
            LogWriter(site.path).write("next\n")
            await sink.wait(for: 51)
            let packed = gzipped(Array(numberedText(0..<50).utf8))
            let archive = LogWriter(site.path + ".1.gz")
            archive.write(Array(packed.prefix(200)))
            LogWriter(site.path).write("half\n")
            await sink.wait(for: 52)
            archive.write(Array(packed.dropFirst(200)))
            original = FileStatus(path: site.path + ".1")?.identity
            unlink(site.path + ".1")
            if !isRestarted { await sink.waitForPosition(of: FileStatus(path: site.path + ".1.gz")?.identity) }
        }
        try await withRunning(try self.tail(site, resuming: await sink.storedPositions), into: sink) {
            await sink.waitForPosition(of: FileStatus(path: site.path + ".1.gz")?.identity)
            await sink.waitForPosition(of: original, isThere: false)
            LogWriter(site.path).write("end\n")
            await sink.wait(for: 53)
        }
        #expect(await sink.texts == numberedLines(0..<50) + ["next", "half", "end"])
    }

    @Test(
        "are not read when they hold what was followed before the last start, and was quiet for long then",
        arguments: LogLayout.besideRotations
    )
    func compressedLongAfterRotation(layout: LogLayout) async throws {
        let (sink, site) = (RecordCollector(), LogSite(layout))
        let patterns = [site.followed, site.followed + "*.gz"]
        LogWriter(site.path).write(numberedText(0..<50))
        let tail = try self.tail(site) { ($0.patterns, $0.renamedQuiet) = (patterns, .milliseconds(50)) }
        try await withRunning(tail, into: sink) {
            await sink.wait(for: 50)
            rename(site.path, site.path + ".1")
            LogWriter(site.path).write("next\n")
            await sink.wait(for: 51)
            while tail.lag.count > 1, !Task.isCancelled { await Task.yield() }
        }
        site.write(gzipped(Array(numberedText(0..<50).utf8)), to: site.path + ".1.gz")
        unlink(site.path + ".1")
        let next = try self.tail(site, resuming: await sink.storedPositions) { $0.patterns = patterns }
        try await withRunning(next, into: sink) {
            await sink.waitForPosition(of: FileStatus(path: site.path + ".1.gz")?.identity)
            LogWriter(site.path).write("end\n")
            await sink.wait(for: 52)
        }
        #expect(await sink.texts == numberedLines(0..<50) + ["next", "end"])
    }

    @Test(
        "are known by what they hold, although one has the inode that another file of the log had",
        arguments: LogLayout.besideRotations
    )
    func inodeOfAnotherFile(layout: LogLayout) async throws {
        let (sink, site) = (RecordCollector(), LogSite(layout, isWild: true))
        LogWriter(site.path + ".1").write(numberedText(0..<50))
        LogWriter(site.path).write(numberedText(50..<100))
        try await withRunning(try self.tail(site), into: sink) { await sink.wait(for: 100) }
        let last = try #require(FileStatus(path: site.path)?.identity)
        site.write(gzipped(Array(numberedText(0..<50).utf8)), to: site.path + ".2.gz")
        site.write(gzipped(Array(numberedText(50..<100).utf8)), to: site.path + ".1.gz")
        unlink(site.path + ".1")
        unlink(site.path)
        let older = try #require(FileStatus(path: site.path + ".2.gz")?.identity)
        let positions = await sink.storedPositions.map { stored in
            guard var position = FilePosition(stored), position.identity == last else { return stored }
            position.identity = older
            return position.stored
        }
        try await withRunning(try self.tail(site, resuming: positions), into: sink) {
            LogWriter(site.path).write("end\n")
            await sink.wait(for: 101)
        }
        #expect(await sink.texts == numberedLines(0..<100) + ["end"])
    }

    @Test(
        "hold the rest of a file that was rotated and compressed while nobody followed, matched or not",
        arguments: LogVariation.all,
        [3, 60, 100]
    )
    func compressedWhileStopped(variation: LogVariation, read: Int) async throws {
        let (sink, site) = (RecordCollector(), LogSite(variation))
        let writer = LogWriter(site.path)
        writer.write(numberedText(0..<read))
        try await withRunning(try self.tail(site), into: sink) { await sink.wait(for: read) }
        unlink(site.path)
        site.write(gzipped(Array(numberedText(0..<100).utf8)), to: site.path + ".1.gz")
        LogWriter(site.path).write("next\n")
        for round in 0..<2 {
            let tail = try self.tail(site, resuming: await sink.storedPositions)
            try await withRunning(tail, into: sink) {
                await sink.wait(for: 101 + round)
                LogWriter(site.path).write("more \(round)\n")
                await sink.wait(for: 102 + round)
            }
        }
        #expect(await sink.texts == numberedLines(0..<100) + ["next", "more 0", "more 1"])
        #expect(await sink.lines.prefix(100).allSatisfy { $0.tag == site.followed })
    }

    @Test(
        "hold the rest of a file that was copied, truncated and compressed while nobody followed",
        arguments: LogVariation.all
    )
    func truncatedWhileStopped(variation: LogVariation) async throws {
        let (sink, site) = (RecordCollector(), LogSite(variation))
        let writer = LogWriter(site.path)
        writer.write(numberedText(0..<80))
        try await withRunning(try self.tail(site), into: sink) { await sink.wait(for: 80) }
        site.write(gzipped(Array(numberedText(0..<100).utf8)), to: site.path + ".1.gz")
        writer.truncate()
        writer.write("next\n")
        try await withRunning(try self.tail(site, resuming: await sink.storedPositions), into: sink) {
            await sink.wait(for: 101)
            writer.write("end\n")
            await sink.wait(for: 102)
        }
        #expect(await sink.texts == numberedLines(0..<100) + ["next", "end"])
    }

    @Test("are read as they grow")
    func growing() async throws {
        let (sink, site) = (RecordCollector(), LogSite(isWild: true))
        let packed = gzipped(Array(numberedText(0..<100).utf8))
        let archive = LogWriter(site.path + ".1.gz")
        try await withRunning(try self.tail(site), into: sink) {
            archive.write(Array(packed.prefix(packed.count / 2)))
            await sink.wait(for: 20)
            archive.write(Array(packed.dropFirst(packed.count / 2)))
            await sink.wait(for: 100)
        }
        #expect(await sink.texts == numberedLines(0..<100))
        #expect(self.log.errors == [])
    }

    @Test("that are damaged or cut off are reported once, and given up")
    func damaged() async throws {
        let (sink, site) = (RecordCollector(), LogSite())
        let packed = gzipped(Array(numberedText(0..<100).utf8))
        site.write(Array("this is no gzip\n".utf8), to: site.directory.file("a.log.1.gz"))
        site.write(Array(packed.dropLast(1000)), to: site.directory.file("b.log.1.gz"))
        site.write(Array(packed.dropLast(8)) + [UInt8](repeating: 1, count: 8), to: site.directory.file("c.log.1.gz"))
        site.write([], to: site.directory.file("d.log.1.gz"))
        for round in 0..<2 {
            let tail = try self.tail(site, resuming: await sink.storedPositions) {
                $0.patterns = [site.directory.file("*.log*")]
                $0.archiveQuiet = .milliseconds(50)
            }
            try await withRunning(tail, into: sink) {
                while self.log.errors.count < 3, !Task.isCancelled { await Task.yield() }
                LogWriter(site.directory.file("e.log")).write("end\n")
                await sink.wait { $0.filter { $0.text == "end" }.count == round + 1 }
            }
        }
        let files = Dictionary(grouping: await sink.lines, by: \.tag).mapValues { $0.map(\.text) }
        #expect(files[site.directory.file("a.log.1.gz")] == nil)
        let cut = files[site.directory.file("b.log.1.gz")] ?? []
        #expect(cut.count > 30 && cut.dropLast() == numberedLines(0..<cut.count - 1)[...])
        #expect(files[site.directory.file("c.log.1.gz")] == numberedLines(0..<100))
        #expect(files[site.directory.file("d.log.1.gz")] == nil)
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
        while (self.positions[position.key] != nil) != isThere, !Task.isCancelled { await Task.yield() }
    }
}
