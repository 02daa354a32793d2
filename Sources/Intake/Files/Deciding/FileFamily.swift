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
/// know of the contents of files it asks.
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

    /// How many finished files to remember.
    ///
    /// A finished file may come back under a compressed name; its position tells us that we have
    /// already read it.
    private static let mostRemembered = 256
    /// A file is compared with so many others at most; the likeliest come first.
    private static let mostComparisons = 16
    /// So many files of one log, or fewer, are rotations of each other; more are logs with numbers in their names.
    private static let mostRotations = 256

    /// A file that was seen and cannot be decided yet.
    private struct Delay: Hashable, Sendable {
        var size: Int
        var since: ContinuousClock.Instant
        var mayBeOld: Bool
    }

    /// What one decision gathers until it is complete.
    private struct Decision: Sendable {
        var answers: [FileQuestion: FileAnswer] = [:]
        var now = ContinuousClock.now
        var questions: [FileQuestion] = []
        var actions: [FileAction] = []
        /// Files that were taken up in this decision for the first time: no file can be a copy of these.
        var newcomers: Set<FileIdentity> = []
        /// Files that were restarted: what was asked about them is out of date.
        var restarted: Set<FileIdentity> = []
        /// Files of the last run that were recognised by what they hold: nothing more has to be asked about that.
        var resumed: Set<FileIdentity> = []
        /// The files of directories that nobody knows for certain: of these one may be what became of another.
        var loose: [String: [ListedFile]] = [:]
        /// Files of the last run of which nothing was read then, and the paths under which they were found.
        var returned: [FileIdentity: String] = [:]
        /// Copies that this decision follows, and the file that is read behind them.
        var relays: [(copies: [FileIdentity], original: FileIdentity?)] = []
        var scan = DirectoryScan()
    }

    private let configuration: Configuration
    private var members: [FileIdentity: FileMember] = [:]
    private var order = ReadingOrder()
    /// Members by their names, see ``LogNames/keys``.
    private var index: [String: Set<FileIdentity>] = [:]
    private var delays: [FileIdentity: Delay] = [:]
    /// How far files were read that are finished, or were truncated; the latest last.
    private var remembered: [FilePosition] = []
    /// Those of them of files that do not exist any more: another file may have the inode.
    private var deleted: Set<FilePosition> = []
    private let unwanted: Set<FileIdentity>
    private var lastNumber = 0
    private var decision = Decision()

    /// Knows nothing but the positions that the last run stored.
    ///
    /// Those of paths that are not followed any more are `unwanted`, unless the file has a name by now that is.
    init(_ configuration: Configuration, stored: [FilePosition] = [], unwanted: Set<FileIdentity> = []) {
        self.configuration = configuration
        self.unwanted = unwanted
        for position in stored {
            let file = ListedFile(
                path: position.path,
                target: position.target,
                identity: position.identity,
                size: 0,
                modified: position.modified,
                isMatched: false
            )
            self.insert(file, tag: position.path, state: .stored(position))
        }
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
        var draft = self
        draft.decision = Decision(answers: answers, now: now)
        switch event {
        case .scanned(let scan): draft.look(at: scan)
        case .caughtUp(let identity): draft.release(identity)
        case .ended(let identity, let position, let isDeleted): draft.end(identity, position, isDeleted: isDeleted)
        case .finished(let identity, let size): draft.finish(identity, size: size)
        }
        guard draft.decision.questions.isEmpty else { return .ask(draft.decision.questions) }
        let actions = draft.decision.actions
        draft.decision = Decision()
        self = draft
        return .act(actions)
    }

    /// Nothing of the file may be read yet: an older file of its log comes first, or it may become a copy.
    func mustWait(_ identity: FileIdentity) -> Bool {
        self.members[identity]?.state == .undecided || self.order.predecessor(of: identity) != nil
    }

    /// The file is open and was empty when it appeared: whether it is a copy is decided when it holds something.
    func isUndecided(_ identity: FileIdentity) -> Bool { self.members[identity]?.state == .undecided }

    /// A file as the directories showed it last.
    func listed(_ identity: FileIdentity) -> ListedFile? { self.members[identity]?.file }

    /// Other files wait until this one was read to its end.
    func isAwaited(_ identity: FileIdentity) -> Bool { !self.order.waiters(for: identity).isEmpty }

    /// A scan shows something new, or not everything that is known: names may be moving, so it is worth a second look.
    func isSurprised(by scan: DirectoryScan) -> Bool {
        guard scan.files.keys.allSatisfy({ self.members[$0] != nil }) else { return true }
        return self.members.contains { identity, member in
            scan.files[identity] == nil && !(member.isFollowed && scan.followed[identity] != nil)
        }
    }

    // MARK: One look

    private mutating func look(at scan: DirectoryScan) {
        let last = self.lastNumber
        var files = scan.files
        self.decision.scan = scan
        self.seek(in: &files)
        self.renumberDevices(in: files)
        let replaced = self.takeReplaced(in: files)
        let moved = self.note(files)
        for member in self.sorted(where: { scan.rewritten[$0.file.identity] != nil }) {
            guard let position = scan.rewritten[member.file.identity] else { continue }
            self.restart(member.file.identity, from: position)
        }
        let gone = replaced + self.resumeStored(in: &files) + self.takeGone(notIn: files)
        for position in gone where position.kind == .plain {
            self.remember(position)
            self.deleted.insert(position)
        }
        // A file may begin with the bytes that were read of several lost ones: it belongs to the one whose position is the farthest.
        for position in gone.sorted(by: { $0.offset > $1.offset }) where position.kind == .plain {
            self.decision.relays.append((self.takeCopies(of: position, original: nil), nil))
        }
        self.lineUpRelays()
        // Rotated while nobody looked: what was rotated after it was not read either.
        for original in moved + self.decision.resumed.sorted(by: { self.number($0) < self.number($1) }) {
            self.takeMissed(after: original)
        }
        self.reviewCopies(in: files)
        let new = self.newcomers(in: files)
        // An archive may be what became of another file, which has to be known first, or known to be gone.
        for file in new where !file.isCompressed { self.takeUp(file) }
        for file in new where file.isCompressed && scan.isSettled { self.takeUp(file) }
        self.lineUpRelays()
        // Behind the positions of what took their places, unless one of those has the inode.
        for position in gone where self.members[position.identity] == nil {
            self.act(.remove(position.identity))
        }
        self.lineUp(after: last)
        self.concludeQuiet()
        self.delays = self.delays.filter { files[$0.key] != nil }
    }

    /// Finds files under other names that are known and are not listed: the last run may have left them there, or they are not open.
    private mutating func seek(in files: inout [FileIdentity: ListedFile]) {
        var directories: Set<String> = []
        for (identity, member) in self.members where files[identity] == nil && self.isSought(identity, member) {
            for path in [member.tag, member.file.path, member.file.target] {
                directories.insert(FilePattern.directory(of: path))
            }
        }
        for directory in directories.sorted() {
            for file in self.neighbours(in: directory) where files[file.identity] == nil {
                guard let member = self.members[file.identity], self.isSought(file.identity, member) else { continue }
                files[file.identity] = file
            }
        }
    }

    private func isSought(_ identity: FileIdentity, _ member: FileMember) -> Bool {
        if self.unwanted.contains(identity), member.isStored { return false }
        if member.isStored || (member.isCopy && !member.file.isMatched) { return true }
        return member.isFollowed && self.decision.scan.followed[identity] == nil
    }

    /// Devices may have other numbers after a restart of the machine: the inode and the contents tell, too.
    private mutating func renumberDevices(in files: [FileIdentity: ListedFile]) {
        var inodes: [UInt64: ListedFile] = [:]
        for file in files.values where self.members[file.identity] == nil { inodes[file.identity.inode] = file }
        guard !inodes.isEmpty else { return }
        for member in self.sorted(where: \.isStored) {
            guard case .stored(var position) = member.state, position.kind != .compressed,
                let file = inodes[position.identity.inode], file.identity.device != position.identity.device,
                files[position.identity] == nil, self.possession(of: position, in: file) == .held
            else { continue }
            self.remove(position.identity)
            let old = position.identity
            position.identity = file.identity
            self.insert(file, tag: member.tag, state: .stored(position))
            self.act(.store(position))
            self.act(.remove(old))
        }
    }

    /// Notes what became of the names of the files that are known; returns those that were moved since the last look.
    private mutating func note(_ files: [FileIdentity: ListedFile]) -> [FileIdentity] {
        let scan = self.decision.scan
        var moved: [FileMember] = []
        for (identity, var member) in self.members {
            let listed = files[identity]
            if let listed {
                member.file = listed
                if member.names.insert(listed) { self.reindex(member) }
            }
            switch member.state {
            case .stored: break
            case .followed, .detached, .undecided:
                let wasMoved = member.isMoved
                member.note(listed, scan.followed[identity], at: self.decision.now)
                if member.isMoved, !wasMoved { moved.append(member) }
            case .copy, .foreign:
                guard listed != nil || !scan.isSettled else {
                    self.remove(identity)
                    continue
                }
            case .finished(let size):
                guard listed.map({ $0.size == size }) ?? !scan.isSettled else {
                    self.remove(identity)
                    self.act(.remove(identity))
                    continue
                }
            }
            self.members[identity] = member
        }
        return moved.sorted { $0.number < $1.number }.map(\.file.identity)
    }

    /// The files about which to decide, the oldest first.
    private mutating func newcomers(in files: [FileIdentity: ListedFile]) -> [ListedFile] {
        let returned = self.decision.returned
        var new = files.values.filter {
            ($0.isMatched || returned[$0.identity] != nil) && self.members[$0.identity] == nil
        }
        for member in self.sorted(where: { $0.state == .undecided })
        where !self.decision.newcomers.contains(member.file.identity) {
            var file = member.file
            file.size = member.size
            if file.size > 0 {
                new.append(file)
            } else if files[file.identity] == nil, self.decision.scan.isSettled {
                // Deleted, and perhaps still written: over when no program has it open.
                self.members[file.identity]?.state = .detached
                self.act(.admit(file.identity))
            }
        }
        return new.map { (file: $0, age: RotationAge($0)) }.sorted { ($0.age, $0.file.path) < ($1.age, $1.file.path) }
            .map(\.file)
    }

    // MARK: Files that are known

    /// Goes on with the files of the last run; returns the positions of those that are gone, or are other files now.
    private mutating func resumeStored(in files: inout [FileIdentity: ListedFile]) -> [FilePosition] {
        var gone: [FilePosition] = []
        for member in self.sorted(where: \.isStored) {
            guard case .stored(let position) = member.state else { continue }
            // It stays as it is, for a run that follows the path again.
            if self.unwanted.contains(position.identity), files[position.identity]?.isMatched != true { continue }
            guard var file = files[position.identity] else {
                if self.decision.scan.isSettled, self.isAbsent(position) == false {
                    self.remove(position.identity)
                    gone.append(position)
                }
                continue
            }
            switch self.resume(file, from: position) {
            case .held, .unfinished, nil: continue
            case .shorter, .notHeld: break
            }
            guard self.decision.scan.isSettled else { continue }
            self.remove(position.identity)
            gone.append(position)
            if file.isMatched { self.act(.report(.rewrittenWhileStopped(path: file.path))) }
            file.mayBeOld = false
            files[position.identity] = file
        }
        return gone
    }

    /// Goes on with a file that has a stored position, if it is still the same one.
    private mutating func resume(_ file: ListedFile, from position: FilePosition) -> FileAnswer.Possession? {
        if position.kind != .done, file.isCompressed != (position.kind == .compressed) { return .notHeld }
        // Few bytes, or none, may be those of any file that has the inode now.
        let isProven =
            file.isMatched || file.path == position.target || position.fingerprint.length >= Fingerprint.window / 2
        guard isProven || self.isNamed(file, like: position) else { return .notHeld }
        if position.kind == .plain, position.offset == 0 {
            // Nothing was read: it is as good as new, and may have become a copy.
            self.remove(file.identity)
            self.decision.returned[file.identity] = position.path
            return .held
        }
        guard let possession = self.possession(of: position, in: file) else { return nil }
        guard possession == .held else { return possession }
        if position.kind == .done {
            guard file.size == position.offset else { return .notHeld }
            self.members[file.identity]?.state = .finished(size: file.size)
            return .held
        }
        if position.kind == .plain, self.hasTwin(file, position) { return .notHeld }
        self.remove(file.identity)
        self.follow(FileStart(file: file, place: .position(position), tag: position.path))
        self.addName(position.target, to: file.identity)
        self.decision.newcomers.remove(file.identity)
        self.decision.resumed.insert(file.identity)
        return .held
    }

    /// Truncated and written anew with the same first lines, a file looks as if it had only grown.
    ///
    /// The copy that was made of it tells: it holds what was read as well, and goes on with other lines.
    private mutating func hasTwin(_ file: ListedFile, _ position: FilePosition) -> Bool {
        // It stays under its name; what was rotated by renaming does not.
        guard file.path == position.path else { return false }
        return self.looseNeighbours(of: position).contains { other in
            other.identity != file.identity && self.members[other.identity] == nil
                && (other.isCompressed || other.size > position.offset) && other.modified >= position.modified
                && self.isNamed(other, like: position) && !self.isCopyOfStored(other, except: file.identity)
                && self.possession(of: position, in: other) == .held
                && self.comparison(of: other, with: file) == .different
        }
    }

    /// The file holds what another file holds that the last run knew.
    private mutating func isCopyOfStored(_ file: ListedFile, except identity: FileIdentity) -> Bool {
        let keys = LogNames.keys(ofOriginalsOf: file.path)
        let known = Set(keys.flatMap { self.index[$0] ?? [] }).subtracting([identity]).compactMap {
            self.members[$0]?.file
        }
        return known.sorted { $0.path < $1.path }.prefix(Self.mostComparisons).contains { original in
            switch self.comparison(of: file, with: original) {
            case .equal, .beginning: true
            default: false
            }
        }
    }

    /// Followed files that are not open, and whose inode belongs to another kind of file now; returns how far they were read.
    private mutating func takeReplaced(in files: [FileIdentity: ListedFile]) -> [FilePosition] {
        let scan = self.decision.scan
        var gone: [FilePosition] = []
        for member in self.sorted(where: { $0.isFollowed && scan.followed[$0.file.identity] == nil }) {
            guard let file = files[member.file.identity], file.isCompressed != member.isCompressed else { continue }
            if case .position(let position) = self.ask(.position(of: file.identity)) { gone.append(position) }
            self.close(file.identity)
        }
        return gone
    }

    /// Followed files that are not open and have no name any more; returns how far they were read.
    private mutating func takeGone(notIn files: [FileIdentity: ListedFile]) -> [FilePosition] {
        guard self.decision.scan.isSettled else { return [] }
        var gone: [FilePosition] = []
        let scan = self.decision.scan
        for member in self.sorted(where: { $0.isFollowed && files[$0.file.identity] == nil }) {
            let identity = member.file.identity
            guard scan.followed[identity] == nil, !self.decision.newcomers.contains(identity),
                let answer = self.ask(.position(of: identity))
            else { continue }
            if case .position(let position) = answer {
                guard self.isAbsent(position) == false else { continue }
                gone.append(position)
            } else {
                self.act(.remove(identity))
            }
            self.close(identity)
        }
        return gone
    }

    // MARK: New files

    /// Begins with a file that was not followed before, or that was empty until now.
    private mutating func takeUp(_ file: ListedFile) {
        let isUndecided = self.members[file.identity] != nil
        // Another decision of this look may have taken it.
        if isUndecided, self.members[file.identity]?.state != .undecided { return }
        let returned = self.decision.returned[file.identity]
        let tag = returned ?? self.members[file.identity]?.tag ?? file.path
        var file = file
        if returned != nil { file.mayBeOld = false }
        file.mayBeOld =
            (file.mayBeOld || self.delays[file.identity]?.mayBeOld == true) && self.configuration.start == .end
        self.noteDelay(of: file)
        if file.isCompressed { return self.takeUpArchive(file) }
        if !isUndecided {
            if file.mayBeOld {
                return self.follow(FileStart(file: file, place: .lastLine(size: file.size), tag: tag, isStored: true))
            }
            guard file.size > 0 else {
                // Stored, so that it is known again if it is renamed before anything was read of it.
                return self.follow(
                    FileStart(file: file, place: .undecided, tag: tag, isStored: true),
                    state: .undecided
                )
            }
        }
        switch self.ask(.contents(of: file)) {
        case .contents(.readable): break
        case .contents(.foreign(let format)):
            if isUndecided { self.close(file.identity) }
            self.insert(file, tag: file.path, state: .foreign)
            return self.act(.report(.foreignCompression(path: file.path, format: format)))
        default: return
        }
        if let last = self.remembered.last(where: { $0.identity == file.identity && !self.deleted.contains($0) }) {
            guard let possession = self.possession(of: last, in: file) else { return }
            if possession == .held {
                return self.follow(FileStart(file: file, place: .position(last), tag: last.path))
            }
        }
        switch self.origin(of: file) {
        case .own:
            switch self.place(of: file) {
            case .beginning: self.takeAsOwn(file, tag: tag)
            case .position(let position):
                if isUndecided { self.close(file.identity) }
                self.follow(FileStart(file: file, place: .position(position), tag: position.path, isStored: true))
            default: break
            }
        case .copy(let original): self.takeAsCopy(file, of: original)
        case .notKnown where self.members[file.identity] == nil:
            // Opened all the same: until it is decided it may be renamed or deleted.
            self.follow(FileStart(file: file, place: .undecided, tag: tag), state: .undecided)
        case .notKnown: break
        }
    }

    /// Where to begin with a file that is no copy of a followed one: it may be one of a file that is over.
    private mutating func place(of file: ListedFile) -> FileStart.Place? {
        for position in self.remembered.reversed()
        where position.fingerprint.length >= Fingerprint.window / 2 && self.isNamed(file, like: position) {
            guard let possession = self.possession(of: position, in: file) else { return nil }
            if possession == .held { return .position(position) }
        }
        return .beginning
    }

    private mutating func takeAsOwn(_ file: ListedFile, tag: String) {
        guard self.members[file.identity]?.state == .undecided else {
            return self.follow(FileStart(file: file, place: .beginning, tag: tag))
        }
        self.members[file.identity]?.state = .followed
        self.act(.admit(file.identity))
    }

    private mutating func takeAsCopy(_ file: ListedFile, of original: FileIdentity) {
        if self.members[file.identity] != nil { self.close(file.identity) }
        let copy = FileMember.CopyState(original: original, since: self.decision.now, size: file.size)
        self.insert(file, tag: file.path, state: .copy(copy))
    }

    /// Decides what becomes of a compressed file.
    private mutating func takeUpArchive(_ file: ListedFile) {
        guard !file.mayBeOld else {
            guard self.isOpenable(file) else { return }
            self.insert(file, tag: file.path, state: .finished(size: file.size))
            return self.act(.finish(file))
        }
        // Nothing can be said of an empty one, which is only just made.
        guard file.size > 0, self.isOpenable(file) else { return }
        switch self.origin(of: file) {
        case .own: break
        case .copy(let original): return self.takeAsCopy(file, of: original)
        case .notKnown: return
        }
        for position in self.remembered.reversed() where self.canHold(position, file, isRelated: true) {
            switch self.possession(of: position, in: file) {
            case .held:
                return self.follow(
                    FileStart(file: file, place: .position(position), tag: position.path, isStored: true)
                )
            case .shorter where position.head.length == Fingerprint.window:
                // The archive of a copy that was made before the last lines were read.
                return self.finishCopy(file, of: position)
            case .unfinished where !self.isOutOfPatience(file): return
            case nil: return
            default: continue
            }
        }
        self.follow(FileStart(file: file, place: .beginning, tag: file.path))
    }

    private enum Origin {
        case own
        case copy(FileIdentity)
        case notKnown
    }

    /// Whether a file holds what a followed one holds.
    private mutating func origin(of file: ListedFile) -> Origin {
        let isCompressed = file.isCompressed
        for original in self.originals(of: file) where !self.decision.restarted.contains(original) {
            switch self.integrity(of: original) {
            case .intact: break
            case .rewritten(let position):
                self.restart(original, from: position)
                if let member = self.members[file.identity], member.state != .undecided { return .notKnown }
                continue
            case .rewrittenAndBusy, nil: return .notKnown
            }
            guard let with = self.members[original]?.file else { continue }
            switch self.comparison(of: file, with: with) {
            case .equal: return .copy(original)
            // The original may have grown since. Of a short archive that begins alike nobody knows.
            case .beginning(let length) where !isCompressed || length >= Fingerprint.window: return .copy(original)
            case .unfinished where !self.isOutOfPatience(file): return .notKnown
            case nil: return .notKnown
            default: continue
            }
        }
        return .own
    }

    /// Followed files of which this may be a copy, the likeliest first: they were followed when it appeared, and the name fits.
    private func originals(of file: ListedFile) -> [FileIdentity] {
        var found: [FileIdentity] = []
        for key in LogNames.keys(ofOriginalsOf: file.path) {
            guard let identities = self.index[key], identities.count <= Self.mostRotations else { continue }
            let members = identities.compactMap { self.members[$0] }.filter { member in
                (member.state == .followed || member.state == .detached) && !member.isCompressed
                    && member.file.identity != file.identity && !found.contains(member.file.identity)
                    // Compressed files hold what others held, even if those were seen at the same time.
                    && (file.isCompressed || !self.decision.newcomers.contains(member.file.identity))
            }
            found += members.sorted { $0.number > $1.number }.map(\.file.identity)
            if found.count >= Self.mostComparisons { return Array(found.prefix(Self.mostComparisons)) }
        }
        return found
    }

    // MARK: Copies

    /// Looks again at the files that were taken for copies, when they have changed or have waited for long.
    private mutating func reviewCopies(in files: [FileIdentity: ListedFile]) {
        for member in self.sorted(where: \.isCopy) {
            let identity = member.file.identity
            // One copy may have been taken because of another one.
            guard let current = self.members[identity], case .copy(let copy) = current.state,
                let file = files[identity]
            else { continue }
            guard let original = self.members[copy.original], original.isFollowed else {
                self.remove(identity)  // a newcomer again
                continue
            }
            let isDue = !copy.isReported && self.decision.now - copy.since > self.configuration.copyPatience
            guard file.size != copy.size || isDue else { continue }
            self.review(file, copy, original, isDue: isDue)
        }
    }

    private mutating func review(
        _ file: ListedFile,
        _ copy: FileMember.CopyState,
        _ original: FileMember,
        isDue: Bool
    ) {
        guard !self.decision.restarted.contains(copy.original) else { return }
        switch self.integrity(of: copy.original) {
        case .intact: break
        case .rewritten(let position): return self.restart(copy.original, from: position)
        case .rewrittenAndBusy, nil: return
        }
        let isShort = file.size < Fingerprint.window && !file.isCompressed
        var copy = copy
        switch self.comparison(of: file, with: original.file) {
        case .equal, .beginning:
            copy.size = file.size
            if isDue, isShort, original.state == .followed {
                // Both live on, and few bytes are equal by chance: two files.
                self.act(.report(.perhapsCopy(path: file.path, original: original.file.path)))
                return self.takeAsOwnAfterAll(file, tag: original.tag)
            }
            if isDue {
                copy.isReported = true
                self.act(.report(.copy(path: file.path, original: original.file.path)))
            }
            self.members[file.identity]?.state = .copy(copy)
        case .different: self.remove(file.identity)  // a newcomer again
        case .unfinished, nil: return
        }
    }

    /// Reads a file from its first byte that was taken for a copy of the log with this `tag`.
    private mutating func takeAsOwnAfterAll(_ file: ListedFile, tag: String) {
        self.remove(file.identity)
        self.follow(FileStart(file: file, place: .beginning, tag: file.isMatched ? file.path : tag))
    }

    /// A followed file was truncated or written anew: goes on with the rest of its old contents in a copy, if there is one.
    private mutating func restart(_ identity: FileIdentity, from position: FilePosition) {
        guard let member = self.members[identity], member.isFollowed,
            self.decision.restarted.insert(identity).inserted
        else { return }
        self.remember(position)
        let copies = self.takeCopies(of: position, original: identity)
        let path = member.tag
        self.act(.report(.truncated(path: path, offset: position.offset, hasCopy: !copies.isEmpty)))
        self.act(.restart(identity))
        // Until something new is read the next run would look for the rest of the old contents once more.
        if !copies.isEmpty { self.act(.store(position.atBeginning)) }
        self.decision.relays.append((copies, identity))
    }

    /// Takes up every neighbour that holds the old contents: the rest is read from one of them, the others were read.
    ///
    /// Returns them in the order in which they are to be read.
    private mutating func takeCopies(of position: FilePosition, original: FileIdentity?) -> [FileIdentity] {
        guard position.offset > 0 else { return [] }
        var holders: [ListedFile] = []
        var older: [ListedFile] = []
        for file in self.looseNeighbours(of: position) where self.canBeTaken(file, instead: original, of: position) {
            let copy = self.members[file.identity]?.copy
            // A file that ends before the position matters only if its name fits; any other one is not even opened.
            let isLongEnough = file.isCompressed || file.size >= position.offset
            guard copy != nil || self.isNamed(file, like: position) || (isLongEnough && self.canHold(position, file))
            else { continue }
            switch self.possession(of: position, in: file) {
            case .held where self.isOtherCopy(file, except: original): continue
            case .held: if copy != nil || self.canHold(position, file) { holders.append(file) }
            case .shorter: if copy != nil || self.isOldCopy(file, of: position) { older.append(file) }
            case .unfinished, nil: continue
            // It is shorter than the head: what was found when both were whole still holds.
            case .notHeld where copy?.size == file.size: if file.size < position.head.length { older.append(file) }
            case .notHeld: if copy != nil { self.remove(file.identity) }  // another file has the inode by now
            }
        }
        // Of several the longest has the most. A copy is better than its own archive, which will be recognised by the copy;
        // but not a copy that ends at the position.
        let rest = holders.max { one, other in
            (self.rank(one, position), one.size) < (self.rank(other, position), other.size)
        }
        for file in older where file.isCompressed { self.finishCopy(file, of: position) }
        if let rest {
            for file in holders where file.isCompressed && file != rest { self.takeAsCopy(file, of: rest.identity) }
        }
        let plain = (older + holders).filter { !$0.isCompressed && $0 != rest }
        var taken: [FileIdentity] = []
        for file in (plain + (rest.map { [$0] } ?? [])).sorted(by: { RotationAge($0) < RotationAge($1) }) {
            let isDoubtful = rest.map { file != $0 && !older.contains(file) && self.differs(file, from: $0) } ?? false
            let place = file == rest || isDoubtful ? FileStart.Place.position(position) : .everything
            if place == .everything, self.members[file.identity]?.copy == nil {
                self.act(.report(.copy(path: file.path, original: position.path)))
            }
            self.takeOver(file, at: place, tag: position.path)
            self.addName(position.target, to: file.identity)
            taken.append(file.identity)
        }
        return taken
    }

    /// Both hold the bytes that were read, but go on differently: neither is known to be a copy of the other.
    private mutating func differs(_ file: ListedFile, from rest: ListedFile) -> Bool {
        self.comparison(of: file, with: rest) == .different
    }

    /// The file is a copy of the log as it is now, or the archive of a file that is still there, whatever else it looks like.
    private mutating func isOtherCopy(_ file: ListedFile, except original: FileIdentity?) -> Bool {
        let originals = self.originals(of: file).filter { $0 != original }.compactMap { self.members[$0] }
        let logs = originals.filter { !$0.age.isRotated || file.isCompressed }
        return logs.map(\.file).contains { log in
            switch self.comparison(of: file, with: log) {
            case .equal: true
            case .beginning(let length): !file.isCompressed || length >= Fingerprint.window
            default: false
            }
        }
    }

    private func rank(_ holder: ListedFile, _ position: FilePosition) -> Int {
        if holder.isCompressed { return 1 }
        return holder.size > position.offset ? 2 : 0
    }

    /// Follows a copy in place of its original.
    private mutating func takeOver(_ file: ListedFile, at place: FileStart.Place, tag: String) {
        if self.members[file.identity]?.state == .undecided { self.act(.close(file.identity)) }
        self.remove(file.identity)
        self.follow(FileStart(file: file, place: place, tag: tag, isStored: true))
        // Whatever it is called, it is older than the original.
        if !RotatedName(path: file.path).isRotated { self.members[file.identity]?.isMoved = true }
    }

    /// Never reads an archive, because all that it holds was read.
    private mutating func finishCopy(_ file: ListedFile, of position: FilePosition) {
        self.remove(file.identity)
        self.insert(file, tag: file.path, state: .finished(size: file.size))
        self.act(.report(.copy(path: file.path, original: position.path)))
        self.act(.finish(file))
    }

    /// Nothing of the file was read: nobody knows it, or it was taken for a copy, or was empty when it appeared.
    private func canBeTaken(_ file: ListedFile, instead original: FileIdentity?, of position: FilePosition) -> Bool {
        guard file.identity != position.identity, file.size > 0 else { return false }
        switch self.members[file.identity]?.state {
        case nil, .undecided: return true
        case .copy(let copy): return copy.original == original
        default: return false
        }
    }

    /// Takes up rotated files of the same log that are newer than this one, and that nobody saw before they were rotated.
    @discardableResult
    private mutating func takeMissed(after identity: FileIdentity) -> [FileIdentity] {
        guard let member = self.members[identity], member.isMoved || member.foundAs != member.tag else { return [] }
        let directories = Set([member.foundAs, member.file.target].map(FilePattern.directory(of:)))
        var missed: [ListedFile] = []
        for directory in directories.sorted() {
            for file in self.looseNeighbours(in: directory) where self.members[file.identity] == nil {
                let name = RotatedName(path: file.path)
                guard name.isRotated, !name.isCompressed, self.isRotation(name, file, of: member),
                    RotationAge(file) > member.age, self.decision.scan.files[file.identity]?.isMatched != true,
                    !missed.contains(where: { $0.identity == file.identity })
                else { continue }
                missed.append(file)
            }
        }
        missed.sort { RotationAge($0) < RotationAge($1) }
        var taken: [FileIdentity] = []
        for file in missed {
            // As `renamecopy` makes it, what looks like a missed rotation is a copy of this one.
            switch self.origin(of: file) {
            case .own:
                guard let place = self.place(of: file) else { continue }
                self.follow(FileStart(file: file, place: place, tag: member.tag))
                taken.append(file.identity)
            case .copy(let original): self.takeAsCopy(file, of: original)
            case .notKnown: continue
            }
        }
        return taken
    }

    /// The names say that both were the same log.
    private func isRotation(_ name: RotatedName, _ file: ListedFile, of member: FileMember) -> Bool {
        if member.names.canHaveBecome(file.path) { return true }
        // Of a file that was rotated under a date the position knows the log no more, but the name does.
        return !RotatedName(path: member.tag).isRotated && name.log == RotatedName(path: member.file.target).log
    }

    /// Half a window of equal bytes at the same place is no accident.
    ///
    /// Fewer may be lines with which each file of the log begins: then the
    /// name has to fit, and the file to be as young as what was read, as far as whole seconds tell, which is what some tools keep.
    private func canHold(_ position: FilePosition, _ file: ListedFile, isRelated: Bool = false) -> Bool {
        let second: Int64 = 1_000_000_000
        if position.fingerprint.length >= Fingerprint.window / 2 {
            return !isRelated || self.isNamed(file, like: position)
        }
        return self.isNamed(file, like: position) && file.modified >= position.modified / second * second
    }

    private func isNamed(_ file: ListedFile, like position: FilePosition) -> Bool {
        LogNames(position.path, position.target).canHaveBecome(file.path)
    }

    /// The file may be a copy from before the last lines that were read: it begins as the original did, and ends before those.
    private func isOldCopy(_ file: ListedFile, of position: FilePosition) -> Bool {
        position.head.length == Fingerprint.window && self.isNamed(file, like: position)
    }

    // MARK: The order of reading

    /// The copies come first, then the rotated files that waited for the old contents, then what is new in the original.
    private mutating func lineUp(_ copies: [FileIdentity], before original: FileIdentity) {
        var line = copies
        var ends = Set(copies + [original])
        let waiting = self.sorted { $0.isFollowed && $0.age.isRotated && !ends.contains($0.file.identity) }
        for next in waiting where self.order.predecessor(of: next.file.identity).map(ends.contains) ?? false {
            line.append(next.file.identity)
            ends.insert(next.file.identity)
        }
        var last: FileIdentity?
        for identity in line + [original] {
            self.renumber(identity)
            self.order.put(identity, after: last)
            self.act(.resume(identity))
            last = identity
        }
    }

    /// Orders the files that are read in place of lost or truncated ones: the copies, then the rotated files that follow them.
    ///
    /// Only when every such file has its copies: one may be what another one missed.
    private mutating func lineUpRelays() {
        let relays = self.decision.relays
        self.decision.relays = []
        for (copies, original) in relays {
            let missed = copies.last.map { self.takeMissed(after: $0) } ?? []
            if let original { self.lineUp(copies + missed, before: original) }
        }
    }

    /// Lets each file that was taken up in this look wait for the one of its log that comes before it.
    private mutating func lineUp(after number: Int) {
        let new = self.members.values.filter { $0.number > number && $0.isFollowed }
        guard !new.isEmpty else { return }
        let logs = Set(new.map(\.log))
        let known = Dictionary(
            grouping: self.members.values.filter { member in
                member.number <= number && member.isFollowed && !member.isEmptyYet && logs.contains(member.log)
            },
            by: \.log
        )
        for (log, files) in Dictionary(grouping: new, by: \.log) {
            // Not for an empty copy that came after the log itself, while that has something left.
            let older = known[log] ?? []
            let unread = older.filter { !self.hasNothingLeft($0.file.identity) }
            var last = (unread.isEmpty ? older : unread).max { $0.number < $1.number }?.file.identity
            let ages = files.map { (identity: $0.file.identity, age: $0.age, path: $0.foundAs) }
            for (identity, _, _) in ages.sorted(by: { ($0.age, $0.path) < ($1.age, $1.path) }) {
                self.renumber(identity)
                self.order.put(identity, after: last)
                // It may have nothing left; looking at it then lets this one go on.
                if let last { self.act(.resume(last)) }
                // An empty file has nothing that could come first, and may stay empty for ever.
                if self.members[identity]?.isEmptyYet == false { last = identity }
            }
        }
    }

    /// All of it was accepted, as it is now, and it waits for no other.
    private func hasNothingLeft(_ identity: FileIdentity) -> Bool {
        guard self.members[identity]?.isCompressed == false, self.order.predecessor(of: identity) == nil else {
            return false
        }
        guard let status = self.decision.scan.followed[identity] else { return false }
        return status.isIdle && status.size == status.offset
    }

    private mutating func release(_ identity: FileIdentity) {
        for waiter in self.order.release(waitersFor: identity) { self.act(.resume(waiter)) }
    }

    // MARK: The end of a file

    /// Delivers what is left of files that nobody writes any more, and lets go of those that are over.
    private mutating func concludeQuiet() {
        for member in self.sorted(where: { $0.isFollowed && !$0.isCompressed && self.mayBeOver($0) }) {
            let identity = member.file.identity
            guard self.order.predecessor(of: identity) == nil, !self.decision.newcomers.contains(identity) else {
                continue
            }
            switch member.state {
            case .followed: self.concludeLive(member)
            case .detached: self.concludeDetached(member)
            default: continue
            }
        }
    }

    /// It is quiet for long enough to be worth a closer look.
    private func mayBeOver(_ member: FileMember) -> Bool {
        let quiet = self.quiet(member)
        let configuration = self.configuration
        return quiet > min(configuration.deletedQuiet, configuration.unfinishedQuiet, configuration.renamedQuiet)
    }

    /// A last line without an end is complete if no program can go on with it.
    private mutating func concludeLive(_ member: FileMember) {
        let identity = member.file.identity
        guard let status = self.decision.scan.followed[identity], status.isIdle, status.size > status.offset,
            self.quiet(member) > self.configuration.unfinishedQuiet
        else { return }
        // Of a file that was rotated while it was followed, silence is enough where the writer cannot be known.
        guard let writer = self.ask(.writer(of: identity)) else { return }
        if writer == .writer(false) || (writer == .writer(nil) && member.isMoved) {
            self.act(.conclude(identity, isOver: false))
        }
    }

    private mutating func concludeDetached(_ member: FileMember) {
        let (identity, quiet) = (member.file.identity, self.quiet(member))
        let status = self.decision.scan.followed[identity]
        guard status?.isIdle ?? true else { return }
        let hasRest = status.map { $0.size > $0.offset } ?? false
        let isDeleted = status?.isDeleted ?? false
        if !isDeleted, quiet > self.configuration.renamedQuiet { return self.act(.conclude(identity, isOver: true)) }
        guard quiet > self.configuration.deletedQuiet else { return }
        guard isDeleted || hasRest, let writer = self.ask(.writer(of: identity)), writer != .writer(true) else {
            return
        }
        // A copy that no pattern matches was made after the renaming, perhaps: it is known by this file alone.
        if isDeleted { self.takeMissed(after: identity) }
        guard isDeleted else { return self.act(.conclude(identity, isOver: false)) }
        if writer != .writer(false) {
            guard quiet > self.configuration.deletedUnknownQuiet else { return }
            self.act(.report(.deletedGivenUp(path: member.tag)))
        }
        self.act(.conclude(identity, isOver: true))
    }

    private func quiet(_ member: FileMember) -> Duration { self.decision.now - member.quietSince }

    /// A file is over.
    ///
    /// Its copies are done with before its position goes, or the next run would read them.
    private mutating func end(_ identity: FileIdentity, _ position: FilePosition, isDeleted: Bool) {
        guard let member = self.members[identity] else { return }
        var (own, copies): ([ListedFile], [ListedFile]) = ([], [])
        for other in self.sorted(where: { $0.copy?.original == identity }) {
            switch self.comparison(of: other.file, with: member.file) {
            case .equal, .beginning: copies.append(other.file)
            case .different: own.append(other.file)
            // It has another name by now, which the next look will know.
            case .unfinished, nil: return
            }
        }
        for file in own { self.takeAsOwnAfterAll(file, tag: member.tag) }
        // A copy takes the place of its original: it may be rotated and compressed in its turn, and is known again by its own position.
        for file in copies {
            if file.isCompressed {
                self.members[file.identity]?.state = .finished(size: file.size)
                self.act(.finish(file))
            } else {
                self.takeOver(file, at: .everything, tag: member.tag)
            }
        }
        self.remember(position)
        if isDeleted {
            self.deleted.insert(position)
            // Replaced by a copy of itself, which was written on and rotated before anybody looked.
            self.decision.relays.append((self.takeCopies(of: position, original: nil), nil))
            self.lineUpRelays()
        }
        // One that only has another name may be compressed after the next start.
        self.act(isDeleted ? .remove(identity) : .store(position))
        self.close(identity)
    }

    /// Everything that an archive holds was read.
    private mutating func finish(_ identity: FileIdentity, size: Int) {
        guard let member = self.members[identity] else { return }
        var file = member.file
        file.size = size
        self.act(.finish(file))
        self.close(identity)
        self.insert(file, tag: member.tag, state: .finished(size: size))
    }

    /// Remembers how far a file was read: what it held may appear again, compressed.
    private mutating func remember(_ position: FilePosition) {
        guard position.kind == .plain, position.offset > 0 else { return }
        self.remembered.append(position)
        guard self.remembered.count > Self.mostRemembered else { return }
        let position = self.remembered.removeFirst()
        let oldest = position.identity
        self.deleted.remove(position)
        // Unless the inode is that of another file by now.
        if self.members[oldest] == nil, !self.remembered.contains(where: { $0.identity == oldest }) {
            self.act(.remove(oldest))
        }
    }

    // MARK: Members

    private mutating func follow(_ start: FileStart, state: FileMember.State = .followed) {
        let state = state == .followed && !start.file.isMatched ? .detached : state
        self.insert(start.file, tag: start.tag, state: state)
        self.decision.newcomers.insert(start.file.identity)
        self.delays[start.file.identity] = nil
        self.act(.follow(start))
    }

    private mutating func close(_ identity: FileIdentity) {
        self.act(.close(identity))
        // A file that turned out to be a copy has not been read: what waited for it waits for what it waited for.
        for waiter in self.order.remove(identity) { self.act(.resume(waiter)) }
        self.remove(identity)
    }

    private mutating func insert(_ file: ListedFile, tag: String, state: FileMember.State) {
        self.lastNumber += 1
        let member = FileMember(file, tag: tag, state: state, number: self.lastNumber, at: self.decision.now)
        self.members[file.identity] = member
        self.reindex(member)
    }

    private mutating func remove(_ identity: FileIdentity) {
        guard let member = self.members.removeValue(forKey: identity) else { return }
        for key in member.names.keys {
            self.index[key]?.remove(identity)
            if self.index[key]?.isEmpty == true { self.index[key] = nil }
        }
    }

    private mutating func reindex(_ member: FileMember) {
        for key in member.names.keys { self.index[key, default: []].insert(member.file.identity) }
    }

    private mutating func addName(_ path: String, to identity: FileIdentity) {
        guard self.members[identity]?.names.insert(path) == true, let member = self.members[identity] else { return }
        self.reindex(member)
    }

    private mutating func renumber(_ identity: FileIdentity) {
        self.lastNumber += 1
        self.members[identity]?.number = self.lastNumber
    }

    private func number(_ identity: FileIdentity) -> Int { self.members[identity]?.number ?? 0 }

    /// Some members in the order in which they are read: what is decided must not depend on the order of a dictionary.
    private func sorted(where isWanted: (FileMember) -> Bool) -> [FileMember] {
        self.members.values.filter(isWanted).sorted { $0.number < $1.number }
    }

    private mutating func noteDelay(of file: ListedFile) {
        if let delay = self.delays[file.identity], delay.size == file.size { return }
        self.delays[file.identity] = Delay(size: file.size, since: self.decision.now, mayBeOld: file.mayBeOld)
    }

    private func isOutOfPatience(_ file: ListedFile) -> Bool {
        guard let delay = self.delays[file.identity] else { return true }
        return self.decision.now - delay.since > self.configuration.archiveQuiet
    }

    // MARK: Questions

    private mutating func act(_ action: FileAction) { self.decision.actions.append(action) }

    /// The answer, or `nil` if the question has to be asked first: then this decision is made again.
    private mutating func ask(_ question: FileQuestion) -> FileAnswer? {
        if let answer = self.decision.answers[question] { return answer }
        self.decision.questions.append(question)
        return nil
    }

    private mutating func isOpenable(_ file: ListedFile) -> Bool {
        if case .contents = self.ask(.contents(of: file)) { true } else { false }
    }

    /// `nil` if the answer is not known, or the file cannot be read now.
    private mutating func comparison(of file: ListedFile, with original: ListedFile) -> FileAnswer.Comparison? {
        guard case .comparison(let comparison) = self.ask(.comparison(of: file, with: original)) else { return nil }
        return comparison
    }

    private mutating func possession(of position: FilePosition, in file: ListedFile) -> FileAnswer.Possession? {
        guard case .possession(let possession) = self.ask(.possession(of: position, in: file)) else { return nil }
        return possession
    }

    private mutating func integrity(of identity: FileIdentity) -> FileAnswer.Integrity? {
        if self.decision.resumed.contains(identity) || self.decision.newcomers.contains(identity) { return .intact }
        guard case .integrity(let integrity) = self.ask(.integrity(of: identity)) else { return nil }
        return integrity
    }

    private mutating func isAbsent(_ position: FilePosition) -> Bool? {
        guard case .absence(let isAbsent) = self.ask(.absence(of: position)) else { return nil }
        return isAbsent
    }

    private mutating func neighbours(in directory: String) -> [ListedFile] {
        guard case .neighbours(let files) = self.ask(.neighbours(in: directory)) else { return [] }
        return files
    }

    /// The files in a directory that can be what became of another one: nobody knows them, or nothing was read of them.
    private mutating func looseNeighbours(in directory: String) -> [ListedFile] {
        if let files = self.decision.loose[directory] { return files }
        // Gathered once in a look: ten thousand files may have as many neighbours each.
        let files = self.neighbours(in: directory).filter { file in
            // A name with a dot in front is that of a file in the making.
            guard !file.isHidden else { return false }
            return self.members[file.identity].map { $0.isCopy || $0.state == .undecided } ?? true
        }
        self.decision.loose[directory] = files
        return files
    }

    /// The same beside the path of a position, and beside the file itself if the path is a symbolic link.
    private mutating func looseNeighbours(of position: FilePosition) -> [ListedFile] {
        var files: [ListedFile] = []
        for directory in Set([position.path, position.target].map(FilePattern.directory(of:))).sorted() {
            files += self.looseNeighbours(in: directory).filter { file in
                !files.contains { $0.identity == file.identity }
            }
        }
        return files
    }
}
