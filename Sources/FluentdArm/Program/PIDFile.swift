internal import ArmPlugin
internal import Glibc

/// The file with the id of this process, as the original's control script looks for it.
struct PIDFile {
    private let path: String

    /// Writes it, making its directory if need be.
    ///
    /// - Throws: `SettingsError` that names the file and says why.
    init(path: String) throws(SettingsError) {
        self.path = path
        if let slash = path.lastIndex(of: "/"), slash > path.startIndex { mkdir(String(path[..<slash]), 0o755) }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.failure(path) }
        defer { close(descriptor) }
        let text = Array(String(getpid()).utf8)
        guard write(descriptor, text, text.count) == text.count else { throw Self.failure(path) }
    }

    /// Removes it.
    func remove() { unlink(self.path) }

    private static func failure(_ path: String) -> SettingsError {
        SettingsError(place: path, reason: "cannot be written: " + String(cString: strerror(errno)))
    }
}
