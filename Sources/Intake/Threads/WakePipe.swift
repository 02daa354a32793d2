internal import Glibc

/// A pipe to oneself: wakes a thread that sleeps in poll(2).
final class WakePipe: Sendable {
    /// Readable after ``wake()``, until ``drain()``.
    let descriptor: CInt
    private let writer: CInt

    init() {
        var ends: [CInt] = [-1, -1]
        precondition(pipe(&ends) == 0, "no pipe to wake a thread: error \(errno)")
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (self.descriptor, self.writer) = (ends[0], ends[1])
    }

    deinit {
        close(self.descriptor)
        close(self.writer)
    }

    func wake() {
        var byte: UInt8 = 1
        _ = write(self.writer, &byte, 1)  // a full pipe means that a wake-up is pending already
    }

    func drain() {
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
            while read(self.descriptor, buffer.baseAddress, buffer.count) > 0 {}
        }
    }
}
