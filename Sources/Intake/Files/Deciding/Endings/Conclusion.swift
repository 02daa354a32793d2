/// What becomes of a followed file that is quiet.
enum Conclusion: Hashable, Sendable {
    /// It is followed as before.
    case goesOn
    /// It is followed as before, and its last line is complete although it has no end: no program goes on with it.
    case lastLine
    /// It was renamed to a name that no pattern matches, and is over.
    case renamed
    /// It was deleted, and a program may still write it: nobody can say.
    case perhapsWritten
    /// It was deleted, and is over.
    case deleted
    /// It was deleted, and is given up although a program may still write it.
    case givenUp

    /// Judges a file that is followed.
    ///
    /// - Parameters:
    ///   - member: The file.
    ///   - status: What the open file says of itself; `nil` if it is not open.
    ///   - quiet: How long it has been quiet.
    ///   - patience: How long is long enough.
    ///   - writer: Asks whether a program has the file open for writing; only if that matters.
    init(
        of member: FileMember,
        status: DirectoryScan.FollowedStatus?,
        quiet: Duration,
        patience: FileFamily.Configuration,
        writer: () -> FileAnswer?
    ) {
        let isIdle = status?.isIdle ?? true
        let hasRest = status.map { $0.size > $0.offset } ?? false
        self = .goesOn
        switch member.state {
        case .followed where isIdle && hasRest && quiet > patience.unfinishedQuiet:
            // Of a file that was rotated while it was followed, silence is enough where the writer cannot be known.
            guard let writer = writer() else { return }
            if writer == .writer(false) || (writer == .writer(nil) && member.isMoved) { self = .lastLine }
        case .detached where isIdle && status?.isDeleted == true:
            guard quiet > patience.deletedQuiet, let writer = writer(), writer != .writer(true) else { return }
            if writer == .writer(false) {
                self = .deleted
            } else {
                self = quiet > patience.deletedUnknownQuiet ? .givenUp : .perhapsWritten
            }
        case .detached where isIdle:
            if quiet > patience.renamedQuiet {
                self = .renamed
            } else if hasRest, quiet > patience.deletedQuiet, let writer = writer(), writer != .writer(true) {
                self = .lastLine
            }
        default: return
        }
    }
}
