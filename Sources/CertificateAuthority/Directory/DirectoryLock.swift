internal import Glibc

/// Holds the authority's directory against every other process of ours, each in its turn.
///
/// The kernel keeps the lock (`flock`), so that a killed process leaves none behind. `openssl ca` honours no lock; it is
/// noticed by its temporary files and by changes of what was read.
final class DirectoryLock {
    private let file: Int32
    private let queue: WaitingQueue

    /// Waits for the lock; a wait of more than a second is told to the patient, and one that is too long fails by the name of
    /// whoever has the lock.
    init(_ layout: Layout, patience: Patience) throws {
        let step = "locking \(layout.lock)"
        let begin = Self.monotonicMilliseconds()
        self.queue = try WaitingQueue(layout.queue)
        self.file = open(layout.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard self.file >= 0 else { throw FileSystem.failure(step) }
        var isTold = false
        while try !self.isTaken(step) {
            let waited = Self.monotonicMilliseconds() - begin
            guard waited < patience.seconds * 1000 else {
                throw AuthorityError(
                    .busy,
                    step,
                    "after \(patience.seconds) s another process still holds it: \(Self.holder(layout))",
                    advice: "wait for it, or raise --wait"
                )
            }
            if waited >= 1000, !isTold {
                isTold = true
                patience.onWaiting(Self.holder(layout))
            }
            usleep(10_000)
        }
        let holder = "process \(getpid()), user \(getuid()), since \(Timestamp.now)"
        ftruncate(self.file, 0)
        pwrite(self.file, holder, holder.utf8.count, 0)
    }

    deinit { close(self.file) }

    /// Takes the lock when it is our turn and nobody has it.
    private func isTaken(_ step: String) throws -> Bool {
        guard try self.queue.isFirst else { return false }
        if flock(self.file, LOCK_EX | LOCK_NB) == 0 { return true }
        guard errno == EWOULDBLOCK || errno == EINTR else { throw FileSystem.failure(step) }
        return false
    }

    /// What the present holder has written about itself.
    private static func holder(_ layout: Layout) -> String {
        // Nothing can be said of a file that cannot be read; that it is locked is known all the same.
        guard let bytes = try? FileSystem.read(layout.lock, limit: 4096), !bytes.isEmpty else { return "unknown" }
        return String(decoding: bytes, as: UTF8.self).sanitized
    }

    private static func monotonicMilliseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }
}
