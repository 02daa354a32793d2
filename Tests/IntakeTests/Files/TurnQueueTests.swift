import Testing

@testable import Intake

@Suite("Turns of files")
struct TurnQueueTests {
    private static func followed(_ inode: UInt64) -> FollowedFile {
        let identity = FileIdentity(device: 1, inode: inode)
        let file = ListedFile(path: "app.log", target: "app.log", identity: identity, size: 1, modified: 0)
        return FollowedFile(FileStart(file: file, place: .beginning, tag: "app.log"))
    }

    @Test("each file has one place, in the order in which they came")
    func order() {
        let files = (1...4).map(Self.followed)
        var queue = TurnQueue()
        for file in files.dropLast() + files { queue.add(file) }
        for file in files.dropLast() {
            #expect(queue.next() == file.identity)
            file.turn = .idle
            queue.add(file)
        }
        // It waits for the sink.
        files[3].turn = .delivering(upTo: 1)
        queue.add(files[3])
        #expect((0..<4).map { _ in queue.next()?.inode } == [4, 1, 2, 3])
        #expect(queue.isEmpty)
        #expect(queue.next() == nil)
    }
}
