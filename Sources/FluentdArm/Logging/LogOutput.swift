internal import ArmPlugin
internal import Glibc
internal import Logging
internal import Synchronization

/// Where log lines go: standard error, or a file that may be moved away by a log rotation.
final class LogOutput: Sendable {
    private let path: String?
    private let descriptor: Mutex<Int32>
    private let currentLevel: Mutex<Logger.Level>

    /// What is left out; may change while running.
    var level: Logger.Level {
        get { self.currentLevel.withLock { $0 } }
        set { self.currentLevel.withLock { $0 = newValue } }
    }

    /// Opens the file; `nil` means standard error.
    ///
    /// - Throws: `SettingsError` that names the file and says why.
    init(_ settings: LogSettings) throws(SettingsError) {
        self.path = settings.path
        self.descriptor = Mutex(
            try settings.path.map { path throws(SettingsError) in try Self.open(path) } ?? STDERR_FILENO
        )
        self.currentLevel = Mutex(settings.level)
    }

    deinit { self.descriptor.withLock { if $0 != STDERR_FILENO { close($0) } } }

    /// Writes a line in one piece; one that cannot be written is lost, since there is nobody to tell.
    func write(_ line: [UInt8]) {
        self.descriptor.withLock { descriptor in
            if let path = self.path, Self.isMoved(descriptor, from: path), let new = try? Self.open(path) {
                close(descriptor)
                descriptor = new
            }
            _ = Glibc.write(descriptor, line, line.count)
        }
    }

    private static func open(_ path: String) throws(SettingsError) -> Int32 {
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            throw SettingsError(place: path, reason: "cannot be written: " + String(cString: strerror(errno)))
        }
        return descriptor
    }

    /// Whether the path names another file by now, as after a rotation.
    private static func isMoved(_ descriptor: Int32, from path: String) -> Bool {
        var ours = stat()
        var named = stat()
        guard fstat(descriptor, &ours) == 0 else { return true }
        return stat(path, &named) != 0 || ours.st_ino != named.st_ino || ours.st_dev != named.st_dev
    }
}
