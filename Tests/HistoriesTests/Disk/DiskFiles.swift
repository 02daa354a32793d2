import CZlib
import Glibc
import TestSupport

/// Does the steps of a history with real files below a directory.
final class DiskFiles {
    private let root: String
    private var held: CInt = -1

    init(root: String) { self.root = root }

    deinit { if self.held >= 0 { close(self.held) } }

    func path(_ name: String) -> String { "\(self.root)/\(name)" }

    /// Does a step with files; `bytes` is what it writes.
    ///
    /// Steps of the follower are none of them.
    func apply(_ step: Step, bytes: [UInt8]) throws {
        switch step {
        case .append(let name, _), .header(let name, _), .begin(let name, _), .twin(let name, _):
            try self.write(bytes, to: name)
        case .write: try self.write(bytes, to: self.held)
        case .hold(let name):
            if self.held >= 0 { close(self.held) }
            self.held = try self.open(name, O_WRONLY | O_APPEND)
        case .rename(let name, let to):
            try self.makeDirectory(of: to)
            try self.check(rename(self.path(name), self.path(to)), "rename \(name)")
        case .copy(let name, let to):
            let content = try contents(of: self.path(name))
            try self.write(content, to: to, O_TRUNC)
        case .gzip(let name, let to): try self.compress(name, to: to)
        case .truncate(let name): try self.check(truncate(self.path(name), 0), "truncate \(name)")
        case .delete(let name): try self.check(unlink(self.path(name)), "delete \(name)")
        case .link(let name, let to): try self.link(name, to: to)
        case .start, .stop, .kill, .freeze, .thaw, .settle, .pause, .look, .glance, .read: break
        }
    }

    func makeDirectory(of name: String) throws {
        var path = self.root
        for part in World.directory(of: name).split(separator: "/") {
            path += "/\(part)"
            if mkdir(path, 0o755) != 0, errno != EEXIST { throw TestFailure("cannot make \(path)") }
        }
    }

    func write(_ bytes: [UInt8], to name: String, _ flags: CInt = 0) throws {
        try self.makeDirectory(of: name)
        let descriptor = try self.open(name, O_WRONLY | O_APPEND | O_CREAT | flags)
        defer { close(descriptor) }
        try self.write(bytes, to: descriptor)
    }

    private func write(_ bytes: [UInt8], to descriptor: CInt) throws {
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw TestFailure("cannot write") }
    }

    private func open(_ name: String, _ flags: CInt) throws -> CInt {
        let descriptor = Glibc.open(self.path(name), flags | O_CLOEXEC, 0o644)
        try self.check(descriptor, "open \(name)")
        return descriptor
    }

    private func compress(_ name: String, to: String) throws {
        var status = stat()
        try self.check(stat(self.path(name), &status), "look at \(name)")
        let content = try contents(of: self.path(name))
        guard let file = gzopen(self.path(to), "wb") else { throw TestFailure("cannot make \(to)") }
        let written = content.isEmpty ? 0 : gzwrite(file, content, UInt32(content.count))
        guard gzclose(file) == Z_OK, Int(written) == content.count else { throw TestFailure("cannot compress \(to)") }
        try self.check(
            utimensat(AT_FDCWD, self.path(to), [status.st_atim, status.st_mtim], 0),
            "set the time of \(to)"
        )
    }

    private func link(_ name: String, to: String) throws {
        try self.makeDirectory(of: name)
        try self.makeDirectory(of: World.join(World.directory(of: name), to))
        let new = self.path(World.directory(of: name)) + "/.new-link"
        try self.check(symlink(to, new), "link \(name)")
        try self.check(rename(new, self.path(name)), "link \(name)")
    }

    private func check(_ result: CInt, _ what: String) throws {
        if result < 0 { throw TestFailure("cannot \(what): \(String(cString: strerror(errno)))") }
    }
}
