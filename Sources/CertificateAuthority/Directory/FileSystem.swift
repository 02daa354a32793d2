internal import Glibc

/// Files as the authority needs them: whole, durable, never replaced by accident.
enum FileSystem {
    /// Reads a whole file of at most `limit` bytes.
    static func read(_ path: String, limit: Int = 16 << 20) throws -> [UInt8] {
        let step = "reading \(path)"
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw self.failure(step) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var status = stat()
        if fstat(file, &status) == 0 { bytes.reserveCapacity(max(0, min(limit, Int(status.st_size)))) }
        while true {
            let chunk = try [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                var got = Glibc.read(file, buffer.baseAddress, buffer.count)
                while got < 0, errno == EINTR { got = Glibc.read(file, buffer.baseAddress, buffer.count) }
                guard got >= 0 else { throw self.failure(step) }
                count = got
            }
            if chunk.isEmpty { return bytes }
            bytes += chunk
            guard bytes.count <= limit else { throw AuthorityError(.input, step, "it is larger than \(limit) bytes") }
        }
    }

    /// Reads a whole file; nil when it does not exist.
    static func readIfThere(_ path: String, limit: Int = 16 << 20) throws -> [UInt8]? {
        self.exists(path) ? try self.read(path, limit: limit) : nil
    }

    /// Whether there is something of that name.
    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Makes a directory with its parents; an existing one is fine.
    static func makeDirectory(_ path: String, mode: mode_t = 0o755) throws {
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try self.makeDirectory(String(path[..<slash]))
        }
        guard mkdir(path, mode) == 0 || errno == EEXIST else { throw self.failure("making the directory \(path)") }
        try self.synchronizeDirectory(of: path)
    }

    /// Removes a file; a missing one is fine.
    static func remove(_ path: String) throws {
        guard unlink(path) == 0 || errno == ENOENT else { throw self.failure("removing \(path)") }
    }

    /// Removes a file, a link, or a directory with what is in it, as far as that goes.
    static func removeTree(_ path: String) {
        // First, since a link to a directory must not cost the directory its files.
        if unlink(path) == 0 { return }
        for name in (try? self.names(in: path)) ?? [] { self.removeTree("\(path)/\(name)") }
        rmdir(path)
    }

    /// Gives a file another name, durably.
    static func rename(_ path: String, to other: String) throws {
        guard Glibc.rename(path, other) == 0 else { throw self.failure("renaming \(path) to \(other)") }
        try self.synchronizeDirectory(of: other)
    }

    /// Makes or replaces a symbolic link, durably.
    static func link(_ path: String, to target: String) throws {
        let temporary = try self.temporaryName(for: path)
        guard symlink(target, temporary) == 0 else { throw self.failure("linking \(path)") }
        do { try self.rename(temporary, to: path) } catch {
            unlink(temporary)
            throw error
        }
    }

    /// Where a symbolic link leads; nil when there is none.
    static func target(of path: String) -> String? {
        openSSLText(capacity: Int(PATH_MAX)) { readlink(path, $0, $1 - 1) > 0 }
    }

    /// The names in a directory, sorted.
    static func names(in path: String) throws -> [String] {
        guard let directory = opendir(path) else { throw self.failure("listing \(path)") }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// The path without links and dots.
    static func absolute(_ path: String) throws -> String {
        guard let resolved = realpath(path, nil) else { throw self.failure("resolving \(path)") }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// The directory in which a path's last name is.
    static func parent(of path: String) -> String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }

    /// Makes sure that a new name outlives a crash.
    static func synchronizeDirectory(of path: String) throws {
        let parent = self.parent(of: path)
        let directory = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw self.failure("opening \(parent)") }
        defer { close(directory) }
        guard fsync(directory) == 0 || errno == EINVAL else { throw self.failure("writing \(parent)") }
    }

    static func writeAll(_ bytes: [UInt8], to file: Int32, _ step: String) throws {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(file, $0.baseAddress.map { $0 + offset }, $0.count - offset)
            }
            guard count >= 0 || errno == EINTR else { throw self.failure(step) }
            offset += max(0, count)
        }
    }

    /// The failure of the last system call.
    static func failure(_ step: String, _ number: Int32 = errno) -> AuthorityError {
        let advice: String? =
            switch number {
            case ENOSPC, EDQUOT: "make room on the disk and try again"
            case EACCES, EPERM: "run it as the user who owns the files"
            case EROFS: "the file system is mounted read-only"
            default: nil
            }
        return AuthorityError(
            number == ENOENT ? .missing : .filesystem,
            step,
            String(cString: strerror(number)).lowercasedFirst,
            advice: advice
        )
    }
}

extension String {
    fileprivate var lowercasedFirst: String { self.prefix(1).lowercased() + self.dropFirst() }
}
