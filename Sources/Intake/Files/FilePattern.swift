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
        var files: [String] = []
        /// The directories in which files of this pattern can appear.
        var directories: Set<String> = []
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
        if Self.isWild(self.text), FileStatus(path: self.text) != nil {
            findings.files.append(self.text)
            findings.directories.insert(Self.directory(of: self.text))
            return findings
        }
        self.search(self.names[...], in: self.root, depth: 0, into: &findings)
        findings.files.sort()
        return findings
    }

    private func search(_ names: ArraySlice<String>, in directory: String, depth: Int, into findings: inout Findings) {
        guard let name = names.first, depth <= Self.maximumDepth else { return }
        let rest = names.dropFirst()
        if name == "**" {
            self.search(rest, in: directory, depth: depth, into: &findings)
            for child in Self.children(of: directory) where child.isDirectory && !child.name.hasPrefix(".") {
                self.search(names, in: Self.join(directory, child.name), depth: depth + 1, into: &findings)
            }
            findings.directories.insert(directory)
        } else if Self.isWild(name) {
            for child in Self.children(of: directory) where fnmatch(name, child.name, FNM_PERIOD) == 0 {
                self.descend(rest, to: Self.join(directory, child.name), depth: depth, into: &findings)
            }
            findings.directories.insert(directory)
        } else {
            if rest.isEmpty { findings.directories.insert(directory) }
            self.descend(rest, to: Self.join(directory, name), depth: depth, into: &findings)
        }
    }

    private func descend(_ rest: ArraySlice<String>, to path: String, depth: Int, into findings: inout Findings) {
        if !rest.isEmpty { return self.search(rest, in: path, depth: depth, into: &findings) }
        if let status = FileStatus(path: path), status.isRegular { findings.files.append(path) }
    }

    /// The directory part of a path; empty for the current directory.
    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The paths of the regular files in a directory.
    static func files(in directory: String) -> [String] {
        self.children(of: directory).map { self.join(directory, $0.name) }
            .filter { FileStatus(path: $0)?.isRegular == true }
    }

    private static func join(_ directory: String, _ name: String) -> String {
        directory.isEmpty || directory == "/" ? directory + name : "\(directory)/\(name)"
    }

    private static func isWild(_ name: String) -> Bool { name.utf8.contains { "*?[".utf8.contains($0) } }

    private static func children(of directory: String) -> [(name: String, isDirectory: Bool)] {
        guard let handle = opendir(directory.isEmpty ? "." : directory) else { return [] }
        defer { closedir(handle) }
        var children: [(name: String, isDirectory: Bool)] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name != ".", name != ".." else { continue }
            children.append((name, self.isDirectory(entry.pointee.d_type, name, in: directory)))
        }
        return children
    }

    private static func isDirectory(_ type: UInt8, _ name: String, in directory: String) -> Bool {
        guard type == UInt8(DT_UNKNOWN) else { return type == UInt8(DT_DIR) }
        var status = stat()  // some file systems do not say what an entry is
        return lstat(self.join(directory, name), &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
