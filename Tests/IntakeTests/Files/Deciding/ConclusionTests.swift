import Testing

@testable import Intake

/// What becomes of quiet files, as a table.
@Suite("Quiet files")
struct ConclusionTests {
    /// A quiet file.
    struct Case: Sendable {
        var state = FileMember.State.detached
        var isMoved = true
        var isDeleted = false
        var isIdle = true
        /// Bytes behind the last complete line.
        var rest = 0
        var seconds = 0
        /// Whether a program has it open for writing; `nil` if nobody can say.
        var writer: Bool?
        var conclusion = Conclusion.goesOn
    }

    @Test(
        "a quiet file is over when nobody can go on with it",
        arguments: [
            // The last line of a log is complete when no program writes it any more.
            Case(state: .followed, isMoved: false, rest: 5, seconds: 11, writer: false, conclusion: .lastLine),
            Case(state: .followed, isMoved: false, rest: 5, seconds: 9, writer: false),
            Case(state: .followed, isMoved: false, rest: 0, seconds: 11, writer: false),
            Case(state: .followed, isMoved: false, isIdle: false, rest: 5, seconds: 11, writer: false),
            Case(state: .followed, isMoved: false, rest: 5, seconds: 11, writer: true),
            Case(state: .followed, isMoved: false, rest: 5, seconds: 11),
            Case(state: .followed, rest: 5, seconds: 11, conclusion: .lastLine),
            // Renamed to a name that no pattern matches.
            Case(rest: 5, seconds: 11, writer: false, conclusion: .lastLine),
            Case(rest: 5, seconds: 11, writer: true), Case(seconds: 3599, writer: false),
            Case(seconds: 3601, writer: true, conclusion: .renamed),
            Case(isIdle: false, seconds: 3601, writer: false),
            // Deleted.
            Case(isDeleted: true, seconds: 9, writer: false),
            Case(isDeleted: true, seconds: 11, writer: false, conclusion: .deleted),
            Case(isDeleted: true, seconds: 3601, writer: true),
            Case(isDeleted: true, seconds: 11, conclusion: .perhapsWritten),
            Case(isDeleted: true, seconds: 61, conclusion: .givenUp),
            Case(isDeleted: true, isIdle: false, seconds: 61),
            // Not open yet, or not any more.
            Case(state: .undecided, rest: 5, seconds: 3601, writer: false),
        ]
    )
    func table(_ row: Case) {
        let identity = FileIdentity(device: 1, inode: 1)
        let file = ListedFile(path: "app.log", target: "app.log", identity: identity, size: 100, modified: 0)
        var member = FileMember(file, tag: "app.log", state: row.state, number: 1, at: .now)
        member.isMoved = row.isMoved
        let status = DirectoryScan.FollowedStatus(
            size: 100,
            modified: 0,
            isDeleted: row.isDeleted,
            offset: 100 - row.rest,
            isIdle: row.isIdle
        )
        let conclusion = Conclusion(
            of: member,
            status: status,
            quiet: .seconds(row.seconds),
            patience: FileFamily.Configuration()
        ) {
            .writer(row.writer)
        }
        #expect(conclusion == row.conclusion)
    }

    @Test("nothing is concluded without an answer, nor of a closed log")
    func unknown() {
        let identity = FileIdentity(device: 1, inode: 1)
        let file = ListedFile(path: "app.log", target: "app.log", identity: identity, size: 100, modified: 0)
        let member = FileMember(file, tag: "app.log", state: .followed, number: 1, at: .now)
        let patience = FileFamily.Configuration()
        let closed = Conclusion(of: member, status: nil, quiet: .seconds(61), patience: patience) { .writer(false) }
        #expect(closed == .goesOn)
        var status = DirectoryScan.FollowedStatus(size: 100, modified: 0, isDeleted: false, offset: 90, isIdle: true)
        var conclusion = Conclusion(of: member, status: status, quiet: .seconds(61), patience: patience) { nil }
        #expect(conclusion == .goesOn)
        status.isDeleted = true
        conclusion = Conclusion(of: member, status: status, quiet: .seconds(61), patience: patience) { nil }
        #expect(conclusion == .goesOn)
    }
}
