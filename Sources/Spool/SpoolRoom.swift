internal import GRDB
internal import Glibc
internal import Synchronization

/// Room on the disk that the spool takes before it needs it.
///
/// A delivered batch is removed by writing to the log, and the log is emptied by writing to the file. A spool that had to find
/// room for that on a full disk would wait for ever, since that room can come from nowhere but the spool. So the file is made
/// as long as a transaction will need it before that is committed, and the log never shorter than one step of making room
/// needs it: both are then written in place, which takes no room on file systems that do not copy on write.
final class SpoolRoom: Sendable {
    /// What the log has at least: 255 pages.
    ///
    /// A step of ``SpoolDatabase/makeRoom(removing:)`` writes less.
    static let logBytes = 2 << 20

    /// Stays open as long as the database: closing it would take the locks away that SQLite holds (fcntl(2)).
    private let file: CInt
    private let path: String
    private let log: String
    /// The log that is in use, once it is known.
    private let usedLog = Mutex<FileIdentity?>(nil)

    /// Takes what can be taken for the database at `path`, which exists and is open.
    ///
    /// - Throws: `DatabaseError` if the file cannot be opened.
    init(path: String) throws {
        self.path = path
        self.log = path + "-wal"
        self.file = open(path, O_RDWR | O_CLOEXEC)
        guard self.file >= 0 else { throw Self.error(errno) }
        try? Self.take(Self.length(of: self.file), of: self.file, from: 0)
        try? self.takeLog()
    }

    deinit { close(self.file) }

    /// Which file the database is in.
    var identity: FileIdentity? { FileIdentity(descriptor: self.file) }

    /// Notes which log is in use.
    func noteLog() { self.usedLog.withLock { $0 = FileIdentity(path: self.log) } }

    /// Whether the database and its log still have their names.
    ///
    /// If not, all that is committed goes into files that end with the process.
    var isInPlace: Bool {
        guard FileIdentity(path: self.path) == self.identity else { return false }
        return self.usedLog.withLock { $0 == nil || $0 == FileIdentity(path: self.log) }
    }

    /// Makes the database file so many bytes long, unless it is longer.
    func take(_ bytes: Int) throws { try Self.take(bytes, of: self.file, from: Self.length(of: self.file)) }

    /// Makes the log as long as it must be at least.
    func takeLog() throws {
        let log = open(self.log, O_RDWR | O_CLOEXEC)
        guard log >= 0 else { throw Self.error(errno) }
        defer { close(log) }
        try Self.take(Self.logBytes, of: log, from: Self.length(of: log))
    }

    private static func length(of file: CInt) -> Int {
        var status = stat()
        return fstat(file, &status) == 0 ? Int(status.st_size) : 0
    }

    private static func take(_ bytes: Int, of file: CInt, from start: Int) throws {
        guard bytes > start else { return }
        var code: CInt
        repeat { code = posix_fallocate(file, off_t(start), off_t(bytes - start)) } while code == EINTR
        guard code == 0 else { throw Self.error(code) }
    }

    private static func error(_ code: CInt) -> DatabaseError {
        DatabaseError(resultCode: .SQLITE_FULL, message: String(cString: strerror(code)))
    }
}
