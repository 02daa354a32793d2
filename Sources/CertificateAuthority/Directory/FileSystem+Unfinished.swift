internal import Glibc

/// What a killed program leaves of something that it was making beside its place, and who may remove it.
///
/// A name such as `key.pem.tmp.5f3a9c2100aabbcc` says that it is ours: of the file that was to be made, the mark, and hexadecimal
/// digits, which the first releases took from the number of their process.
extension FileSystem {
    private static let mark = ".tmp"
    /// Nobody writes one of our files for so many seconds.
    private static let longest = 600

    /// A name beside a path that nobody can guess or prepare.
    static func temporaryName(for path: String) throws -> String {
        "\(path)\(self.mark).\(try randomBytes(8).hexadecimal)"
    }

    /// The unfinished files in a directory, of those that are made there under some names.
    ///
    /// They belong to us; to root, what belongs to the directory's owner is its own as well.
    ///
    /// - Parameters:
    ///   - directory: where to look.
    ///   - idle: for how many seconds nobody has written to it; 0 where a lock says that nobody does.
    ///   - names: whether a name is that of a file we make.
    /// - Returns: their paths.
    /// - Throws: `AuthorityError` for a directory that cannot be listed.
    static func unfinished(
        in directory: String,
        idle: Int = FileSystem.longest,
        _ names: (Substring) -> Bool = { _ in true }
    ) throws -> [String] {
        var place = stat()
        guard stat(directory, &place) == 0 else { throw self.failure("looking at \(directory)") }
        return try self.names(in: directory).compactMap { name in
            guard let origin = self.origin(of: name), names(origin) else { return nil }
            var status = stat()
            let path = "\(directory)/\(name)"
            guard lstat(path, &status) == 0, status.st_mtim.tv_sec <= time(nil) - idle,
                status.st_uid == geteuid() || (geteuid() == 0 && status.st_uid == place.st_uid)
            else { return nil }
            switch status.st_mode & S_IFMT {
            case S_IFREG, S_IFLNK: return path
            // The only directory that is made beside its place.
            case S_IFDIR where origin == Layout.staging: return path
            default: return nil
            }
        }
    }

    /// Removes the unfinished files in a directory.
    static func removeUnfinished(
        in directory: String,
        idle: Int = FileSystem.longest,
        _ names: (Substring) -> Bool = { _ in true }
    ) {
        // Whoever cannot list the directory, or change it, fails by what it is about to do there, and not by this.
        for path in (try? self.unfinished(in: directory, idle: idle, names)) ?? [] { self.removeTree(path) }
    }

    /// Removes what was left of earlier attempts to write a file, or to keep the one before as `.old`.
    static func removeUnfinished(of path: String) {
        let name = path.split(separator: "/").last ?? ""
        self.removeUnfinished(in: self.parent(of: path)) { $0 == name || $0 == "\(name).old" }
    }

    /// The name of the file that was to be made; nil for a name that we do not give.
    private static func origin(of name: String) -> Substring? {
        guard let dot = name.lastIndex(of: "."), name[..<dot].hasSuffix(self.mark) else { return nil }
        let digits = name[name.index(after: dot)...].utf8
        let isHexadecimal = digits.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
        }
        guard isHexadecimal, (1...16).contains(digits.count) else { return nil }
        return name[..<dot].dropLast(self.mark.count)
    }
}
