/// A file that ``FileFamily`` knows, and what it knows of it.
struct FileMember: Hashable, Sendable {
    /// What becomes of the file.
    enum State: Hashable, Sendable {
        /// The last run knew it; no file of now has been recognised as it.
        case stored(FilePosition)
        /// It is open, but empty: it may become a copy before it is read.
        case undecided
        /// It is read.
        case followed
        /// It is read, and no pattern matches any of its names any more.
        case detached
        /// It holds the same bytes as another file, which is read; it waits for what becomes of that one.
        case copy(CopyState)
        /// Nothing more is wanted of it for as long as it has this size.
        case finished(size: Int)
        /// It is not read, because it is compressed in a way that this program does not read.
        case foreign
    }

    /// What is known of a copy.
    struct CopyState: Hashable, Sendable {
        var original: FileIdentity
        /// When it was found to be one.
        var since: ContinuousClock.Instant
        /// How long it was when it was compared.
        var size: Int
        /// The operator was told of it.
        var isReported = false
    }

    /// What the directories showed last.
    var file: ListedFile
    /// The name under which it was taken up, and whether a pattern matched that.
    let foundAs: String
    let wasMatched: Bool
    /// The path that its records are tagged with: where it was found first, or that of the log it was rotated from.
    let tag: String
    /// Files of the same log are read one after the other.
    let log: String
    let isCompressed: Bool
    var names: LogNames
    var state: State
    /// Files are numbered in the order in which they are read.
    var number: Int
    /// The name under which it was found belongs to another file, or to none.
    var isMoved = false
    /// The contents and the last change of an open file when it was looked at last, and since when they are so.
    var size = 0
    var modified: Int64 = 0
    var quietSince: ContinuousClock.Instant

    init(_ file: ListedFile, tag: String, state: State, number: Int, at now: ContinuousClock.Instant) {
        self.file = file
        self.tag = tag
        self.names = LogNames(tag, file.path, file.target)
        self.state = state
        self.number = number
        self.foundAs = file.path
        self.wasMatched = file.isMatched
        self.log = RotatedName(path: tag).log
        self.isCompressed = RotatedName(path: file.path).isCompressed
        self.modified = file.modified
        self.size = file.size
        self.quietSince = now
    }

    /// Where it stands among the files of its log.
    var age: RotationAge {
        RotationAge(path: self.foundAs, modified: self.modified, isMoved: self.isMoved || self.wasLeft)
    }

    /// No pattern matches the name, and rotation gives none like it: symbolic links on the path of the log led there before.
    private var wasLeft: Bool {
        !self.wasMatched && self.foundAs != self.tag && !RotatedName(path: self.foundAs).isRotated
    }

    var isStored: Bool { if case .stored = self.state { true } else { false } }

    var isCopy: Bool { self.copy != nil }

    /// What is known of it if it is a copy.
    var copy: CopyState? { if case .copy(let copy) = self.state { copy } else { nil } }

    /// Notes under which name a look found the file.
    mutating func see(_ listed: ListedFile) {
        self.file = listed
        self.names.insert(listed.path)
        self.names.insert(listed.target)
    }

    /// Notes what a look showed of a file that is read.
    mutating func note(_ listed: ListedFile?, _ status: DirectoryScan.FollowedStatus?, at now: ContinuousClock.Instant)
    {
        self.isMoved = listed.map { $0.path != self.foundAs } ?? (self.isMoved || self.wasMatched)
        let size = status?.size ?? self.file.size
        let modified = status?.modified ?? self.file.modified
        if size != self.size || modified != self.modified { self.quietSince = now }
        (self.size, self.modified) = (size, modified)
        let isMatched = listed?.isMatched == true
        if self.state == .followed, !isMatched {
            (self.state, self.quietSince) = (.detached, now)
        } else if self.state == .detached, isMatched {
            self.state = .followed
        }
    }

    /// It was empty when it appeared, and still is.
    var isEmptyYet: Bool { self.state == .undecided && self.size == 0 }

    /// It is open, or was and may be opened again at any time.
    var isFollowed: Bool {
        switch self.state {
        case .undecided, .followed, .detached: true
        case .stored, .copy, .finished, .foreign: false
        }
    }
}
