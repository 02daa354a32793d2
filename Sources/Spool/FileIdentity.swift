internal import Glibc

/// Which file it is, whatever it is called: its device and inode.
struct FileIdentity: Hashable {
    private let device: UInt64
    private let inode: UInt64

    /// The file that has this name now; nil if there is none.
    init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    /// The file behind a descriptor, which may have no name any more.
    init?(descriptor: CInt) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    private init(_ status: stat) {
        self.device = UInt64(status.st_dev)
        self.inode = UInt64(status.st_ino)
    }
}
