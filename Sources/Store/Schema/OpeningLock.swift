internal import Glibc

/// Lets one process at a time open a store, so that one makes or migrates the tables and the others find them done.
///
/// A migration reads which steps are missing before it begins them. Eight commands that start together on an empty directory would
/// all find all of them missing, and all but one would fail with `table counter already exists`. The lock is on the directory, so that
/// there is no file to leave behind; the kernel gives it back when its holder ends, however it ends.
struct OpeningLock {
    /// How long others may take; a migration of a large store takes minutes, and a command says so rather than wait for it.
    static let patience = Duration.seconds(60)
    private static let pause: UInt32 = 20_000

    private let descriptor: CInt

    /// Waits for the lock on the directory of a database; whoever gets it calls ``release()``.
    ///
    /// Throws ``StoreError``: `unavailable` when another process holds the lock for too long.
    init(database path: String, patience: Duration = Self.patience) throws {
        let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        self.descriptor = descriptor
        // SQLite needs no right to read the directory, and if there is none, it says so itself.
        guard descriptor >= 0 else { return }
        let deadline = ContinuousClock.now + patience
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            // A file system without such locks is no reason to fail: alone, a process needs none.
            guard errno == EWOULDBLOCK || errno == EINTR else { return }
            guard ContinuousClock.now < deadline else {
                close(descriptor)
                throw StoreError(
                    .unavailable,
                    stage: "open \(path)",
                    reason:
                        "another process is preparing the store, for more than \(patience.components.seconds) s; wait until it has finished"
                )
            }
            usleep(Self.pause)
        }
    }

    /// Lets the next one in.
    func release() { if self.descriptor >= 0 { close(self.descriptor) } }
}
