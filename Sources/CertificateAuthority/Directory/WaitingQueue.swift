internal import Glibc

/// A place in a queue of processes: whoever came first goes first, and whoever ends has left the queue.
///
/// `flock` alone lets anybody in who asks at the right moment, so that a busy service keeps an operator waiting for ever. Here each
/// process locks one byte of a file, the one behind the last byte that is locked; it is first when no byte before its own is
/// locked. These are locks of open file descriptions (fcntl(2)): the kernel takes them from a process that ends, and two threads of
/// one process wait like two processes.
final class WaitingQueue {
    // <fcntl.h> defines these only in a way that Swift does not see.
    private static let query: CInt = 36  // F_OFD_GETLK
    private static let set: CInt = 37  // F_OFD_SETLK

    private let path: String
    private let file: CInt
    /// The byte that is ours.
    private var number: off_t = 0

    /// Goes to the end of the queue of a file, which stays empty.
    init(_ path: String) throws {
        self.path = path
        self.file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard self.file >= 0 else { throw FileSystem.failure("opening \(path)") }
        repeat {
            // Nobody who waits while this looks can be missed: it goes on behind each lock that it finds.
            while let end = try self.endOfLock(from: self.number, count: 0) { self.number = end }
        } while try !self.takeNumber()
    }

    deinit { close(self.file) }

    /// Whether nobody is left who came before.
    var isFirst: Bool {
        get throws { try self.number == 0 || self.endOfLock(from: 0, count: self.number) == nil }
    }

    /// Takes the byte; false when somebody else was quicker.
    private func takeNumber() throws -> Bool {
        var range = Self.range(from: self.number, count: 1)
        if fcntl(self.file, Self.set, &range) == 0 { return true }
        guard errno == EAGAIN || errno == EACCES || errno == EINTR else {
            throw FileSystem.failure("locking \(self.path)")
        }
        return false
    }

    /// Where a lock ends that others have on some bytes, all that follow if `count` is 0; nil when there is none.
    private func endOfLock(from start: off_t, count: off_t) throws -> off_t? {
        var range = Self.range(from: start, count: count)
        guard fcntl(self.file, Self.query, &range) == 0 else { throw FileSystem.failure("looking at \(self.path)") }
        return range.l_type == F_UNLCK ? nil : range.l_start + max(1, range.l_len)
    }

    private static func range(from start: off_t, count: off_t) -> flock {
        var range = flock()
        range.l_type = Int16(F_WRLCK)
        range.l_whence = Int16(SEEK_SET)
        range.l_start = start
        range.l_len = count
        return range
    }
}
