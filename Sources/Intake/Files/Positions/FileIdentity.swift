internal import Glibc

/// Which file it is, whatever it is called: the device and the inode.
struct FileIdentity: Hashable, Sendable {
    var device: UInt64
    var inode: UInt64

    init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }

    init(_ status: stat) {
        self.init(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }
}

/// What stat(2) says of a file, as far as following needs it.
struct FileStatus: Hashable, Sendable {
    var identity: FileIdentity
    var size: Int
    var isRegular: Bool
    var isDeleted: Bool
    /// What it is, in a word.
    var kind: String
    /// The last change of the contents, in nanoseconds since 1970.
    var modified: Int64

    /// Looks at what a path leads to, through symbolic links.
    init?(path: String) {
        var status = stat()
        guard RawPath.with(path, { stat($0, &status) }) == 0 else { return nil }
        self.init(status)
    }

    /// Looks at an open file.
    init?(descriptor: CInt) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    private init(_ status: stat) {
        self.identity = FileIdentity(status)
        self.size = Int(status.st_size)
        self.isRegular = status.st_mode & S_IFMT == S_IFREG
        self.kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: "file"
            case S_IFDIR: "directory"
            case S_IFIFO: "FIFO"
            case S_IFSOCK: "socket"
            default: "device"
            }
        self.isDeleted = status.st_nlink == 0
        self.modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    }
}
