import Glibc
import Logging
import TestSupport
import Testing

@testable import Intake

@Suite("Files that are renamed or deleted", .timeLimit(.minutes(2)))
struct RenamedFileTests {
    @Test("a renamed file is read to its end, then the new one of its name", arguments: LogVariation.all)
    func renameAndCreate(variation: LogVariation) async throws {
        let (sink, site) = (RecordCollector(), LogSite(variation))
        var writer = LogWriter(site.path)
        writer.write("1\n")
        try await withRunning(try site.tail(), into: sink) {
            await sink.wait(for: 1)
            rename(site.path, site.path + ".1")
            let next = LogWriter(site.path)
            next.write("3\n")
            writer.write("2\n")
            await sink.wait(for: 3)
            writer = next
            writer.write("4\n")
            await sink.wait(for: 4)
        }
        #expect(Set(await sink.texts) == ["1", "2", "3", "4"])
        #expect(await sink.lines.allSatisfy { $0.tag == site.followed })
    }

    @Test("a file that was renamed while nobody followed is finished first", arguments: LogVariation.all)
    func renamedWhileStopped(variation: LogVariation) async throws {
        let (sink, site) = (RecordCollector(), LogSite(variation))
        let writer = LogWriter(site.path)
        writer.write("1\n")
        try await withRunning(try site.tail(), into: sink) { await sink.wait(for: 1) }
        writer.write("2\n")
        rename(site.path, site.path + ".1")
        LogWriter(site.path).write("3\n")
        let tail = try site.tail(from: .end, resuming: await sink.storedPositions)
        try await withRunning(tail, into: sink) { await sink.wait(for: 3) }
        #expect(await sink.texts == ["1", "2", "3"])
    }

    @Test(
        "renamed twice before anybody looks, no generation is missed",
        arguments: LogVariation.all,
        [false, true]
    )
    func renamedTwice(variation: LogVariation, isStopped: Bool) async throws {
        let (sink, site) = (RecordCollector(), LogSite(variation))
        LogWriter(site.path).write("1\n")
        func rotateTwice() {
            for generation in 2...3 {
                rename(site.path + ".1", site.path + ".2")
                rename(site.path, site.path + ".1")
                LogWriter(site.path).write("\(generation)\n")
            }
        }
        try await withRunning(try site.tail(), into: sink) {
            await sink.wait(for: 1)
            if !isStopped {
                rotateTwice()
                await sink.wait(for: 3)
            }
        }
        if isStopped { rotateTwice() }
        try await withRunning(try site.tail(resuming: await sink.storedPositions), into: sink) {
            await sink.wait(for: 3)
            LogWriter(site.path).write("end\n")
            await sink.wait(for: 4)
        }
        #expect(await sink.texts == ["1", "2", "3", "end"])
    }

    @Test(
        "a deleted file is read to its end, its unfinished line included, and then forgotten",
        arguments: LogLayout.allCases
    )
    func deletion(layout: LogLayout) async throws {
        let (sink, site) = (RecordCollector(), LogSite(layout))
        var writer: LogWriter? = LogWriter(site.path)
        writer?.write("1\n")
        let tail = try site.tail {
            $0.deletedQuiet = .milliseconds(50)
            $0.auditInterval = .milliseconds(20)
        }
        try await withRunning(tail, into: sink) {
            await sink.wait(for: 1)
            unlink(site.path)
            writer?.write("2\nunfinished")
            writer = nil
            await sink.wait(for: 3)
            while await !sink.storedPositions.allSatisfy({ $0.key.hasPrefix("tail:") }), !Task.isCancelled {
                await Task.yield()
            }
        }
        #expect(await sink.texts == ["1", "2", "unfinished"])
    }

    @Test(
        "a file that was away for long goes on where it was when it has its name again",
        arguments: LogLayout.allCases
    )
    func awayForLong(layout: LogLayout) async throws {
        let (sink, site) = (RecordCollector(), LogSite(layout))
        let writer = LogWriter(site.path)
        writer.write("1\n")
        let tail = try site.tail { ($0.renamedQuiet, $0.auditInterval) = (.milliseconds(50), .milliseconds(20)) }
        try await withRunning(tail, into: sink) {
            await sink.wait(for: 1)
            rename(site.path, site.path + ".away")
            while !tail.lag.isEmpty, !Task.isCancelled { await Task.yield() }
            writer.write("2\n")
            rename(site.path + ".away", site.path)
            await sink.wait(for: 2)
        }
        #expect(await sink.texts == ["1", "2"])
    }

    @Test(
        "a symbolic link that is switched is followed to the new file, after the rest of the old",
        arguments: LogLayout.allCases.filter { $0 != .plain },
        [false, true]
    )
    func switchedLink(layout: LogLayout, isStopped: Bool) async throws {
        let (sink, site) = (RecordCollector(), LogSite(layout))
        let writer = LogWriter(site.path)
        writer.write("1\n")
        var next: String?
        try await withRunning(try site.tail(), into: sink) {
            await sink.wait(for: 1)
            if !isStopped {
                writer.write("2\n")
                next = site.switchLink(beginning: "3\n")
                await sink.wait(for: 3)
            }
        }
        if isStopped {
            writer.write("2\n")
            next = site.switchLink(beginning: "3\n")
        }
        try await withRunning(try site.tail(resuming: await sink.storedPositions), into: sink) {
            await sink.wait(for: 3)
            LogWriter(try #require(next)).write("4\n")
            await sink.wait(for: 4)
        }
        #expect(await sink.texts == ["1", "2", "3", "4"])
    }
}
