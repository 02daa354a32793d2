import Logging
import TestSupport
import Testing

@testable import Intake

@Suite("Followed files")
struct FollowedFilesTests {
    private let directory = TemporaryDirectory()
    private let family = FileFamily(FileFamily.Configuration())

    private func files(descriptors: Int) -> FollowedFiles {
        var configuration = FileTail.Configuration(patterns: [])
        configuration.openFiles = descriptors
        return FollowedFiles(configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func start(_ name: String) throws -> FileStart {
        let path = self.directory.file(name)
        LogWriter(path).write("one\n")
        let status = try #require(FileStatus(path: path))
        return FileStart(file: ListedFile(path, status, isMatched: true), place: .beginning, tag: path)
    }

    private func isOpen(_ followed: FollowedFile, of files: FollowedFiles) -> Bool {
        if case .open = files.open(followed, for: self.family) { true } else { false }
    }

    /// A file that was empty at first is begun anew when it turns out to be one that was read before.
    @Test("a descriptor comes back when its file is begun anew, forgotten, or not begun at all")
    func descriptors() throws {
        let files = self.files(descriptors: 1)
        let start = try self.start("app.log")
        #expect(self.isOpen(files.follow(start), of: files))
        #expect(!files.hasRoom)
        let anew = files.follow(start)
        #expect(files.hasRoom)
        #expect(self.isOpen(anew, of: files))
        #expect(!files.hasRoom)
        #expect(files.forget(anew.identity) === anew)
        #expect(files.hasRoom)
        for _ in 0..<2 {
            #expect(self.isOpen(files.stage(start), of: files))
            #expect(!files.hasRoom)
            files.dropStaged()
            #expect(files.hasRoom)
        }
        let staged = files.stage(start)
        #expect(self.isOpen(staged, of: files))
        #expect(files.follow(start) === staged)
        files.dropStaged()
        #expect(staged.file != nil)
        #expect(!files.hasRoom)
    }

    @Test("a file that finds no descriptor is named when one may be free")
    func starved() throws {
        let files = self.files(descriptors: 1)
        let one = files.follow(try self.start("one.log"))
        let other = files.follow(try self.start("other.log"))
        #expect(self.isOpen(one, of: files))
        #expect(!self.isOpen(other, of: files))
        _ = files.forget(one.identity)
        #expect(files.takeStarved(atMost: 1).map(\.identity) == [other.identity])
        #expect(files.takeStarved().isEmpty)
        #expect(self.isOpen(other, of: files))
    }

    @Test("a file that moved or does not hold what was read is not opened")
    func moved() throws {
        let files = self.files(descriptors: 2)
        var start = try self.start("app.log")
        let position = FilePosition(
            identity: start.file.identity,
            offset: 4,
            fingerprint: Fingerprint(Array("two\n".utf8)[...]),
            isPassingOver: false,
            path: start.tag
        )
        start.place = .position(position)
        guard case .rewritten(position) = files.open(files.follow(start), for: self.family) else {
            throw TestFailure("it was opened")
        }
        start.file.path = self.directory.file("other.log")
        guard case .failed(start.file, .moved) = files.open(files.follow(start), for: self.family) else {
            throw TestFailure("it was found")
        }
    }
}
