/// What is to be done; the actions of one step are done in their order.
enum FileAction: Hashable, Sendable {
    /// Begin to read a file; if it is open already, from another place.
    case follow(FileStart)
    /// Read a file that was empty when it appeared, and is no copy.
    case admit(FileIdentity)
    /// Read a followed file again from its first byte: it was truncated or written anew.
    case restart(FileIdentity)
    /// Read on if there is something to read: what the file waited for has been read.
    case resume(FileIdentity)
    /// Deliver what is left of a file, although its last line has no end.
    ///
    /// If `isOver`, report ``FileEvent/ended(_:_:isDeleted:)`` when nothing is left and everything has been accepted.
    case conclude(FileIdentity, isOver: Bool)
    /// Close a file and forget it; its stored position stays.
    case close(FileIdentity)
    /// Store that nothing more is wanted of a file as it is now.
    case finish(ListedFile)
    /// Store a position.
    case store(FilePosition)
    /// Remove the stored position of a file.
    case remove(FileIdentity)
    /// Tell the operator.
    case report(FileNotice)
}

/// Where to begin with a file.
struct FileStart: Hashable, Sendable {
    enum Place: Hashable, Sendable {
        /// With the first byte.
        case beginning
        /// With the first byte, but not before ``FileAction/admit(_:)``: the file is empty, and may become a copy.
        case undecided
        /// After the last complete line of the first `size` bytes.
        case lastLine(size: Int)
        /// Behind all bytes that the file has now.
        case everything
        /// Behind a position; of a compressed file this counts what it holds.
        case position(FilePosition)

        /// What was read before, if anything was.
        var position: FilePosition? { if case .position(let position) = self { position } else { nil } }
    }

    var file: ListedFile
    var place: Place
    /// The name with which its records are tagged: that of the log, if the file was rotated.
    var tag: String
    /// The position is stored before anything is read, so that the next run knows the file.
    var isStored = false

    /// The file ends in `.gz`.
    var isCompressed: Bool { self.file.isCompressed }

    /// What to store of a file that cannot be opened yet: of a last line only the size before it is known.
    var provisionalPosition: FilePosition? {
        guard case .lastLine(let size) = self.place else { return nil }
        return FilePosition(
            identity: self.file.identity,
            offset: size,
            fingerprint: Fingerprint([]),
            isPassingOver: false,
            path: self.tag,
            target: self.file.target
        )
    }
}

/// What an operator should know about a file.
enum FileNotice: Hashable, Sendable {
    /// A followed file was truncated; whether a copy of what it held was found.
    case truncated(path: String, offset: Int, hasCopy: Bool)
    /// A file is not what it was when the last run ended.
    case rewrittenWhileStopped(path: String)
    /// A file is not read, because all that it holds was read as, or will be read from, another one.
    case copy(path: String, original: String)
    /// A short file is read although a followed one begins with the same bytes: lines may come twice.
    case perhapsCopy(path: String, original: String)
    /// A file is not read, because it is compressed in a way that this program does not read.
    case foreignCompression(path: String, format: String)
    /// A deleted file is not followed any more, and nobody knows whether a program still writes to it.
    case deletedGivenUp(path: String)
}
