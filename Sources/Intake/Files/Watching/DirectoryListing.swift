internal import Glibc

/// What the patterns match at one moment: each file once, whatever it is called.
struct DirectoryListing {
    private(set) var files: [FileIdentity: ListedFile] = [:]
    /// The directories in which files can appear, those behind symbolic links among them.
    private(set) var directories: Set<String> = []
    /// Directories that cannot be listed, and the system's error numbers.
    private(set) var refused: [String: CInt] = [:]
    /// Patterns that match nothing.
    private(set) var barren: [String] = []
    /// Patterns that name something else than a file, and what that is.
    private(set) var others: [String: String] = [:]
    /// Where the paths of directories lead.
    private var places: [String: String] = [:]

    /// Lists now.
    ///
    /// - Parameters:
    ///   - patterns: What to search for.
    ///   - known: Patterns that were followed before: files that are new to them have grown from nothing since then.
    ///   - closed: Directories that could not be listed until now: what is in them may be old.
    init(_ patterns: [FilePattern], known: Set<String>, closed: Set<String>) {
        for pattern in patterns {
            let findings = pattern.search()
            self.directories.formUnion(findings.directories)
            self.refused.merge(findings.refused) { $1 }
            if let other = findings.other { self.others[pattern.text] = other.kind }
            if findings.files.isEmpty, findings.refused.isEmpty, findings.other == nil {
                self.barren.append(pattern.text)
            }
            let isNew = !known.contains(pattern.text)
            for file in findings.files { self.add(file, mayBeOld: isNew || Self.isIn(closed, file.path)) }
        }
    }

    /// A listing without a descriptor left for a directory lacks files that are there.
    var isComplete: Bool { self.refused.values.allSatisfy { $0 != EMFILE && $0 != ENFILE && $0 != ENOMEM } }

    /// The directory was listed, or one in it.
    func hasListed(_ directory: String) -> Bool {
        self.refused[directory] == nil
            && self.directories.contains { $0 == directory || $0.hasPrefix(directory + "/") }
    }

    /// Adds a file; of several paths of one file the first counts.
    private mutating func add(_ file: FilePattern.Findings.File, mayBeOld: Bool) {
        guard self.files[file.status.identity] == nil else {
            if !mayBeOld { self.files[file.status.identity]?.mayBeOld = false }
            return
        }
        let target = self.target(of: file)
        self.files[file.status.identity] = ListedFile(
            file.path,
            target: target,
            file.status,
            isMatched: true,
            mayBeOld: mayBeOld
        )
    }

    /// Where the path of a file leads; the directories on that way are noted.
    private mutating func target(of file: FilePattern.Findings.File) -> String {
        if file.mayBeLink {
            let chain = LinkChain(file.path)
            self.directories.formUnion(chain.directories)
            return chain.target
        }
        let directory = FilePattern.directory(of: file.path)
        if self.places[directory] == nil {
            let chain = LinkChain(directory)
            self.directories.formUnion(chain.directories.union([chain.target]))
            self.places[directory] = chain.target
        }
        guard let place = self.places[directory], place != directory, let name = file.path.split(separator: "/").last
        else { return file.path }
        return FilePattern.join(place, String(name))
    }

    private static func isIn(_ directories: Set<String>, _ path: String) -> Bool {
        directories.contains { path.hasPrefix($0 + "/") }
    }

    /// Both show the same files under the same names.
    func agrees(with other: DirectoryListing) -> Bool {
        self.files.count == other.files.count
            && self.files.allSatisfy { other.files[$0.key]?.path == $0.value.path }
    }
}
