/// Finds out what there is to read in the followed files, and reads it.
///
/// It knows no sink. Whoever runs it takes positions and batches from it, and tells when a batch was accepted. Of each file one
/// batch is on its way at a time, and the next one may be read ahead; positions of files that are not read are to be stored before
/// anything more is read.
///
/// Stays on its reader thread.
final class FileReader {
    /// Reading ahead of the sink pays from this many bytes on; fewer are left to become more.
    private static let readAheadMinimum = 32 << 10
    /// So often what was listed may have moved before it is opened.
    private static let maximumMoves = 50

    private let configuration: FileTail.Configuration
    private let lags: LagBoard
    private let reports: ReadingReports
    private let shell: FileShell
    private var scanner: DirectoryScanner
    private var schedule: LookSchedule
    private var held: HeldLines

    init(_ context: FollowingContext) {
        let configuration = context.configuration
        self.configuration = configuration
        self.lags = context.lags
        self.reports = ReadingReports(context.logger)
        self.shell = FileShell(context)
        self.scanner = DirectoryScanner(context.patterns, context.positions)
        self.schedule = LookSchedule(auditInterval: configuration.auditInterval, at: .now)
        self.held = HeldLines(configuration.multiline)
    }

    // MARK: Looking

    /// Looks at everything, and does what follows from it.
    func look() {
        let (start, files) = (ContinuousClock.now, self.shell.files)
        self.shell.enqueueStarved()
        var scan = DirectoryScan()
        for followed in files.all { scan.followed[followed.identity] = followed.status }
        scan.rewritten = self.shell.takeRewritten()
        var listing = self.scanner.list(into: &scan, for: self.shell.family, files)
        // A name that has come to mean another file since then: what is decided would be out of order.
        var moves = 0
        while !self.handle(.scanned(scan), unlessMovedIn: moves < Self.maximumMoves ? scan : nil) {
            moves += 1
            listing = self.scanner.list(into: &scan, for: self.shell.family, files)
        }
        self.shell.store(self.scanner.takeMarkers(listing))
        self.shell.troubles.note(listing, at: start)
        for followed in files.all {
            guard let isChanged = followed.see(scan) else { continue }
            if isChanged { self.shell.enqueue(followed) }
            self.lags.note(followed)
        }
        let end = ContinuousClock.now
        self.schedule.looked(for: end - start, isWatched: files.isWatched, at: end)
    }

    /// Looks if it is time for that.
    func lookIfDue() { if .now >= self.schedule.due { self.look() } }

    /// Readable when something has changed, see ``noteChanges()``; negative if the system gives no notices.
    var changeDescriptor: CInt { self.shell.files.changeDescriptor }

    /// Takes notice of what has changed: what was written is read, and new names are looked at.
    func noteChanges() {
        let changes = self.shell.files.takeChanges()
        for identity in changes.files { self.shell.enqueue(identity) }
        // An undecided file may be read or not: the family decides when it holds something.
        if changes.namesChanged || changes.files.contains(where: self.shell.family.isUndecided) {
            self.schedule.hasten(at: .now)
        }
    }

    @discardableResult
    private func handle(_ event: FileEvent, unlessMovedIn scan: DirectoryScan? = nil) -> Bool {
        self.shell.handle(event, unlessMovedIn: scan) { self.flush($0, isOver: $1) }
    }

    // MARK: What is to be done

    /// There is something to store, or perhaps to read.
    var hasWork: Bool { self.shell.hasWork }

    /// When there is something to do although nothing changes.
    var due: ContinuousClock.Instant { self.held.due.map { min($0, self.schedule.due) } ?? self.schedule.due }

    /// The position that is to be stored next.
    func takePosition() -> SourcePosition? { self.shell.takePosition() }

    /// The next batch; `nil` if there is none, or if positions have to be stored first.
    func nextDelivery() -> FileDelivery? {
        while !self.shell.hasPositions, let followed = self.shell.nextTurn() {
            if let delivery = self.advance(followed) { return delivery }
        }
        return nil
    }

