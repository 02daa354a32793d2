import Glibc
import Testing

/// A file system of its own, in memory, that can be filled up; needs the right to mount.
final class SmallFileSystem {
    let path: String

    /// Mounts it; `nil` where that is not permitted.
    init?(bytes: Int, files: Int) {
        var template = Array("/tmp/small-file-system-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { return nil }
        self.path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard mount("tmpfs", self.path, "tmpfs", 0, "size=\(bytes),nr_inodes=\(files)") == 0 else {
            rmdir(self.path)
            return nil
        }
    }

    deinit {
        umount2(self.path, CInt(MNT_DETACH))
        rmdir(self.path)
    }

    /// Whether mounting is permitted here.
    static var isPermitted: Bool { SmallFileSystem(bytes: 65_536, files: 10) != nil }

    static let hint: Comment = "mounting a file system is not permitted here"

    func file(_ name: String) -> String { "\(self.path)/\(name)" }

    /// Bytes that nobody uses.
    var free: Int {
        var status = statvfs()
        return statvfs(self.path, &status) == 0 ? Int(status.f_bfree * status.f_bsize) : 0
    }

    func size(of name: String) -> Int {
        var status = stat()
        return stat(self.file(name), &status) == 0 ? Int(status.st_size) : 0
    }

    /// Takes all the room that is left.
    func fill() {
        let descriptor = open(self.file("filler"), O_WRONLY | O_CREAT | O_APPEND, 0o600)
        let bytes = [UInt8](repeating: 0, count: 4096)
        while write(descriptor, bytes, bytes.count) > 0 {}
        close(descriptor)
    }

    /// Takes all inodes that are left.
    func useUpInodes() {
        for number in 0... {
            let descriptor = open(self.file("inode-\(number)"), O_WRONLY | O_CREAT, 0o600)
            guard descriptor >= 0 else { return }
            close(descriptor)
        }
    }

    /// Gives back what ``fill()`` and ``useUpInodes()`` took.
    func clear() {
        unlink(self.file("filler"))
        var number = 0
        while unlink(self.file("inode-\(number)")) == 0 { number += 1 }
    }

    func setReadOnly(_ isReadOnly: Bool) {
        mount("tmpfs", self.path, "tmpfs", UInt(MS_REMOUNT) | (isReadOnly ? UInt(MS_RDONLY) : 0), nil)
    }
}
