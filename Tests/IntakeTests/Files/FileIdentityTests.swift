import Glibc
import Logging
import Testing

@testable import Intake

@Suite("Files are told apart", .timeLimit(.minutes(2)))
struct FileIdentityTests {
    @Test("an inode that is used again is a new file", arguments: LogLayout.allCases)
    func inodeReuse(layout: LogLayout) async throws {
        let (sink, site) = (RecordCollector(), LogSite(layout))
        LogWriter(site.path).write("old contents\n")
        try await withRunning(try site.tail(), into: sink) { await sink.wait(for: 1) }
        // Written anew in place: the same inode, more bytes, and none of the old ones.
        site.write(Array("new contents, and more of them\n".utf8), to: site.path)
        let tail = try site.tail(resuming: await sink.storedPositions)
        try await withRunning(tail, into: sink) { await sink.wait(for: 2) }
        #expect(await sink.texts == ["old contents", "new contents, and more of them"])
    }

    @Test(
        "an inode that another file has now is a new file, although it begins with the same lines",
        arguments: LogLayout.allCases
    )
    func inodeOfDeletedFile(layout: LogLayout) async throws {
        let (sink, site) = (RecordCollector(), LogSite(layout))
        LogWriter(site.path).write("header\nold\n")
        try await withRunning(try site.tail(), into: sink) { await sink.wait(for: 2) }
        let inode = try #require(FileStatus(path: site.path)).identity
        unlink(site.path)
        // Others make files too, so the inode may have gone to one of theirs: what is expected is the same.
        for attempt in 0..<1000 {
            LogWriter(site.path).write("header\nanother line\n")
            if FileStatus(path: site.path)?.identity == inode || attempt == 999 { break }
            // It keeps its inode from being the next one.
            rename(site.path, site.directory.file("other.\(attempt)"))
        }
        LogWriter(site.path).write("end\n")
        let tail = try site.tail(resuming: await sink.storedPositions)
        try await withRunning(tail, into: sink) { await sink.wait(for: 5) }
        #expect(await sink.texts == ["header", "old", "header", "another line", "end"])
    }

    @Test(
        "a device that has another number after a restart of the machine changes nothing",
        arguments: LogLayout.allCases
    )
    func otherDeviceNumber(layout: LogLayout) async throws {
        let (sink, site) = (RecordCollector(), LogSite(layout))
        let writer = LogWriter(site.path)
        writer.write("1\n2\n")
        try await withRunning(try site.tail(), into: sink) { await sink.wait(for: 2) }
        let positions = await sink.storedPositions.map { stored in
            guard var position = FilePosition(stored) else { return stored }
            position.identity.device += 1
            return position.stored
        }
        writer.write("3\n")
        try await withRunning(try site.tail(resuming: positions), into: sink) { await sink.wait(for: 3) }
        #expect(await sink.texts == ["1", "2", "3"])
    }

    @Test(
        "a file system that goes and comes back, while nobody follows and while somebody does, costs no line",
        .enabled(if: BindMount.isPermitted, "mounting is not permitted here")
    )
    func vanishingFileSystem() async throws {
        let sink = RecordCollector()
        let directory = TemporaryDirectory()
        for name in ["disk", "mounted"] { mkdir(directory.file(name), 0o755) }
        let other = LogWriter(directory.file("other.log"))
        // A file system of its own below, so that the device is another one.
        let disk = try #require(BindMount(tmpfsAt: directory.file("disk")))
        LogWriter(directory.file("disk/a.log")).write("1\n")
        var mounted = BindMount(directory.file("disk"), at: directory.file("mounted"))
        let patterns = ["mounted/*.log", "other.log"]
        func tail() async throws -> FileTail {
            var configuration = FileTail.Configuration(patterns: patterns.map { directory.file($0) })
            configuration.start = .beginning
            configuration.auditInterval = .milliseconds(20)
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            return try FileTail(configuration, resumingFrom: await sink.storedPositions, logger: logger)
        }
        try await withRunning(try await tail(), into: sink) { await sink.wait(for: 1) }
        mounted = nil
        LogWriter(directory.file("disk/a.log")).write("2\n")
        try await withRunning(try await tail(), into: sink) {
            other.write("other 1\n")
            await sink.wait(for: 2)
            mounted = BindMount(directory.file("disk"), at: directory.file("mounted"))
            await sink.wait(for: 3)
            mounted = nil
            other.write("other 2\n")
            await sink.wait(for: 4)
            LogWriter(directory.file("disk/a.log")).write("3\n")
            mounted = BindMount(directory.file("disk"), at: directory.file("mounted"))
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
}
