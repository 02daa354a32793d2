internal import Glibc

/// An open file, which is closed when this value ends.
struct OpenFile: ~Copyable {
    /// Why a file could not be opened.
    enum Failure: Error, Hashable, Sendable {
        /// The path leads to another file, or to none.
        case moved
        /// No descriptor is left, in this program or in the system.
        case exhausted
        /// The system's error number.
        case refused(CInt)
    }

    // <fcntl.h> defines these only in a way that Swift does not see.
    private static let setSignal: CInt = 10
    private static let setLease: CInt = 1024

    let descriptor: CInt

    /// Opens what a path leads to for reading, without waiting for anything and without taking a terminal.
    init(_ path: String) throws(Failure) {
        self.descriptor = RawPath.with(path) { Glibc.open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) }
        guard self.descriptor < 0 else { return }
        switch errno {
        case ENOENT, ENOTDIR: throw .moved
        case EMFILE, ENFILE: throw .exhausted
        default: throw .refused(errno)
        }
    }

    /// Opens a path if it leads to this file.
    init(_ path: String, expecting identity: FileIdentity) throws(Failure) {
        let file = try OpenFile(path)
        guard file.status?.identity == identity else { throw .moved }
        self = file
    }

    deinit { close(self.descriptor) }

    var status: FileStatus? { FileStatus(descriptor: self.descriptor) }

    /// The bytes before an offset that a fingerprint covers.
    static func bytes(of descriptor: CInt, before offset: Int) -> [UInt8] {
        let count = min(offset, Fingerprint.window)
        return self.bytes(of: descriptor, from: offset - count, count: count) ?? []
    }

    /// Up to `count` bytes from an offset, or `nil` if reading fails (see errno).
    static func bytes(of descriptor: CInt, from offset: Int, count: Int) -> [UInt8]? {
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let read = pread(
                    descriptor,
                    buffer.baseAddress.map { $0 + filled },
                    count - filled,
                    off_t(offset + filled)
                )
                if read < 0, errno == EINTR { continue }
                failed = read < 0
                guard read > 0 else { return }
                filled += read
            }
        }
        return failed ? nil : bytes
    }

    /// Whether any program has the file open for writing; `nil` if the system does not say.
    ///
    /// The kernel grants a read lease, fcntl(2), only on a file that nobody has open for writing, and only to its owner or to a process
    /// with CAP_LEASE. It is given back at once; a program that opens the file for writing in between waits for that, and no longer.
    static func hasWriter(_ descriptor: CInt) -> Bool? {
        // The kernel would announce such a program by SIGIO, which ends processes; SIGURG is ignored.
        guard fcntl(descriptor, Self.setSignal, SIGURG) == 0 else { return nil }
        if fcntl(descriptor, Self.setLease, F_RDLCK) == 0 {
            _ = fcntl(descriptor, Self.setLease, F_UNLCK)
            return false
        }
        return errno == EAGAIN ? true : nil
    }
}
