import Testing

@testable import Intake

@Suite("Delays of decisions")
struct DelaysTests {
    @Test("a file waits since it had its size, as old as it was then, until it is decided or gone")
    func waiting() {
        let start = ContinuousClock.now
        var file = ListedFile(
            path: "a.gz",
            target: "a.gz",
            identity: FileIdentity(device: 1, inode: 1),
            size: 1,
            modified: 0,
            mayBeOld: true
        )
        var delays = Delays()
        #expect(delays.length(of: file.identity, at: start) == nil)
        delays.note(file, at: start)
        file.mayBeOld = false
        delays.note(file, at: start + .seconds(1))
        #expect(delays.length(of: file.identity, at: start + .seconds(2)) == .seconds(2))
        #expect(delays.mayBeOld(file.identity))
        file.size = 2
        delays.note(file, at: start + .seconds(3))
        #expect(delays.length(of: file.identity, at: start + .seconds(4)) == .seconds(1))
        #expect(!delays.mayBeOld(file.identity))
        delays.keep { $0 == file.identity }
        #expect(delays.length(of: file.identity, at: start + .seconds(4)) == .seconds(1))
        delays.keep { _ in false }
        #expect(delays.length(of: file.identity, at: start + .seconds(4)) == nil)
        delays.note(file, at: start)
        delays.end(file.identity)
        #expect(delays.length(of: file.identity, at: start) == nil)
    }
}
