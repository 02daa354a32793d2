/// What happens to files, as ``FileFamily`` is told of it.
enum FileEvent: Sendable {
    /// The directories and the open files were looked at.
    case scanned(DirectoryScan)
    /// Everything that a file holds for now was read and accepted.
    case caughtUp(FileIdentity)
    /// The rest of a file was delivered after ``FileAction/conclude(_:isOver:)``; this is its last position.
    case ended(FileIdentity, FilePosition, isDeleted: Bool)
    /// A compressed file of `size` bytes was read to its end, or as far as it can be read, and everything was accepted.
    ///
    /// It may have grown since the last look.
    case finished(FileIdentity, size: Int)

    /// What a look showed; nothing, if this is another event.
    var scan: DirectoryScan { if case .scanned(let scan) = self { scan } else { DirectoryScan() } }
}

/// What ``FileFamily`` answers to an event.
enum FileStep: Hashable, Sendable {
    /// Nothing was decided: the event has to be given again, with the answers to these questions and to all asked before.
    case ask([FileQuestion])
    /// The decision.
    case act([FileAction])
}
