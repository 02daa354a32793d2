/// Decides what each file is: a log, a rotated log, a copy, an archive, or a new file.
///
/// The case that needs all this: `copytruncate` copies `app.log` to `app.log.1`, truncates `app.log`, and compresses `app.log.1`, all of it
/// between two looks of ours. The lines that we had not read stand in `app.log.1.gz` alone, behind those that we had read, and
/// `app.log` begins anew. Elsewhere `app.log.1` is what `app.log` was renamed to, or a file of its own that begins with the same header.
///
/// What looks equal is not the same. A file is a copy only if it appeared while its original was followed, has a name that fits, and
/// holds the same bytes from its first to its last. A file that holds them and more is one of its own, unless the original
/// was truncated or went away: then it has the rest of what that held. In doubt lines are read twice, and the operator is told.
///
/// This is a value: it sees no file and no clock. What the directories show goes in, what is to be done comes out; what it has to
/// know of the contents of files it asks. It keeps its ``FileKnowledge`` between events, and makes a ``FileDecision`` of each:
///
/// - A ``Look`` is the order in which the steps of a decision follow each other.
/// - ``Origin`` tells whether a ``NewFile`` or a ``NewArchive`` is a copy, and ``CopyReview`` whether it still is.
/// - ``OldContents`` are what is read after a ``Truncation``, or in place of ``LostFiles``.
/// - ``MissedRotations`` are found, and ``Relay`` and ``LogOrder`` say what is read after what.
/// - ``StoredFiles`` and ``UnlistedFiles`` are known from the last run, or by a name that no pattern matches.
/// - ``QuietFiles`` come to a ``Conclusion``, and to a ``FileEnd``.
struct FileFamily: Sendable {
    /// How long it waits for what.
    struct Configuration: Hashable, Sendable {
        /// Where reading starts in files that were there before.
        var start = FileTail.Start.end
        /// A short file that looks like a copy is read as one of its own if its original lives on for so long.
        var copyPatience = Duration.seconds(5)
        /// A compressed file that ends in its midst, and may be a copy, is taken as it is if it did not grow for so long.
        var archiveQuiet = Duration.seconds(60)
        /// A deleted file that no program writes is over when it was quiet for so long.
        var deletedQuiet = Duration.seconds(10)
        /// The same if nobody can say whether a program writes it.
        var deletedUnknownQuiet = Duration.seconds(60)
        /// A file that was renamed to a name that no pattern matches is over when it was quiet for so long.
        var renamedQuiet = Duration.seconds(3600)
        /// A last line without an end is delivered when its file was quiet for so long and no program has it open for writing.
        var unfinishedQuiet = Duration.seconds(10)
    }

    private let configuration: Configuration
    private var known: FileKnowledge

    /// Knows nothing but the positions that the last run stored.
    ///
    /// Those of paths that are not followed any more are `unwanted`, unless the file has a name by now that is.
    init(_ configuration: Configuration, stored: [FilePosition] = [], unwanted: Set<FileIdentity> = []) {
        self.configuration = configuration
        self.known = FileKnowledge(stored: stored, unwanted: unwanted)
    }

    /// Decides what follows from an event.
    ///
    /// - Parameters:
    ///   - event: What happened.
    ///   - answers: To all questions that were asked for this event so far.
    ///   - now: The time, which never goes back.
    /// - Returns: Questions, in which case nothing has changed and the event has to be given again; or the actions.
    mutating func handle(
        _ event: FileEvent,
        answers: [FileQuestion: FileAnswer] = [:],
        at now: ContinuousClock.Instant
    ) -> FileStep {
        var decision = FileDecision(
            from: self.known,
            self.configuration,
            scan: event.scan,
            inquiry: Inquiry(answers),
            at: now
        )
        switch event {
        case .scanned: Look.decide(&decision)
        case .caughtUp(let identity): decision.release(waitersFor: identity)
        case .ended(let identity, let position, let isDeleted):
            FileEnd(of: identity, at: position, isDeleted: isDeleted).decide(&decision)
        case .finished(let identity, let size): decision.finish(identity, size: size)
        }
        if decision.inquiry.isComplete { self.known = decision.known }
        return decision.step
    }

    /// Nothing of the file may be read yet: an older file of its log comes first, or it may become a copy.
    func mustWait(_ identity: FileIdentity) -> Bool {
        self.isUndecided(identity) || self.known.order.predecessor(of: identity) != nil
    }

    /// The file is open and was empty when it appeared: whether it is a copy is decided when it holds something.
    func isUndecided(_ identity: FileIdentity) -> Bool { self.known.files[identity]?.state == .undecided }

    /// A file as the directories showed it last.
    func listed(_ identity: FileIdentity) -> ListedFile? { self.known.files[identity]?.file }

    /// Other files wait until this one was read to its end.
    func isAwaited(_ identity: FileIdentity) -> Bool { !self.known.order.waiters(for: identity).isEmpty }

    /// A scan shows something new, or not everything that is known: names may be moving, so it is worth a second look.
    func isSurprised(by scan: DirectoryScan) -> Bool {
        guard scan.files.keys.allSatisfy({ self.known.files[$0] != nil }) else { return true }
        return self.known.files.all.contains { member in
            let identity = member.file.identity
            return scan.files[identity] == nil && !(member.isFollowed && scan.followed[identity] != nil)
        }
    }
}
