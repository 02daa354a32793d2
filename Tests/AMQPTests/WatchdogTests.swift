import Glibc
import TestSupport
import Testing

@testable import AMQP

@Suite struct WatchdogTests {
    @Test func shutsDownASocketWhoseCallDoesNotReturn() async throws {
        var ends: [CInt] = [-1, -1]
        try #require(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &ends) == 0)
        defer { for end in ends { close(end) } }
        let watch = Watchdog.shared.watch(ends[0])
        defer { watch.end() }
        watch.arm(for: .seconds(1))
        try await eventually("the end of the socket") { watch.fired }
        var byte: UInt8 = 0
        #expect(read(ends[1], &byte, 1) == 0)
    }

    @Test func leavesOthersAlone() async throws {
        var ends: [CInt] = [-1, -1]
        try #require(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &ends) == 0)
        defer { for end in ends { close(end) } }
        let stuck = Watchdog.shared.watch(ends[0])
        let fine = Watchdog.shared.watch(ends[1])
        defer { stuck.end() }
        fine.arm(for: .seconds(1))
        fine.disarm()
        fine.end()
        stuck.arm(for: .seconds(2))
        try await eventually("the other's end") { stuck.fired }
        #expect(!fine.fired)
    }
}
