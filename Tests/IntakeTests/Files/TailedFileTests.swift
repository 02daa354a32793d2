import Glibc
import TestSupport
import Testing

@testable import Intake

@Suite("Reading an open file")
struct TailedFileTests {
    private let directory = TemporaryDirectory()

    /// A short file's copy is known by its age, too: it is no younger than what was read, and may be older than what came after it.
    @Test("the time of what was read stays when the file is found to be written anew")
    func timeOfWhatWasRead() throws {
        let path = self.directory.file("app.log")
        LogWriter(path).write("one\ntwo\n")
        let status = try #require(FileStatus(path: path))
        let listed = ListedFile(path, status, isMatched: true)
        let file = TailedFile(
            try OpenFile(path, expecting: status.identity),
            listed,
            tag: path,
            offset: 0,
            splitter: RecordSplitter(limit: 1 << 10, isPassingOver: false, isStart: nil)
        )
        guard case .batch = file.read(1 << 10) else { throw TestFailure("nothing was read") }
        let before = file.position.modified

        let writer = LogWriter(path)
        writer.truncate()
        writer.write("quite another line\n")
        let later = timespec(tv_sec: 2_000_000_000, tv_nsec: 0)
        #expect(utimensat(AT_FDCWD, path, [later, later], 0) == 0)
        guard case .rewritten = file.read(1 << 10) else { throw TestFailure("it was not found to be written anew") }
        #expect(file.position.modified == before)
    }
}
