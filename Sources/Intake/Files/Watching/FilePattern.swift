internal import Glibc

/// A path with wildcards, and the search for what it matches.
///
/// `*`, `?` and `[…]` match within one name as in fnmatch(3) and do not match a leading dot; `**` as a whole name
/// matches any number of directories, none included, and does not follow symbolic links to directories, so that
/// a search always ends. A path that exists as it is written is taken as it is.
struct FilePattern: Hashable, Sendable {
    /// How deep `**` goes at most.
    static let maximumDepth = 32

    /// What a search found, and where it looked.
    struct Findings: Sendable {
        struct File: Sendable {
            var path: String
            var status: FileStatus
            /// The path may be a symbolic link.
            var mayBeLink: Bool
        }

        var files: [File] = []
        /// The directories in which files of this pattern can appear.
        var directories: Set<String> = []
        /// Directories that could not be read, and the system's error numbers.
        var refused: [String: CInt] = [:]
        /// What the pattern names, if that is no file.
        var other: FileStatus?
    }

    /// The pattern as it was given.
    let text: String
    private let names: [String]
    private let root: String

    /// Takes a pattern; relative ones start at the current directory.
    init(_ text: String) throws(IntakeError) {
        let names = text.split(separator: "/").map(String.init)
        guard !names.isEmpty, !text.hasSuffix("/"), names.last != "**", !text.utf8.contains(0) else {
            throw IntakeError(.invalidPattern, stage: "follow files", reason: "\"\(text)\" does not name files")
        }
        self.text = text
        self.names = names
        self.root = text.hasPrefix("/") ? "/" : ""
    }

    /// Searches the file system now; the files come sorted by name.
    func search() -> Findings {
        var findings = Findings()
        let isWild = Self.isWild(self.text)
        if isWild, let status = FileStatus(path: self.text), status.isRegular {
            findings.files.append(Findings.File(path: self.text, status: status, mayBeLink: true))
            findings.directories.insert(Self.directory(of: self.text))
            return findings
        }
        self.search(self.names[...], in: self.root, depth: 0, into: &findings)
        findings.files.sort { $0.path < $1.path }
        if !isWild, findings.files.isEmpty, let status = FileStatus(path: self.text), !status.isRegular {
            findings.other = status
        }
        return findings
    }

    private func search(_ names: ArraySlice<String>, in directory: String, depth: Int, into findings: inout Findings) {
        guard let name = names.first, depth <= Self.maximumDepth else { return }
        let rest = names.dropFirst()
        if name == "**" {
            self.search(rest, in: directory, depth: depth, into: &findings)
            for child in Self.children(of: directory, &findings) where child.isDirectory && !child.name.hasPrefix(".") {
                self.search(names, in: Self.join(directory, child.name), depth: depth + 1, into: &findings)
            }
            findings.directories.insert(directory)
        } else if Self.isWild(name) {
            for child in Self.children(of: directory, &findings) where Self.matches(name, child.name) {
                let path = Self.join(directory, child.name)
                self.descend(rest, to: path, mayBeLink: child.mayBeLink, depth: depth, into: &findings)
            }
            findings.directories.insert(directory)
        } else {
            if rest.isEmpty { findings.directories.insert(directory) }
            self.descend(rest, to: Self.join(directory, name), mayBeLink: true, depth: depth, into: &findings)
        }
    }

    private func descend(
        _ rest: ArraySlice<String>,
        to path: String,
        mayBeLink: Bool,
        depth: Int,
        into findings: inout Findings
    ) {
        if !rest.isEmpty { return self.search(rest, in: path, depth: depth, into: &findings) }
        if let status = FileStatus(path: path) {
            if status.isRegular {
                findings.files.append(Findings.File(path: path, status: status, mayBeLink: mayBeLink))
            }
        } else if errno == EACCES {
            findings.refused[Self.directory(of: path)] = EACCES
        }
    }

    /// A search could find a file with this path, if there is one.
    func matches(_ path: String) -> Bool {
        if path == self.text { return true }
        guard path.hasPrefix("/") == self.text.hasPrefix("/") else { return false }
        return Self.matches(self.names[...], path.split(separator: "/").map(String.init)[...])
    }

    private static func matches(_ patterns: ArraySlice<String>, _ names: ArraySlice<String>) -> Bool {
        guard let pattern = patterns.first else { return names.isEmpty }
        guard pattern == "**" else {
            guard let name = names.first, pattern == name || self.matches(pattern, name) else { return false }
            return self.matches(patterns.dropFirst(), names.dropFirst())
        }
        var rest = names
        while !self.matches(patterns.dropFirst(), rest) {
            guard let directory = rest.popFirst(), !directory.hasPrefix(".") else { return false }
        }
        return true
    }

    private static func matches(_ pattern: String, _ name: String) -> Bool {
        RawPath.with(name) { name in pattern.withCString { fnmatch($0, name, FNM_PERIOD) == 0 } }
    }

    /// The directory part of a path; empty for the current directory.
    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The directories that some paths name, each once.
    static func directories(of paths: [String]) -> [String] { Set(paths.map(self.directory(of:))).sorted() }

    /// The paths of the regular files in a directory.
    static func files(in directory: String) -> [String] {
        var findings = Findings()
        return self.children(of: directory, &findings).map { self.join(directory, $0.name) }
            .filter { FileStatus(path: $0)?.isRegular == true }
    }

    /// The directory is there, but what is in it cannot be listed.
    static func isClosed(_ directory: String) -> Bool {
        var findings = Findings()
        _ = self.children(of: directory, &findings)
        return !findings.refused.isEmpty
    }

    /// The path of a name in a directory; the empty path is the current directory.
    static func join(_ directory: String, _ name: String) -> String {
        directory.isEmpty || directory == "/" ? directory + name : "\(directory)/\(name)"
    }

    private static func isWild(_ name: String) -> Bool { name.utf8.contains { "*?[".utf8.contains($0) } }

    private struct Child {
        var name: String
        var isDirectory: Bool
        var mayBeLink: Bool
    }

    private static func children(of directory: String, _ findings: inout Findings) -> [Child] {
        guard let handle = RawPath.with(directory.isEmpty ? "." : directory, { opendir($0) }) else {
            if errno != ENOENT, errno != ENOTDIR { findings.refused[directory] = errno }
            return []
        }
        defer { closedir(handle) }
        var children: [Child] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                let start = UnsafeRawPointer(pointer).assumingMemoryBound(to: UInt8.self)
                return RawPath.text(
                    UnsafeBufferPointer(
                        start: start,
                        count: strnlen(UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self), 256)
                    )
                )
            }
            guard name != ".", name != ".." else { continue }
            let type = entry.pointee.d_type
            children.append(
                Child(
                    name: name,
                    isDirectory: self.isDirectory(type, name, in: directory),
                    mayBeLink: type == UInt8(DT_LNK) || type == UInt8(DT_UNKNOWN)
                )
            )
        }
        return children
    }

    private static func isDirectory(_ type: UInt8, _ name: String, in directory: String) -> Bool {
        guard type == UInt8(DT_UNKNOWN) else { return type == UInt8(DT_DIR) }
        var status = stat()  // some file systems do not say what an entry is
        return RawPath.with(self.join(directory, name)) { lstat($0, &status) } == 0
            && status.st_mode & S_IFMT == S_IFDIR
    }
}
