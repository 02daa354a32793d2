import Testing

@testable import Intake

/// Which of several copies has the rest of a file that was truncated at byte 100.
@Suite("Copies of old contents")
struct OldContentsTests {
    private static func file(_ path: String, _ size: Int, at modified: Int64 = 0) -> ListedFile {
        let identity = FileIdentity(device: 1, inode: UInt64(size))
        return ListedFile(path: path, target: path, identity: identity, size: size, modified: modified)
    }

    private static func contents(whole: [ListedFile], older: [ListedFile] = []) -> OldContents {
        let identity = FileIdentity(device: 1, inode: 1)
        var contents = OldContents(
            of: FilePosition(
                identity: identity,
                offset: 100,
                fingerprint: Fingerprint([]),
                isPassingOver: false,
                path: "app.log"
            )
        )
        for file in whole { contents.addWhole(file) }
        for file in older { contents.addOlder(file) }
        return contents
    }

    @Test(
        "the rest is in the longest copy, and in an archive only if no copy goes on behind the position",
        arguments: [
            ([:], nil), (["app.log.1": 100], "app.log.1"), (["app.log.1": 120, "app.log.2": 130], "app.log.2"),
            (["app.log.1": 120, "app.log.2.gz": 50], "app.log.1"),
            (["app.log.1": 100, "app.log.2.gz": 50], "app.log.2.gz"),
            (["app.log.1.gz": 60, "app.log.2.gz": 50], "app.log.1.gz"),
        ] as [(KeyValuePairs<String, Int>, String?)]
    )
    func rest(files: KeyValuePairs<String, Int>, rest: String?) {
        let files = files.map { Self.file($0.key, $0.value) }
        #expect(Self.contents(whole: files).rest?.path == rest)
        #expect(Self.contents(whole: files.reversed()).rest?.path == rest)
    }

    @Test("copies are read from the oldest on, and an archive only if it has the rest")
    func order() {
        let older = [Self.file("app.log.3", 50, at: 1), Self.file("app.log.4.gz", 20, at: 0)]
        let copies = [Self.file("app.log.1", 130, at: 3), Self.file("app.log.2", 120, at: 2)]
        let archive = Self.file("app.log.5.gz", 30, at: 4)
        let contents = Self.contents(whole: copies + [archive], older: older)
        #expect(contents.inReadingOrder.map(\.path) == ["app.log.3", "app.log.2", "app.log.1"])
        let other = Self.contents(whole: [archive], older: older)
        #expect(other.inReadingOrder.map(\.path) == ["app.log.3", "app.log.5.gz"])
    }
}
