import Daemon
import Glibc
import Testing

@Suite("A thread is woken")
struct WakePipeTests {
    /// Whether the descriptor is readable, waiting as long as the pipe allows.
    private func isReadable(_ pipe: WakePipe, within milliseconds: CInt) -> Bool {
        var watched = pollfd(fd: pipe.descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, pipe.sleep(milliseconds)) == 1
    }

    @Test("by any number of calls, once")
    func wakes() {
        let pipe = WakePipe()
        #expect(!self.isReadable(pipe, within: 0))
        for _ in 0..<3 { pipe.wake() }
        #expect(self.isReadable(pipe, within: -1))
        pipe.drain()
        #expect(!self.isReadable(pipe, within: 0))
    }

    @Test("and a program that it starts does not inherit the descriptor")
    func closedOnExec() {
        #expect(fcntl(WakePipe().descriptor, F_GETFD) & FD_CLOEXEC != 0)
    }
}
