import TestSupport
import Testing

@testable import Intake

@Suite("A decision in the making")
struct FileDecisionTests {
    private var decision = FileDecision(
        from: FileKnowledge(stored: [], unwanted: []),
        FileFamily.Configuration(),
        scan: DirectoryScan(),
        inquiry: Inquiry([:]),
        at: .now
    )

    private static func file(_ path: String, _ inode: UInt64, isMatched: Bool = true) -> ListedFile {
        let identity = FileIdentity(device: 1, inode: inode)
        return ListedFile(path: path, target: path, identity: identity, size: 1, modified: 0, isMatched: isMatched)
    }

    @discardableResult
    private mutating func follow(_ path: String, _ inode: UInt64, isMatched: Bool = true) -> FileStart {
        let file = Self.file(path, inode, isMatched: isMatched)
        let start = FileStart(file: file, place: .beginning, tag: path)
        self.decision.follow(start)
        return start
    }

    @Test("what is followed is new and waits for no decision; it counts as renamed if no pattern matches it")
    mutating func follow() {
        let file = Self.file("app.log", 1)
        self.decision.delays.note(file, at: self.decision.now)
        let starts = [self.follow("app.log", 1), self.follow("app.log.1", 2, isMatched: false)]
        #expect(self.decision.step == .act(starts.map { .follow($0) }))
        #expect(self.decision.newcomers == Set(starts.map(\.file.identity)))
        #expect(self.decision.delays.length(of: file.identity, at: self.decision.now) == nil)
        #expect(starts.map { self.decision.files[$0.file.identity]?.state } == [.followed, .detached])
    }

    @Test("what waits for a file that is closed waits for what that file waited for, and is looked at")
    mutating func close() throws {
        let files = (1...3).map { self.follow("app.log.\(4 - $0)", $0).file.identity }
        self.decision.putLast(files[1], after: files[0])
        self.decision.putLast(files[2], after: files[1])
        self.decision.close(files[1])
        #expect(self.decision.order.predecessor(of: files[2]) == files[0])
        #expect(self.decision.files[files[1]] == nil)
        guard case .act(let actions) = self.decision.step else { throw TestFailure("something is asked") }
        #expect(actions.suffix(2) == [.close(files[1]), .resume(files[2])])
    }

    @Test("a copy that is followed in place of its original is older than that, whatever it is called")
    mutating func takeOver() {
        for (inode, path) in ["app.log.1", "backup"].enumerated() {
            let file = Self.file(path, UInt64(inode))
            self.decision.takeAsCopy(file, of: FileIdentity(device: 1, inode: 99))
            #expect(self.decision.files[file.identity]?.isFollowed == false)
            self.decision.takeOver(file, at: .everything, tag: "app.log")
            #expect(self.decision.files[file.identity]?.state == .followed)
            #expect(self.decision.files[file.identity]?.age.isRotated == true)
        }
    }

    @Test("a position is removed when too many others were remembered since, but not if its file is known")
    mutating func remember() throws {
        self.follow("app.log", 1)
        for inode in 1...UInt64(FinishedPositions.most + 2) {
            let position = FilePosition(
                identity: FileIdentity(device: 1, inode: inode),
                offset: 1,
                fingerprint: Fingerprint([]),
                isPassingOver: false,
                path: "app.log"
            )
            self.decision.remember(position, of: .remains)
        }
        guard case .act(let actions) = self.decision.step else { throw TestFailure("something is asked") }
        #expect(actions.dropFirst() == [.remove(FileIdentity(device: 1, inode: 2))])
    }

    @Test("nothing is done as long as a question is open")
    mutating func open() {
        let start = self.follow("app.log", 1)
        #expect(self.decision.place(of: start.file) == .beginning)
        #expect(self.decision.integrity(of: start.file.identity) == .intact)
        #expect(self.decision.inquiry.contents(of: start.file) == nil)
        #expect(self.decision.step == .ask([.contents(of: start.file)]))
    }
}
