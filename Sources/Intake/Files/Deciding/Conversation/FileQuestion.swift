/// What ``FileFamily`` has to know of the contents of files and of directories before it can decide.
///
/// Questions are asked while a decision is made and are answered at once. An answer holds for that decision only.
enum FileQuestion: Hashable, Sendable {
    /// What does the file hold? ``FileAnswer/contents(_:)``.
    case contents(of: ListedFile)
    /// Which regular files does a directory have? ``FileAnswer/neighbours(_:)``.
    case neighbours(in: String)
    /// How does what one file holds relate to what a followed one holds now? ``FileAnswer/comparison(_:)``.
    ///
    /// The first one is decompressed if its name ends in `.gz`. Its size has to be taken before that of the followed one: then a
    /// copy that is being made is never longer than its original.
    case comparison(of: ListedFile, with: ListedFile)
    /// Does a file hold what was read up to a position? ``FileAnswer/possession(_:)``.
    ///
    /// The file is decompressed if its name ends in `.gz`, unless the position is one of kind ``FilePosition/Kind/done``.
    case possession(of: FilePosition, in: ListedFile)
    /// Does a followed file still hold what was read of it? ``FileAnswer/integrity(_:)``.
    case integrity(of: FileIdentity)
    /// How far was a followed file read that is not open at the moment? ``FileAnswer/position(_:)``.
    case position(of: FileIdentity)
    /// Does a program have a followed file open for writing? ``FileAnswer/writer(_:)``.
    case writer(of: FileIdentity)
    /// Is the file system away on which this file was, so that the file may come back? ``FileAnswer/absence(_:)``.
    case absence(of: FilePosition)
}

/// The answer to a ``FileQuestion``.
enum FileAnswer: Hashable, Sendable {
    case contents(Contents)
    /// Files sorted by path; of each, ``ListedFile/isMatched`` is false.
    case neighbours([ListedFile])
    case comparison(Comparison)
    case possession(Possession)
    case integrity(Integrity)
    case position(FilePosition)
    /// `nil` if it cannot be known.
    case writer(Bool?)
    case absence(Bool)
    /// The file does not have this name any more, or cannot be opened: the decision waits for the next look.
    case unavailable

    /// What the first bytes of a file say.
    enum Contents: Hashable, Sendable {
        /// Text, or a gz file, or nothing yet.
        case readable
        /// Compressed in a way that this program does not read; the name of the format.
        case foreign(String)
    }

    /// How the contents of one file relate to those of a followed one.
    enum Comparison: Hashable, Sendable {
        /// The same bytes and as many.
        case equal
        /// The followed file begins with all bytes of the other one, so many, and goes on.
        case beginning(Int)
        /// Other bytes, or more of them.
        case different
        /// A compressed file ends in its midst; what there is so far agrees.
        case unfinished
    }

    /// Whether a file holds what was read up to a position.
    enum Possession: Hashable, Sendable {
        /// Both fingerprints agree.
        case held
        /// The file ends before the position, and its beginning has the fingerprint of the position's head.
        case shorter
        case notHeld
        /// A compressed file ends in its midst, before the position.
        case unfinished
    }

    /// Whether a followed file is the one that was read.
    enum Integrity: Hashable, Sendable {
        case intact
        /// The file was truncated or written anew; how far it had been read.
        case rewritten(FilePosition)
        /// The file was truncated or written anew, and what was read of its old contents is not accepted yet: ask again later.
        case rewrittenAndBusy
    }
}

extension FileAnswer.Comparison {
    /// The followed file holds everything that the other one holds; it may have grown since that was copied.
    var isContained: Bool {
        switch self {
        case .equal, .beginning: true
        case .different, .unfinished: false
        }
    }

    /// This says enough to call a file a copy of the followed one: of a short archive that begins alike nobody knows.
    func proves(copy file: ListedFile) -> Bool {
        if case .beginning(let length) = self { return !file.isCompressed || length >= Fingerprint.window }
        return self == .equal
    }
}
