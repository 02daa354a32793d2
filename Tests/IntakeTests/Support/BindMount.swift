import Glibc

/// A mount that goes with this value; needs the right to mount.
final class BindMount {
    private let target: String

    /// Shows a directory at another place as well.
    init?(_ source: String, at target: String) {
        self.target = target
        guard mount(source, target, nil, UInt(MS_BIND), nil) == 0 else { return nil }
    }

    /// A file system in memory.
    init?(tmpfsAt target: String) {
        self.target = target
        guard mount("tmpfs", target, "tmpfs", 0, "size=1m") == 0 else { return nil }
    }

    deinit { umount2(self.target, CInt(MNT_DETACH)) }

    /// Whether mounting is permitted here.
    static var isPermitted: Bool {
        let directory = TemporaryDirectory()
        return BindMount(tmpfsAt: directory.path) != nil
    }
}