    private func advance(_ followed: FollowedFile) -> FileDelivery? {
        guard !self.shell.family.mustWait(followed.identity), let file = self.open(followed) else { return nil }
        guard let batch = followed.ready ?? self.read(followed, file) else {
            self.caughtUp(followed)
            return nil
        }
        followed.ready = nil
        followed.turn = .delivering(upTo: file.offset)
        let flush = self.configuration.syncsFiles ? followed.takeFlush(upTo: file.offset) : nil
        return FileDelivery(file: followed.identity, batch: batch, flush: flush)
    }

    /// Reads on in a file of which a batch is on its way.
    func readAhead(_ identity: FileIdentity) {
        guard let followed = self.shell.files[identity], let file = followed.file,
            file.unread >= Self.readAheadMinimum
        else { return }
        followed.ready = self.read(followed, file)
    }

    /// The batch of a file was accepted.
    func accepted(_ identity: FileIdentity) {
        guard let followed = self.shell.files[identity], case .delivering(let offset) = followed.turn else { return }
        followed.turn = .idle
        followed.acceptedOffset = offset
        self.lags.note(followed)
        self.shell.enqueue(followed)
    }

    /// Delivers what was held back for long enough.
    func flushHeldLines() {
        while let identity = self.held.takeDue(at: .now) {
            guard let followed = self.shell.files[identity] else { continue }
            followed.isFlushScheduled = false
            // What is under way, and what was added, comes first; the look at it notes again what is held back.
            guard followed.isIdle, let lines = followed.held, let file = followed.file else { continue }
            if self.held.isDue(lines, at: .now), FileStatus(descriptor: file.descriptor)?.size == lines.upTo {
                self.flush(followed, ending: .quiet)
            } else {
                self.shell.enqueue(followed)
            }
        }
    }

    // MARK: Reading

    private func open(_ followed: FollowedFile) -> TailedFile? {
        switch self.shell.open(followed) {
        case .open(let file): return file
        case .rewritten: self.schedule.lookNow(at: .now)
        case .failed: break
        }
        return nil
    }

    private func read(_ followed: FollowedFile, _ file: TailedFile) -> RecordBatch? {
        switch file.read(self.configuration.chunkSize) {
        case .batch(let batch):
            self.held.note(followed)
            if !batch.records.isEmpty { self.reports.noteHole(followed, file.takeHoleBytes()) }
            followed.reportedError = 0
            return batch
        case .nothing: self.held.note(followed)
        case .failed(let code): self.reports.noteFailure(code, followed)
        // What is with the sink comes before the rest in a copy, and before the end: seen again when it was accepted.
        case .rewritten where followed.isDelivering, .over where followed.isDelivering: break
        case .rewritten:
            self.shell.noteRewritten(followed.identity, at: file.position)
            self.look()
        case .over(let size, let complaint):
            if let complaint { self.reports.giveUp(followed, complaint) }
            self.handle(.finished(followed.identity, size: size))
        }
        return nil
    }

    /// Lets the files go on that waited for this one; a compressed file is only over when it was read to its end.
    private func caughtUp(_ followed: FollowedFile) {
        guard followed.isIdle, case .idle = followed.turn, followed.held == nil, let file = followed.file,
            !file.isArchive
        else { return }
        if self.shell.family.isAwaited(followed.identity) { self.handle(.caughtUp(followed.identity)) }
        self.shell.files.noteIdle(followed)
        self.shell.enqueueStarved(atMost: 1)
    }

    /// Delivers what is left of a file that nobody writes any more, though it has no end; tells the family if it `isOver`.
    private func flush(_ followed: FollowedFile, ending: RecordSplitter.Ending = .final, isOver: Bool = false) {
        guard followed.isIdle, !self.shell.family.mustWait(followed.identity), let file = self.open(followed) else {
            return
        }
        switch file.read(self.configuration.chunkSize, ending: ending) {
        case .batch(let batch):
            self.held.note(followed)
            followed.ready = batch
            self.shell.enqueue(followed)
        case .nothing where isOver:
            let isDeleted = FileStatus(descriptor: file.descriptor)?.isDeleted ?? true
            self.handle(.ended(followed.identity, file.position, isDeleted: isDeleted))
        case .nothing, .rewritten, .failed, .over: break  // the next look takes care of it
        }
    }
}
