internal import Glibc

/// The file that stands for a Unix socket.
enum LocalSocketFile {
    /// Lets every user of the machine write to the socket, as to `/dev/log`.
    static func openToAll(_ path: String) throws(IntakeError) {
        guard chmod(path, 0o666) == 0 else {
            throw IntakeError(
                .cannotListen,
                stage: "open \(path) to all users",
                reason: String(cString: strerror(errno))
            )
        }
    }

    /// Removes a socket that an earlier run left behind; leaves anything that is not a socket alone.
    static func remove(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return }
        unlink(path)
    }
}
