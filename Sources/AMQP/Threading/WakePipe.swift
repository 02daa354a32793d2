internal import Glibc

/// Wakes a thread out of `poll`.
///
/// A pipe rather than a condition variable, because it can be polled together with a socket.
final class WakePipe: Sendable {
    /// Readable after a call of ``wake()``.
    let descriptor: CInt
    private let writer: CInt

    init() {
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else { fatalError("no pipe to wake a thread with: errno \(errno)") }
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
        _ = write(self.writer, &byte, 1)  // a full pipe is a wake-up that is already on its way
    }

    func drain() {
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
            while read(self.descriptor, buffer.baseAddress, buffer.count) > 0 {}
        }
    }
}
