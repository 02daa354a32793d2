internal import Glibc

/// The right to use a state directory, held by one process at a time.
///
/// An advisory lock (flock(2)) on `spool.lock`, which also names the holder's process id. The system releases it when the
/// process ends, however it ends, so there is no stale lock to clean up.
struct DirectoryLock: ~Copyable {
    private let descriptor: CInt
    private let path: String

    init(directory: String) throws(SpoolError) {
        let stage = "lock the state directory \(directory)"
        let path = "\(directory)/spool.lock"
        self.path = path
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw SpoolError(systemError: errno, stage: stage, path: path)
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            let holder = Self.holder(named: descriptor)
            close(descriptor)
            guard code == EWOULDBLOCK else {
                throw SpoolError(systemError: code, stage: stage, path: path)
            }
            throw SpoolError(
                .inUse,
                stage: stage,
                reason: "process \(holder) is using it; stop that process or give this one another directory"
            )
        }
        self.descriptor = descriptor
        let name = Array("\(getpid())\n".utf8)
        // Over the old name, which needs no room.
        _ = pwrite(descriptor, name, name.count, 0)
        ftruncate(descriptor, off_t(name.count))
    }

    /// Whether the file still has its name; another process could lock a new one.
    var isInPlace: Bool { FileIdentity(path: self.path) == FileIdentity(descriptor: self.descriptor) }

    deinit {
        // Said outright, because a child that is just being started still holds a copy of the descriptor.
        flock(self.descriptor, LOCK_UN)
        close(self.descriptor)
    }

    static func reason(of code: CInt) -> String { String(cString: strerror(code)) }

    private static func holder(named descriptor: CInt) -> String {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        let digits = bytes.prefix(max(0, count)).prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return digits.isEmpty ? "(unknown)" : String(decoding: digits, as: UTF8.self)
    }
}
