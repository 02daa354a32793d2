import Testing

@testable import Intake

@Suite("Table of files")
struct FileTableTests {
    private var table = FileTable()

    private static func file(_ path: String, _ inode: UInt64) -> ListedFile {
        let identity = FileIdentity(device: 1, inode: inode)
        return ListedFile(path: path, target: path, identity: identity, size: 1, modified: 0)
    }

    private mutating func insert(_ path: String, _ inode: UInt64, as state: FileMember.State = .followed) -> ListedFile
    {
        let file = Self.file(path, inode)
        self.table.insert(file, tag: path, state: state, at: .now)
        return file
    }

    private func originals(of path: String, besides newcomers: Set<FileIdentity> = []) -> [UInt64] {
        self.table.originals(of: Self.file(path, 99), besides: newcomers).map(\.inode)
    }

    @Test("a file is found under each name that it has had, until it is forgotten")
    mutating func names() throws {
        let file = self.insert("app.log", 1)
        #expect(self.originals(of: "app.log.1") == [1])
        #expect(self.originals(of: "other.log.1").isEmpty)
        self.table.addName("other.log", to: file.identity)
        #expect(self.originals(of: "other.log.1") == [1])
        var member = try #require(self.table[file.identity])
        member.see(Self.file("third.log", 1))
        self.table.update(member)
        #expect(self.originals(of: "third.log.1") == [1])
        self.table.remove(file.identity)
        // Another file has the inode.
        _ = self.insert("fourth.log", 1)
        for path in ["app.log.1", "other.log.1", "third.log.1"] { #expect(self.originals(of: path).isEmpty) }
    }

    /// The inode of a file that was empty, and that is begun anew, is used again by another file.
    @Test("a file that is known anew keeps its names, and leaves none of them behind when it is forgotten")
    mutating func knownAnew() {
        _ = self.insert("app.log", 1, as: .undecided)
        let file = self.insert("other.log", 1)
        #expect(self.originals(of: "app.log.1") == [1])
        self.table.remove(file.identity)
        _ = self.insert("third.log", 1)
        #expect(self.originals(of: "app.log.1").isEmpty)
    }

    @Test("only files that are read and were there before can be originals, the latest first")
    mutating func originals() {
        let first = self.insert("app.log", 1)
        _ = self.insert("app.log.1", 2)
        _ = self.insert("app.log.2", 3, as: .finished(size: 1))
        _ = self.insert("app.log.3", 4, as: .undecided)
        _ = self.insert("app.log.5", 5)
        #expect(self.originals(of: "app.log.6") == [1, 5, 2])
        #expect(self.originals(of: "app.log.6", besides: [first.identity]) == [5, 2])
        // An archive holds what another file held, even if both are new.
        #expect(self.originals(of: "app.log.6.gz", besides: [first.identity]) == [1, 5, 2])
        #expect(self.originals(of: "app.log.1.gz").first == 2)
    }

    @Test("files have numbers in the order in which they came, and the one that is put last has the highest")
    mutating func numbers() {
        let files = [self.insert("a", 1), self.insert("b", 2), self.insert("c", 3)]
        #expect(self.table.sorted { _ in true }.map(\.file) == files)
        self.table.putLast(files[0].identity)
        #expect(self.table.sorted { _ in true }.map(\.file.path) == ["b", "c", "a"])
        #expect(self.table.sorted([files[0].identity, files[1].identity]).map(\.inode) == [2, 1])
        #expect(self.table.lastNumber == 4)
    }
}
