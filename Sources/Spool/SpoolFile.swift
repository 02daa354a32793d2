internal import GRDB
internal import Glibc
internal import Logging
internal import Synchronization

/// The spool's place on the disk: the directory and its lock, the file, and what to do when the file is damaged.
final class SpoolFile: Sendable {
    let path: String
    private let directory: String
    private let lock: Mutex<DirectoryLock?>

    init(directory: String) throws(SpoolError) {
        try Self.makeDirectory(directory)
        self.directory = directory
        self.lock = Mutex(try DirectoryLock(directory: directory))
        self.path = "\(directory)/spool.sqlite"
    }

    /// Lets another process use the directory.
    func release() { self.lock.withLock { $0 = nil } }

    /// Whether this process holds the lock that everybody finds under its name.
    var isLocked: Bool { self.lock.withLock { $0?.isInPlace ?? false } }

    /// Makes the directory if it is gone, and locks it again.
    ///
    /// - Throws: `SpoolError.Code.inUse` if another process has taken the directory meanwhile.
    func lockAgain() throws {
        guard !self.isLocked else { return }
        try Self.makeDirectory(self.directory)
        try self.lock.withLock { $0 = try DirectoryLock(directory: self.directory) }
    }

    /// Makes an empty file under the name of the one that is open, and returns where what lay under that name was put.
    func startAnew() throws -> (database: SpoolDatabase, aside: String) {
        let aside = try self.setAside(as: "replaced")
        try self.makeFile()
        do {
            return (try SpoolDatabase(path: self.path), aside)
        } catch {
            self.remove(self.path)
            throw error
        }
    }

    /// Deletes a file with its log.
    func remove(_ path: String) { for suffix in Self.suffixes { unlink(path + suffix) } }

    /// Opens the file, or puts a damaged one aside and starts a new one with what could be read of it.
    func open(logger: Logger) throws -> (database: SpoolDatabase, contents: SpoolContents, damage: SpoolDamage?) {
        try self.makeFile()
        do {
            let database = try SpoolDatabase(path: self.path)
            if let damage = try database.firstDamage() {
                throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: damage)
            }
            return (database, try database.contents(), nil)
        } catch  where Self.isDamage(error) {
            let damaged = try self.setAside(as: "damaged")
            logger.critical(
                "spool file is damaged and was put aside",
                metadata: ["file": "\(damaged)", "error": "\(error)"]
            )
            let database = try SpoolDatabase(path: self.path)
            let unread = try database.rescue(from: damaged)
            let contents = try database.contents()
            logger.notice(
                "spool continues",
                metadata: ["rescued_batches": "\(contents.batches)", "unread_events_at_most": "\(unread)"]
            )
            return (database, contents, SpoolDamage(file: damaged, unreadEvents: unread))
        }
    }

    private static let suffixes = ["", "-wal", "-shm"]

    /// Renames the file and its log out of the way and returns the new name, which says why.
    func setAside(as reason: String) throws(SpoolError) -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let aside = "\(self.path).\(reason)-\(now.tv_sec).\(now.tv_nsec / 1000)"
        for suffix in Self.suffixes where rename(self.path + suffix, aside + suffix) != 0 && errno != ENOENT {
            throw SpoolError(systemError: errno, stage: "put the \(reason) spool aside", path: aside)
        }
        return aside
    }

    /// Makes the file if there is none: here and not by SQLite, so that nobody else may read it.
    ///
    /// SQLite gives its log file the same mode.
    private func makeFile() throws(SpoolError) {
        let descriptor = Glibc.open(self.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SpoolError(systemError: errno, stage: "open the spool", path: self.path) }
        close(descriptor)
    }

    /// The error says that the file itself is broken, not that the disk is full, busy or forbidden.
    static func isDamage(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return false }
        return error.resultCode == .SQLITE_CORRUPT || error.resultCode == .SQLITE_NOTADB
    }

    /// The error says that the disk takes nothing now; that may pass.
    static func isUnwritable(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return false }
        // The file itself could be opened: what cannot be is the log beside it.
        let passing: [ResultCode] = [.SQLITE_FULL, .SQLITE_IOERR, .SQLITE_READONLY, .SQLITE_CANTOPEN]
        return passing.contains(error.resultCode)
    }

    /// The error says that another process has the file open and locked, such as a program that makes backups.
    static func isBusy(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return false }
        return error.resultCode == .SQLITE_BUSY || error.resultCode == .SQLITE_LOCKED
    }

    private static func makeDirectory(_ directory: String) throws(SpoolError) {
        var made = directory.hasPrefix("/") ? "/" : ""
        for name in directory.split(separator: "/") {
            made += made.isEmpty || made == "/" ? "\(name)" : "/\(name)"
            guard mkdir(made, 0o700) == 0 || errno == EEXIST || errno == EISDIR else {
                throw SpoolError(systemError: errno, stage: "make the state directory", path: made)
            }
        }
    }
}
