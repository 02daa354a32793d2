internal import Glibc

/// Looks at what sources would read, before they do: a file that is not there is followed as soon as it is, which nobody expects
/// who has misspelt its name.
struct SourceInspection {
    /// So many files of one pattern are named; the others are counted.
    private static let mostNamed = 3

    /// A path as the system has it, a zero at its end: a name may be no UTF-8.
    private typealias Path = [CChar]

    private let patterns: [String]

    init(_ configuration: Configuration) {
        self.patterns = configuration.inputs.flatMap { input in
            if case .files(let patterns, _) = input { patterns } else { [String]() }
        }
    }

    /// What will not be read now, one line each.
    var warnings: [String] { self.patterns.flatMap(Self.warnings(of:)) }

    private static func warnings(of pattern: String) -> [String] {
        // `**` matches any number of directories, which only the follower knows how to search.
        guard !pattern.contains("**") else { return [] }
        let paths = self.matches(of: pattern)
        if paths.isEmpty {
            let what = self.isWild(pattern) ? "no file matches it yet" : "it does not exist yet"
            return ["source: \(pattern): \(what); it is followed as soon as there is one"]
        }
        // A pattern such as logs/* matches directories beside the files that are meant.
        let files = self.isWild(pattern) ? paths.filter { !self.isDirectory($0) } : paths
        let refusals = files.compactMap { path in self.refusal(of: path).map { "source: \(self.shown(path)): \($0)" } }
        guard refusals.count > self.mostNamed else { return refusals }
        return refusals.prefix(self.mostNamed) + [
            "source: \(pattern): so are \(refusals.count - self.mostNamed) more files"
        ]
    }

    /// Why a path is not read; `nil` if it is.
    private static func refusal(of path: Path) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return String(cString: strerror(errno)) }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: return "it is a directory; name the files in it, as in '\(self.shown(path))/*.log'"
        case S_IFREG: break
        default: return "it is no regular file; read a pipe by --stdin"
        }
        guard access(path, R_OK) != 0 else { return nil }
        return "it cannot be read by user id \(geteuid()): \(String(cString: strerror(errno))); "
            + "add the user to the file's group, adm for the logs of Debian"
    }

    private static func isDirectory(_ path: Path) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func isWild(_ text: String) -> Bool { text.contains { "*?[".contains($0) } }

    private static func matches(of pattern: String) -> [Path] {
        guard self.isWild(pattern) else {
            return access(pattern, F_OK) == 0 || errno != ENOENT ? [Path(pattern.utf8CString)] : []
        }
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(pattern, 0, nil, &found) == 0 else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { index in
            found.gl_pathv[index].map { Path(UnsafeBufferPointer(start: $0, count: strlen($0) + 1)) }
        }
    }

    private static func shown(_ path: Path) -> String {
        String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
