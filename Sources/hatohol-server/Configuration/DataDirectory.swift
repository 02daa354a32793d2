internal import Glibc
internal import Store

/// The directory with the store, only for its owner, and the lock that tells whether a server runs on it.
struct DataDirectory {
    var path: String

    private var lockPath: String { "\(self.path)/serve.lock" }

    /// Makes the directory, and those above it, unless it is there.
    func create() throws {
        var partial = self.path.hasPrefix("/") ? "" : "."
        for component in self.path.split(separator: "/") {
            partial += "/\(component)"
            guard mkdir(partial, 0o700) == 0 || errno == EEXIST || errno == EISDIR else {
                throw CommandError(
                    "data directory",
                    "cannot make \(partial): \(Self.reason)",
                    "name another with --data-dir"
                )
            }
        }
    }

    /// Throws unless there is a store.
    func requireStore() throws {
        guard access("\(self.path)/\(MonitoringStore.fileName)", F_OK) == 0 else {
            throw CommandError(
                "data directory",
                "there is no store in \(self.path): \(Self.reason)",
                "register a server with `hatohol-server server add`, or name the directory with --data-dir"
            )
        }
    }

    /// Takes the place of the one running server; it is given back when the process ends, however it ends.
    func lock() throws {
        let descriptor = open(self.lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandError("lock", "cannot open \(self.lockPath): \(Self.reason)", "check the data directory")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw CommandError(
                "lock",
                "another hatohol-server serves \(self.path)",
                "stop it, or use another --data-dir"
            )
        }
    }

    /// Whether a server runs on this directory.
    var isServed: Bool {
        let descriptor = open(self.lockPath, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) != 0
    }

    private static var reason: String { String(cString: strerror(errno)) }
}
