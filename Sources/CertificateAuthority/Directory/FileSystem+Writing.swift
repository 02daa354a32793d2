internal import Glibc

/// How files are written: whole, durable, through links, and with the owner and the mode of what they replace.
extension FileSystem {
    /// Replaces or makes a file: complete and on disk under its name, or not at all.
    ///
    /// The file that a link leads to is replaced, not the link. A file that is there keeps its owner and its mode, except that
    /// a secret (a `mode` without rights for others) is not written to where others could read it. A device or a pipe is
    /// written to, and never replaced.
    static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o644) throws {
        switch try Destination(path) {
        case .nothing: try self.replace(path, with: bytes, as: Ownership(mode: mode))
        case .file(let path): try self.replace(path, with: bytes, as: Ownership(replacing: path, mode: mode))
        case .stream:
            let step = "writing \(path)"
            let file = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC)
            guard file >= 0 else { throw self.failure(step) }
            defer { close(file) }
            try self.writeAll(bytes, to: file, step)
        }
    }

    /// Replaces or makes a file as ``write(_:to:mode:)`` does, for a certain owner; a link of that name is replaced.
    static func write(_ bytes: [UInt8], to path: String, as ownership: Ownership) throws {
        try self.replace(path, with: bytes, as: ownership)
    }

    /// Makes a file that is not there yet; an existing one is refused unless `replacing`, and then kept as `.old`.
    static func create(_ bytes: [UInt8], at path: String, mode: mode_t = 0o644, replacing: Bool = false) throws {
        let destination = try Destination(path)
        if case .file = destination, !replacing { throw self.existing(path) }
        self.removeUnfinished(of: destination.path ?? path)
        if case .file = destination { try self.keepOld(path) }
        try self.write(bytes, to: path, mode: mode)
    }

    /// Says no before any work is done.
    static func refuseExisting(_ path: String) throws {
        if case .file = try Destination(path) { throw self.existing(path) }
    }

    /// Keeps what a file holds under its name with `.old`, as `openssl ca` does.
    static func keepOld(_ path: String) throws {
        let old = path + ".old"
        unlink(old)
        // Another name for a link would lead to the new content; and not every file system has second names.
        if self.target(of: path) == nil, Glibc.link(path, old) == 0 || errno == ENOENT { return }
        try self.write(self.read(path, limit: 1 << 30), to: old, as: Ownership(of: path))
    }

    /// Where bytes go that are written under a name.
    enum Destination {
        /// There is nothing yet.
        case nothing
        /// A file, by its own path if the name is a link.
        case file(String)
        /// A device or a pipe.
        case stream

        /// The file that is there.
        var path: String? { if case .file(let path) = self { path } else { nil } }

        /// Looks at a name; throws for a directory, a socket, a disk, and a link that leads nowhere.
        init(_ path: String) throws {
            let step = "writing \(path)"
            var status = stat()
            if stat(path, &status) != 0 {
                guard errno == ENOENT else { throw FileSystem.failure(step) }
                if let target = FileSystem.target(of: path) {
                    throw AuthorityError(
                        .missing,
                        step,
                        "it is a link to \(target), where nothing is",
                        advice: "remove the link, or name the file itself"
                    )
                }
                self = .nothing
                return
            }
            switch status.st_mode & S_IFMT {
            case S_IFREG: self = .file(FileSystem.target(of: path) == nil ? path : try FileSystem.absolute(path))
            case S_IFCHR, S_IFIFO: self = .stream
            default: throw AuthorityError(.input, step, "it is neither a file nor a device to be written to")
            }
        }
    }

    /// Whose a file is, and who may do what with it.
    struct Ownership {
        let mode: mode_t
        /// Nil for whoever writes the file.
        let owner: (user: uid_t, group: gid_t)?

        init(mode: mode_t) {
            self.mode = mode
            self.owner = nil
        }

        /// As with a file that is there, or the one that a link leads to.
        init(of path: String) throws {
            var status = stat()
            guard stat(path, &status) == 0 else { throw FileSystem.failure("looking at \(path)") }
            self.mode = status.st_mode & 0o777
            let isOurs = status.st_uid == geteuid() && status.st_gid == getegid()
            self.owner = isOurs ? nil : (status.st_uid, status.st_gid)
        }

        /// As with the file that is replaced, as far as that is safe and possible.
        ///
        /// In a directory that everybody may write to the file may be anybody's who waits for our content. Only root can give
        /// files away; for others the mode of a secret must not open it to another group.
        init(replacing path: String, mode: mode_t) throws {
            let present = try Ownership(of: path)
            let isSecret = mode & 0o007 == 0
            let isOpen = present.mode & 0o007 != 0
            guard present.owner == nil || (geteuid() == 0 && !Self.everybodyWrites(besides: path)) else {
                self.mode = isSecret ? mode : present.mode
                self.owner = nil
                return
            }
            self.mode = isSecret && isOpen ? mode : present.mode
            self.owner = present.owner
        }

        private static func everybodyWrites(besides path: String) -> Bool {
            var status = stat()
            return stat(FileSystem.parent(of: path), &status) == 0 && status.st_mode & 0o002 != 0
        }
    }

    /// Makes the file beside its place, under a name that nobody can guess or prepare, and gives it its name at the end.
    private static func replace(_ path: String, with bytes: [UInt8], as ownership: Ownership) throws {
        let step = "writing \(path)"
        let temporary = try self.temporaryName(for: path)
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw self.failure(step) }
        do {
            try self.writeAll(bytes, to: file, step)
            if let (user, group) = ownership.owner, fchown(file, user, group) != 0 {
                throw self.failure("giving \(path) to its owner")
            }
            // The mode counts, not what an operator's umask leaves of it.
            guard fchmod(file, ownership.mode) == 0, fsync(file) == 0 else { throw self.failure(step) }
            close(file)
        } catch {
            close(file)
            unlink(temporary)
            throw error
        }
        guard Glibc.rename(temporary, path) == 0 else {
            let error = self.failure(step)
            unlink(temporary)
            throw error
        }
        try self.synchronizeDirectory(of: path)
    }

    private static func existing(_ path: String) -> AuthorityError {
        AuthorityError(
            .exists,
            "writing \(path)",
            "it is there already",
            advice: "choose another name or directory, or --force to replace it"
        )
    }
}
