import Testing

@testable import Intake

/// Whether a file can hold what was read of `app.log` up to some byte, by its name and its time alone.
@Suite("Resemblance of files")
struct ResemblanceTests {
    private static let second: Int64 = 1_000_000_000

    private static func position(_ length: Int, head: Int = 0) -> FilePosition {
        FilePosition(
            identity: FileIdentity(device: 1, inode: 1),
            offset: 5000,
            fingerprint: Fingerprint(length: length, hash: 1),
            head: Fingerprint(length: head, hash: 2),
            isPassingOver: false,
            modified: 10 * Self.second + 7,
            path: "app.log"
        )
    }

    @Test(
        "half a window of bytes is enough; fewer need a name that fits, and a time that is no earlier but for its fraction",
        arguments: [
            (512, "other", 0, true), (511, "other", 20, false), (511, "app.log.1", 20, true),
            (511, "app.log.1", 10, true), (511, "app.log.1", 9, false), (0, "app.log-20261130", 20, true),
        ] as [(Int, String, Int64, Bool)]
    )
    func held(length: Int, path: String, seconds: Int64, canBeHeld: Bool) {
        let identity = FileIdentity(device: 1, inode: 2)
        let time = seconds * Self.second
        let file = ListedFile(path: path, target: path, identity: identity, size: 9000, modified: time)
        #expect(Self.position(length).canBeHeld(by: file) == canBeHeld)
    }

    @Test(
        "a copy from before the last lines is known by a whole head and a name that fits",
        arguments: [(1024, "app.log.1", true), (1023, "app.log.1", false), (1024, "other", false)]
    )
    func older(head: Int, path: String, canHaveOlderCopy: Bool) {
        let identity = FileIdentity(device: 1, inode: 2)
        let file = ListedFile(path: path, target: path, identity: identity, size: 4000, modified: 0)
        #expect(Self.position(1024, head: head).canHaveOlderCopy(file) == canHaveOlderCopy)
    }
}
