/// What one look at the directories and at the open files shows.
struct DirectoryScan: Sendable {
    /// Every file that a pattern matches, and those followed ones that were sought and found beside their old names.
    var files: [FileIdentity: ListedFile] = [:]
    /// What the followed files that are open say of themselves.
    var followed: [FileIdentity: FollowedStatus] = [:]
    /// Followed files that were found to be truncated or written anew, with everything that was read accepted; how far that was.
    var rewritten: [FileIdentity: FilePosition] = [:]
    /// A file that is not listed does not exist; false if names moved too fast to tell.
    var isSettled = true

    /// What an open file says of itself, whatever it is called.
    struct FollowedStatus: Hashable, Sendable {
        /// The size in bytes.
        var size: Int
        /// The last change of the contents, in nanoseconds since 1970.
        var modified: Int64
        /// No directory has a name for it any more.
        var isDeleted: Bool
        /// How far it was read; of a compressed file this counts what it holds.
        var offset: Int
        /// Everything that was read of it has been accepted.
        var isIdle: Bool
    }
}

/// A file as a directory shows it.
struct ListedFile: Hashable, Sendable {
    /// The name by which it was found; a symbolic link, perhaps.
    var path: String
    /// Where the symbolic links of the path lead; the path itself if there are none.
    var target: String
    var identity: FileIdentity
    /// The size in bytes.
    var size: Int
    /// The last change of the contents, in nanoseconds since 1970.
    var modified: Int64
    /// A pattern matches the path.
    var isMatched = true
    /// It may have been there before its pattern was followed for the first time.
    ///
    /// With ``FileTail/Start/end`` only what is added to such a file is delivered.
    var mayBeOld = false
}

extension ListedFile {
    /// Its name says that it is compressed with gzip.
    var isCompressed: Bool { self.path.hasSuffix(".gz") }

    /// Its name begins with a dot.
    var isHidden: Bool {
        self.path.dropFirst(FilePattern.directory(of: self.path).count).drop { $0 == "/" }.first == "."
    }
}

extension RotationAge {
    init(_ file: ListedFile) { self.init(path: file.path, modified: file.modified) }
}
