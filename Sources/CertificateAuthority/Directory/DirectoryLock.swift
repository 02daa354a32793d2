internal import Glibc

/// Holds the authority's directory against every other process of ours.
///
/// The kernel keeps the lock (`flock`), so that a killed process leaves none behind. `openssl ca` honours no lock; it is
/// noticed by its temporary files and by changes of what was read.
final class DirectoryLock {
    private let file: Int32

    /// Waits for the lock; after `patience` seconds it says who has it.
    init(_ path: String, patience: Int) throws {
        let step = "locking \(path)"
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw FileSystem.failure(step) }
        self.file = file
        let end = Self.monotonicMilliseconds() + patience * 1000
        while flock(file, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw FileSystem.failure(step) }
            guard Self.monotonicMilliseconds() < end else {
                let holder = (try? FileSystem.read(path, limit: 4096)).map {
                    String(decoding: $0, as: UTF8.self).sanitized
                }
                throw AuthorityError(
                    .busy,
                    step,
                    "after \(patience) s another process still holds it: \(holder ?? "unknown")",
                    advice: "wait for it, or raise --wait"
                )
            }
            usleep(10_000)
        }
        let holder = "process \(getpid()), user \(getuid()), since \(Timestamp.now)"
        ftruncate(file, 0)
        pwrite(file, holder, holder.utf8.count, 0)
    }

    deinit { close(self.file) }

    private static func monotonicMilliseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }
}
