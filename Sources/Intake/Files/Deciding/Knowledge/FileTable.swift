/// The files that ``FileFamily`` knows, by identity and by name.
///
/// At any time a file is found under every name that it has had, and under no name of a file that is forgotten. No two files have
/// the same number: a file that is inserted, or put last, gets a higher one than all files before it.
struct FileTable: Sendable {
    /// A file is compared with so many others at most; the likeliest come first.
    private static let mostComparisons = 16
    /// So many files of one log, or fewer, are rotations of each other; more are logs with numbers in their names.
    private static let mostRotations = 256

    private var members: [FileIdentity: FileMember] = [:]
    /// Members by their names, see ``LogNames/keys``.
    private var names: [String: Set<FileIdentity>] = [:]
    /// The highest number that was given so far.
    private(set) var lastNumber = 0

    subscript(identity: FileIdentity) -> FileMember? { self.members[identity] }

    /// All files, in no order.
    var all: Dictionary<FileIdentity, FileMember>.Values { self.members.values }

    /// Some files in the order in which they are read: what is decided must not depend on the order of a dictionary.
    func sorted(where isWanted: (FileMember) -> Bool) -> [FileMember] {
        self.members.values.filter(isWanted).sorted { $0.number < $1.number }
    }

    /// The same of some files.
    func sorted(_ identities: Set<FileIdentity>) -> [FileIdentity] {
        identities.compactMap { self.members[$0] }.sorted { $0.number < $1.number }.map(\.file.identity)
    }

    // MARK: Changes

    /// Knows a file from now on, or knows it anew; then it keeps its names.
    mutating func insert(_ file: ListedFile, tag: String, state: FileMember.State, at now: ContinuousClock.Instant) {
        self.lastNumber += 1
        var member = FileMember(file, tag: tag, state: state, number: self.lastNumber, at: now)
        if let known = self.members[file.identity] { member.names.formUnion(known.names) }
        self.members[file.identity] = member
        self.index(member)
    }

    /// Forgets a file.
    mutating func remove(_ identity: FileIdentity) {
        guard let member = self.members.removeValue(forKey: identity) else { return }
        for key in member.names.keys {
            self.names[key]?.remove(identity)
            if self.names[key]?.isEmpty == true { self.names[key] = nil }
        }
    }

    /// Knows something else of a file that is known; it may have more names than before.
    mutating func update(_ member: FileMember) {
        guard let known = self.members[member.file.identity] else { return }
        self.members[member.file.identity] = member
        if member.names.keys.count > known.names.keys.count { self.index(member) }
    }

    mutating func setState(_ state: FileMember.State, of identity: FileIdentity) {
        self.members[identity]?.state = state
    }

    /// Counts a file as rotated, whatever it is called.
    mutating func setMoved(_ identity: FileIdentity) { self.members[identity]?.isMoved = true }

    mutating func addName(_ path: String, to identity: FileIdentity) {
        guard self.members[identity]?.names.insert(path) == true, let member = self.members[identity] else { return }
        self.index(member)
    }

    /// Gives a file the highest number.
    mutating func putLast(_ identity: FileIdentity) {
        self.lastNumber += 1
        self.members[identity]?.number = self.lastNumber
    }

    private mutating func index(_ member: FileMember) {
        for key in member.names.keys { self.names[key, default: []].insert(member.file.identity) }
    }

    // MARK: Names

    /// Followed files of which this may be a copy, the likeliest first: they were followed when it appeared, and the name fits.
    ///
    /// The `newcomers` were not: they appeared at the same time.
    func originals(of file: ListedFile, besides newcomers: Set<FileIdentity>) -> [FileIdentity] {
        var found: [FileIdentity] = []
        for key in LogNames.keys(ofOriginalsOf: file.path) {
            guard let identities = self.names[key], identities.count <= Self.mostRotations else { continue }
            let members = identities.compactMap { self.members[$0] }.filter { member in
                (member.state == .followed || member.state == .detached) && !member.isCompressed
                    && member.file.identity != file.identity && !found.contains(member.file.identity)
                    // Compressed files hold what others held, even if those were seen at the same time.
                    && (file.isCompressed || !newcomers.contains(member.file.identity))
            }
            found += members.sorted { $0.number > $1.number }.map(\.file.identity)
            if found.count >= Self.mostComparisons { return Array(found.prefix(Self.mostComparisons)) }
        }
        return found
    }

    /// Files whose names fit those of an original of this one, whatever they are; by path.
    func namesakes(of file: ListedFile, except identity: FileIdentity) -> some Sequence<ListedFile> {
        let keys = LogNames.keys(ofOriginalsOf: file.path)
        let known = Set(keys.flatMap { self.names[$0] ?? [] }).subtracting([identity]).compactMap {
            self.members[$0]?.file
        }
        return known.sorted { $0.path < $1.path }.prefix(Self.mostComparisons)
    }
}
