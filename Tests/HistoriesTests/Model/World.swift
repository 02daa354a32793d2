import Glibc

/// Directories and files as a value: names, symbolic links and what the files hold.
struct World: Sendable {
    typealias FileNumber = Int

    struct File: Sendable {
        var content: [UInt8] = []
        /// The complete lines of the content, in order.
        var lines: [Line] = []
        /// A line of which only the first half is there, and the bytes that complete it.
        var half: (origin: Int, rest: [UInt8])?
        /// Grows with each truncation, so that a position in the old content is not one in the new content.
        var generation = 0
        var isCompressed = false
        /// The step that wrote to it last.
        var lastWritten = 0
        /// The path of the log that it belongs to: that under which it was made, or that of what it is a copy of.
        var log: String
    }

    /// A line that was written once, and where it ends in this file.
    struct Line: Hashable, Sendable {
        var origin: Int
        var end: Int
    }

    enum Entry: Hashable, Sendable {
        case file(FileNumber)
        case link(String)
    }

    private(set) var entries: [String: Entry] = [:]
    var files: [FileNumber: File] = [:]
    /// A file that a program keeps open for writing.
    var held: FileNumber?
    /// How many steps were done.
    var step = 0
    private var nextNumber = 1

    /// The path that a path leads to when all links in it are followed; `nil` if they lead in a circle.
    func resolve(_ path: String) -> String? {
        var path = path
        for _ in 0..<8 {
            guard case .link(let target) = self.entries[path] else { return path }
            path = Self.join(Self.directory(of: path), target)
        }
        return nil
    }

    /// The file that a path leads to.
    func file(at path: String) -> FileNumber? {
        guard let path = self.resolve(path), case .file(let number) = self.entries[path] else {
            return nil
        }
        return number
    }

    /// The names of a file itself, without links to it.
    func names(of file: FileNumber) -> [String] {
        self.entries.filter { $0.value == .file(file) }.map(\.key).sorted()
    }

    /// All paths that lead to a file, links included.
    func paths(to file: FileNumber) -> [String] {
        self.entries.keys.filter { self.file(at: $0) == file }.sorted()
    }

    func isLinked(_ file: FileNumber) -> Bool { self.entries.values.contains(.file(file)) }

    mutating func makeFile(_ file: File, at path: String) -> FileNumber? {
        guard let path = self.resolve(path), self.entries[path] == nil else { return nil }
        var file = file
        file.lastWritten = self.step
        let number = self.nextNumber
        self.nextNumber += 1
        self.files[number] = file
        self.entries[path] = .file(number)
        return number
    }

    mutating func setEntry(_ path: String, _ entry: Entry?) { self.entries[path] = entry }

    /// The directory part of a path.
    static func directory(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }

    /// A relative path as seen from a directory; `..` at its beginning means the directory above.
    static func join(_ directory: String, _ path: String) -> String {
        var parts = directory.split(separator: "/")
        for part in path.split(separator: "/") {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return parts.joined(separator: "/")
    }

    /// Whether a pattern of `--tail` matches a path.
    static func matches(_ pattern: String, _ path: String) -> Bool {
        fnmatch(pattern, path, FNM_PATHNAME | FNM_PERIOD) == 0
    }
}

extension World.File {
    mutating func append(_ bytes: some Sequence<UInt8>, origin: Int) {
        self.content.append(contentsOf: bytes)
        self.lines.append(World.Line(origin: origin, end: self.content.count))
    }

    mutating func truncate() {
        self.content = []
        self.lines = []
        self.generation += 1
    }
}
