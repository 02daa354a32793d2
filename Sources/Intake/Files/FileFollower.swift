internal import Glibc
internal import Logging

/// Follows files on a reader thread: looks, does what ``FileFamily`` decides, reads, and hands over; see ``FileTail`` for what it promises.
actor FileFollower {
    /// So many batches are with the sink at the same time; with the ones read ahead this bounds the memory.
    private static let maximumDeliveries = 16
    /// Reading ahead of the sink pays from this many bytes on; fewer are left to become more.
    private static let readAheadMinimum = 32 << 10
    /// How often to look if the system gives no notices; more seldom if a look takes long.
    private static let blindInterval = Duration.milliseconds(250)
    private static let blindShare = 10
    /// New names are looked for at most this often.
    private static let searchPause = Duration.milliseconds(20)
    /// A directory that changes all the time is taken as it is after so many looks.
    private static let maximumLooks = 50
    /// So often what was listed may have moved before it is opened.
    private static let maximumMoves = 50

    private let configuration: FileTail.Configuration
    private let patterns: [FilePattern]
    private let logger: Logger
    private let lags: LagBoard
    private let lease = ReaderThread.Lease()

    private var family: FileFamily
    private var files: [FileIdentity: FollowedFile] = [:]
    /// Files that a decision begins with, opened before it takes effect.
    private var staged: [FileIdentity: FollowedFile] = [:]
    /// The last file that was to be opened has another name by now.
    private var hasMoved = false
    private var descriptors: DescriptorBudget
    private var watch = ChangeWatch()
    private var markers: PatternMarkers
    private var troubles: TroubleReports
    /// Positions to be stored before anything more is read.
    private var loosePositions: [SourcePosition] = []
    /// Files that were found to be truncated or written anew, until the next look.
    private var rewritten: [FileIdentity: FilePosition] = [:]
    /// Whether a record starts with a line; `nil` if each line is a record.
    private let isStart: MultilineRecords.StartTest?
    /// Files whose last lines are held back, in the order in which they are due.
    private var flushes: [(identity: FileIdentity, due: ContinuousClock.Instant)] = []

    private var queue: [FileIdentity] = []
    private var deliveries = 0
    private var isStoringPosition = false
    private var failure: (any Error)?
    private var nextAudit = ContinuousClock.now
    private var nextSearch = ContinuousClock.now

    init(
        _ configuration: FileTail.Configuration,
        patterns: [FilePattern],
        positions: [SourcePosition],
        lags: LagBoard,
        troubles: TroubleBoard,
        logger: Logger
    ) {
        self.configuration = configuration
        self.patterns = patterns
        self.lags = lags
        self.logger = logger
        self.isStart = configuration.multiline?.makeStartTest()
        let stored = positions.compactMap(FilePosition.init)
        let unwanted = stored.filter { position in
            position.kind != .done && !patterns.contains { $0.matches(position.path) }
        }
        self.family = FileFamily(configuration.family, stored: stored, unwanted: Set(unwanted.map(\.identity)))
        self.descriptors = DescriptorBudget(limit: configuration.openFiles)
        self.markers = PatternMarkers(positions)
        self.troubles = TroubleReports(troubles, patience: configuration.troublePatience, logger: logger)
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { self.lease.thread.asUnownedSerialExecutor() }

    /// Follows until the task is cancelled or the sink refuses; then waits for what is with the sink.
    func follow(into sink: any RecordSink) async throws {
        try await withTaskCancellationHandler {
            try await self.run(into: sink)
        } onCancel: {
            self.lease.thread.wake()
        }
    }

    private func run(into sink: any RecordSink) async throws {
        self.look()
        for position in self.loosePositions { try await Self.accept(RecordBatch(position: position), by: sink) }
        self.loosePositions = []
        while !Task.isCancelled, self.failure == nil {
            self.flushHeldLines()
            self.serveQueue(into: sink)
            if self.lease.thread.wait(forReadable: self.watch.descriptor, milliseconds: self.timeToSleep) {
                self.note(self.watch.takeChanges())
            }
            if .now >= self.nextAudit { self.look() }
            await Task.yield()  // deliveries that ended are noted now
        }
        while self.deliveries > 0 {
            _ = self.lease.thread.wait(forReadable: -1, milliseconds: -1)
            await Task.yield()
        }
        if let failure = self.failure { throw failure }
    }

    private var timeToSleep: CInt {
        let mayServe = self.deliveries < Self.maximumDeliveries && !self.isStoringPosition
        if mayServe, !self.queue.isEmpty || !self.loosePositions.isEmpty { return 0 }
        let due = self.flushes.first.map { min($0.due, self.nextAudit) } ?? self.nextAudit
        return CInt(clamping: max(0, Int64((due - .now) / .milliseconds(1)) + 1))
    }

    private func note(_ changes: ChangeWatch.Changes) {
        var isLookDue = changes.namesChanged
        for identity in changes.files {
            self.files[identity].map(self.enqueue)
            // It may be read or not: the family decides when it holds something.
            isLookDue = isLookDue || self.family.isUndecided(identity)
        }
        if isLookDue { self.nextAudit = min(self.nextAudit, max(.now, self.nextSearch)) }
    }

    // MARK: Looking

    /// Looks at everything, and does what follows from it.
    private func look() {
        let start = ContinuousClock.now
        for identity in self.descriptors.takeStarved() { self.files[identity].map(self.enqueue) }
        var scan = DirectoryScan()
        for (identity, followed) in self.files { scan.followed[identity] = Self.status(of: followed) }
        scan.rewritten = self.rewritten
        self.rewritten = [:]
        var listing = self.settledListing(&scan)
        // A name that has come to mean another file since then: what is decided would be out of order.
        var moves = 0
        while !self.handle(.scanned(scan), as: moves < Self.maximumMoves ? scan : nil) {
            moves += 1
            listing = self.settledListing(&scan)
        }
        self.loosePositions += self.markers.note(self.patterns, listing)
        self.troubles.note(listing, at: start)
        for followed in self.files.values { self.inspect(followed, scan) }
        let end = ContinuousClock.now
        self.nextSearch = end + Self.searchPause
        let blind = max(Self.blindInterval, (end - start) * Self.blindShare)
        self.nextAudit =
            end
            + (self.watch.isComplete ? self.configuration.auditInterval : min(blind, self.configuration.auditInterval))
    }

    /// Lists until what is listed holds still.
    ///
    /// A directory that is read while names move shows some files twice and others not at all; a file that is missed comes
    /// too late, behind its successor, or is taken for deleted.
    private func settledListing(_ scan: inout DirectoryScan) -> DirectoryListing {
        var listing = self.list()
        self.watch.watch(directories: listing.directories)
        scan.files = listing.files
        guard self.family.isSurprised(by: scan) else { return listing }
        for _ in 0..<Self.maximumLooks {
            let again = self.list()
            let isSame = again.agrees(with: listing)
            listing = again
            scan.files = again.files
            if isSame {
                scan.isSettled = listing.isComplete
                return listing
            }
        }
        scan.isSettled = false
        return listing
    }

    private func list() -> DirectoryListing {
        DirectoryListing(self.patterns, known: self.markers.known, closed: self.markers.closed)
    }

    private static func status(of followed: FollowedFile) -> DirectoryScan.FollowedStatus? {
        guard let file = followed.file, let status = FileStatus(descriptor: file.descriptor) else { return nil }
        return DirectoryScan.FollowedStatus(
            size: status.size,
            modified: status.modified,
            isDeleted: status.isDeleted,
            offset: file.offset,
            isIdle: followed.isIdle
        )
    }

    /// Looks at a file without reading: whether it has changed since the last look.
    private func inspect(_ followed: FollowedFile, _ scan: DirectoryScan) {
        let status = scan.followed[followed.identity].map { ($0.size, $0.modified) }
        guard let now = status ?? scan.files[followed.identity].map({ ($0.size, $0.modified) }) else { return }
        if now != followed.seen || (followed.file.map { now.0 != $0.offset } ?? false) { self.enqueue(followed) }
        followed.seen = (size: now.0, modified: now.1)
        followed.file?.target = scan.files[followed.identity]?.target ?? followed.file?.target ?? followed.path
        self.noteLag(of: followed)
    }

    // MARK: Deciding

    /// Lets the family decide, and does what it says; false, and nothing done, if files of a scan have other names by now.
    @discardableResult
    private func handle(_ event: FileEvent, as scan: DirectoryScan? = nil) -> Bool {
        let before = self.family
        var answers: [FileQuestion: FileAnswer] = [:]
        let now = ContinuousClock.now
        while true {
            switch self.family.handle(event, answers: answers, at: now) {
            case .ask(let questions):
                for question in questions {
                    let (answer, moved) = self.answer(question)
                    // What was decided without it would be out of order.
                    if let moved, let scan, Self.wasSeen(moved, in: scan, answers.values) { return false }
                    answers[question] = answer
                }
            case .act(let actions):
                if scan != nil, !self.openStarts(of: actions) {
                    self.family = before
                    return false
                }
                for action in actions { self.perform(action) }
                self.staged = [:]
                return true
            }
        }
    }

    /// This decision has seen the file under the name that it does not have any more.
    private static func wasSeen(
        _ file: ListedFile,
        in scan: DirectoryScan,
        _ answers: some Collection<FileAnswer>
    ) -> Bool {
        if scan.files[file.identity]?.path == file.path { return true }
        return answers.contains { answer in
            guard case .neighbours(let files) = answer else { return false }
            return files.contains { $0.identity == file.identity && $0.path == file.path }
        }
    }

    /// Opens the files that a decision begins with, before it takes effect; false, and none is open, if one has another name by now.
    private func openStarts(of actions: [FileAction]) -> Bool {
        for case .follow(let start) in actions where !self.descriptors.isExhausted || start.isStored {
            let followed = FollowedFile(start)
            self.staged[followed.identity] = followed
            guard self.open(followed) == nil, self.hasMoved else { continue }
            for other in self.staged.values where other.file != nil {
                self.descriptors.closed()
                if self.files[other.identity] == nil { self.watch.forget(other.identity) }
            }
            self.staged = [:]
            return false
        }
        return true
    }

    /// Answers a question; names the file that is not where it was, if that is the reason for no answer.
    private func answer(_ question: FileQuestion) -> (FileAnswer, moved: ListedFile?) {
        switch question {
        case .integrity(let identity): return (self.integrity(of: identity), nil)
        case .position(let identity): return (self.files[identity]?.position.map { .position($0) } ?? .unavailable, nil)
        default:
            let files = self.files
            let inspector = FileInspector { files[$0]?.file?.descriptor }
            let answer = inspector.answer(question)
            if case .contents(let file) = question, case .contents = answer { self.troubles.clear(file) }
            guard let (file, reason) = inspector.failure else { return (answer, nil) }
            self.troubles.note(file, reason)
            return (answer, reason == .moved ? file : nil)
        }
    }

    private func integrity(of identity: FileIdentity) -> FileAnswer {
        guard let followed = self.files[identity] else { return .unavailable }
        guard let position = followed.position, position.kind == .plain else { return .integrity(.intact) }
        if let file = followed.file {
            if file.isIntact { return .integrity(.intact) }
            return .integrity(followed.isIdle ? .rewritten(position) : .rewrittenAndBusy)
        }
        guard let listed = self.family.listed(identity),
            case .possession(let possession) = self.answer(.possession(of: position, in: listed)).0
        else { return .unavailable }
        return .integrity(possession == .held ? .intact : .rewritten(position))
    }

    private func perform(_ action: FileAction) {
        switch action {
        case .follow(let start): self.follow(start)
        case .admit(let identity), .resume(let identity): self.files[identity].map(self.enqueue)
        case .restart(let identity):
            guard let followed = self.files[identity], let listed = self.family.listed(identity) else { return }
            followed.restart(FileStart(file: listed, place: .beginning, tag: followed.path))
            self.enqueue(followed)
        case .conclude(let identity, let isOver):
            self.files[identity].map { self.flush($0, isOver: isOver) }
        case .close(let identity): self.forget(identity)
        case .finish(let file): self.storeDone(file)
        case .store(let position): self.loosePositions.append(position.stored)
        case .remove(let identity): self.loosePositions.append(FilePosition.removal(of: identity))
        case .report(let notice): self.troubles.report(notice)
        }
    }

    private func follow(_ start: FileStart) {
        let followed = self.staged[start.file.identity] ?? FollowedFile(start)
        self.files[followed.identity] = followed
        if let file = followed.file { self.watch.watch(followed.identity, descriptor: file.descriptor) }
        self.logger.debug("follows", metadata: ["path": "\(RawPath.shown(start.file.path))"])
        // At once, if that is possible: until its turn comes the file may have been renamed or deleted.
        if !self.descriptors.isExhausted || start.isStored { _ = self.open(followed) }
        if start.isStored { self.storeStart(of: followed, start) }
        self.enqueue(followed)
    }

    /// Stores where reading starts; of a file that cannot be opened yet only its size is known.
    private func storeStart(of followed: FollowedFile, _ start: FileStart) {
        var position = followed.position
        if position == nil, case .lastLine(let size) = start.place {
            position = FilePosition(
                identity: followed.identity,
                offset: size,
                fingerprint: Fingerprint([]),
                isPassingOver: false,
                path: followed.path,
                target: start.file.target
            )
        }
        if let file = followed.file, self.configuration.syncsFiles { FileFlush.now(file.descriptor) }
        if let position { self.loosePositions.append(position.stored) }
    }

    private func storeDone(_ file: ListedFile) {
        if let descriptor = self.files[file.identity]?.file?.descriptor {
            return self.loosePositions.append(FilePosition.done(file, descriptor: descriptor).stored)
        }
        // If it has another name by now the next look finds it as a new file, and decides again.
        guard let open = try? OpenFile(file.path, expecting: file.identity) else { return }
        self.loosePositions.append(FilePosition.done(file, descriptor: open.descriptor).stored)
    }

    private func forget(_ identity: FileIdentity) {
        guard let followed = self.files.removeValue(forKey: identity) else { return }
        if followed.file != nil { self.descriptors.closed() }
        self.watch.forget(identity)
        self.lags.forget(identity)
        self.troubles.forget(identity)
        for next in self.descriptors.takeStarved(atMost: 1) { self.files[next].map(self.enqueue) }
        self.logger.debug("file is over", metadata: ["path": "\(RawPath.shown(followed.path))"])
    }

    // MARK: Descriptors

    /// Opens a file that is to be read; `nil` if it cannot be opened now, or is not what it was.
    private func open(_ followed: FollowedFile) -> TailedFile? {
        guard case .closed(let start) = followed.content else { return followed.file }
        // Until it is open each look tries again, whether the file changes or not.
        followed.seen = FollowedFile.unseen
        self.hasMoved = false
        let listed = self.family.listed(followed.identity) ?? start.file
        guard self.makeRoom() else {
            self.descriptors.starve(followed.identity)
            return nil
        }
        let opened: OpenFile
        do {
            opened = try OpenFile(listed.path, expecting: followed.identity)
        } catch {
            if error == .exhausted { self.descriptors.starve(followed.identity) }
            self.hasMoved = error == .moved
            self.troubles.note(listed, error)
            return nil
        }
        self.troubles.clear(listed)
        guard let file = self.tailedFile(opened, listed, start) else {
            if case .position(let position) = start.place { self.rewritten[followed.identity] = position }
            self.nextAudit = .now
            return nil
        }
        self.descriptors.opened()
        self.watch.watch(followed.identity, descriptor: file.descriptor)
        followed.content = .open(file)
        followed.acceptedOffset = file.offset
        return file
    }

    /// Goes on in an open file where it has to; `nil` if that is not the file that was read.
    private func tailedFile(_ opened: consuming OpenFile, _ listed: ListedFile, _ start: FileStart) -> TailedFile? {
        let descriptor = opened.descriptor
        var position: FilePosition?
        if case .position(let known) = start.place { position = known }
        let splitter = RecordSplitter(
            limit: self.configuration.lineLimit,
            isPassingOver: position?.isPassingOver ?? false,
            isStart: self.isStart
        )
        if start.isCompressed {
            return ArchivedFile(
                opened,
                listed,
                tag: start.tag,
                offset: position?.offset ?? 0,
                patience: self.configuration.archiveQuiet,
                splitter: splitter
            )
        }
        let size = FileStatus(descriptor: descriptor)?.size ?? 0
        let offset: Int
        switch start.place {
        case .beginning, .undecided: offset = 0
        case .everything: offset = size
        case .lastLine(let known):
            let limit = self.configuration.lineLimit
            offset = TailedFile.startOfLastLine(of: descriptor, size: min(size, known), limit: limit)
        case .position(let position):
            guard FileInspector.possession(of: position, in: descriptor) == .held else { return nil }
            offset = position.offset
        }
        return TailedFile(opened, listed, tag: start.tag, offset: offset, splitter: splitter)
    }

    /// Closes files that have nothing to read until there is a descriptor for another one; false if there is none.
    private func makeRoom() -> Bool {
        while self.descriptors.isExhausted {
            guard let identity = self.descriptors.takeIdle() else { return false }
            guard let followed = self.files[identity], let file = followed.file, self.canBeClosed(followed, file) else {
                continue
            }
            if self.descriptors.noteSharing() {
                self.logger.notice(
                    "there are more files than descriptors: quiet files are closed, and opened again when they change",
                    metadata: ["limit": "\(self.descriptors.limit)"]
                )
            }
            self.close(followed, file)
        }
        return true
    }

    private func close(_ followed: FollowedFile, _ file: TailedFile) {
        let listed = self.family.listed(followed.identity)
        guard let listed else { return }
        if let status = FileStatus(descriptor: file.descriptor) { followed.seen = (status.size, status.modified) }
        followed.content = .closed(FileStart(file: listed, place: .position(file.position), tag: followed.path))
        self.descriptors.closed()
    }

    /// Nothing of it is under way, and it can be opened again by its name.
    private func canBeClosed(_ followed: FollowedFile, _ file: TailedFile) -> Bool {
        guard case .idle = followed.turn, followed.ready == nil, followed.held == nil, !file.isArchive,
            let listed = self.family.listed(followed.identity)
        else { return false }
        return FileStatus(path: listed.path)?.identity == followed.identity
    }

    // MARK: Delivery

    private func enqueue(_ followed: FollowedFile) {
        guard case .idle = followed.turn else { return }
        followed.turn = .queued
        self.queue.append(followed.identity)
    }

    private func serveQueue(into sink: any RecordSink) {
        var served = 0
        while served < self.queue.count, self.deliveries < Self.maximumDeliveries, !self.isStoringPosition {
            guard self.loosePositions.isEmpty else { break }
            defer { served += 1 }
            guard let followed = self.files[self.queue[served]], case .queued = followed.turn else { continue }
            followed.turn = .idle
            self.advance(followed, into: sink)
        }
        self.queue.removeFirst(served)
        self.storeLoosePositions(in: sink)
    }

    /// One after the other, so that of two positions of one file the later one stays.
    private func storeLoosePositions(in sink: any RecordSink) {
        guard !self.isStoringPosition, !self.loosePositions.isEmpty else { return }
        let batch = RecordBatch(position: self.loosePositions.removeFirst())
        self.isStoringPosition = true
        self.deliveries += 1
        Task.detached {
            do {
                try await sink.accept(batch)
                await self.storedPosition(error: nil)
            } catch {
                await self.storedPosition(error: error)
            }
        }
    }

    private func storedPosition(error: (any Error)?) {
        self.deliveries -= 1
        self.isStoringPosition = false
        self.failure = self.failure ?? error
    }

    private func advance(_ followed: FollowedFile, into sink: any RecordSink) {
        guard !self.family.mustWait(followed.identity), let file = self.open(followed) else { return }
        guard let batch = followed.ready ?? self.read(followed, file) else { return self.caughtUp(followed) }
        followed.ready = nil
        let (identity, offset) = (followed.identity, file.offset)
        followed.turn = .delivering(upTo: offset)
        self.deliveries += 1
        let flush = self.configuration.syncsFiles ? followed.takeFlush(upTo: offset) : nil
        Task.detached {
            do {
                await flush?.run()
                try await sink.accept(batch)
                await self.delivered(identity, error: nil)
            } catch {
                await self.delivered(identity, error: error)
            }
        }
        if file.unread >= Self.readAheadMinimum { followed.ready = self.read(followed, file) }
    }

    private func delivered(_ identity: FileIdentity, error: (any Error)?) {
        self.deliveries -= 1
        self.failure = self.failure ?? error
        guard error == nil, let followed = self.files[identity], case .delivering(let offset) = followed.turn else {
            return
        }
        followed.turn = .idle
        followed.acceptedOffset = offset
        self.noteLag(of: followed)
        self.enqueue(followed)
    }

    private func read(_ followed: FollowedFile, _ file: TailedFile) -> RecordBatch? {
        switch file.read(self.configuration.chunkSize) {
        case .batch(let batch):
            self.noteHeld(followed)
            if !batch.records.isEmpty { self.noteHole(followed, file.takeHoleBytes()) }
            followed.reportedError = 0
            return batch
        case .nothing:
            self.noteHeld(followed)
            return nil
        case .rewritten:
            // What is with the sink comes before the rest in a copy: seen again when it was accepted.
            guard !followed.isDelivering else { return nil }
            self.rewritten[followed.identity] = file.position
            self.look()
            return nil
        case .failed(let code):
            self.report(code, for: followed)
            return nil
        case .over(let size, let complaint):
            // What is with the sink comes first: looked at again when it was accepted.
            guard !followed.isDelivering else { return nil }
            if let complaint {
                let metadata: Logger.Metadata = ["path": "\(RawPath.shown(file.path))", "reason": "\(complaint)"]
                self.logger.error("compressed file is given up", metadata: metadata)
            }
            self.handle(.finished(followed.identity, size: size))
            return nil
        }
    }

    /// Lets the files go on that waited for this one; a compressed file is only over when it was read to its end.
    private func caughtUp(_ followed: FollowedFile) {
        guard followed.isIdle, case .idle = followed.turn, followed.held == nil, let file = followed.file,
            !file.isArchive
        else { return }
        if self.family.isAwaited(followed.identity) { self.handle(.caughtUp(followed.identity)) }
        self.descriptors.idle(followed.identity)
        for next in self.descriptors.takeStarved(atMost: 1) { self.files[next].map(self.enqueue) }
    }

    /// Delivers what is left of a file that nobody writes any more, though it has no end; tells the family if it `isOver`.
    private func flush(_ followed: FollowedFile, ending: RecordSplitter.Ending = .final, isOver: Bool = false) {
        guard followed.isIdle, !self.family.mustWait(followed.identity), let file = self.open(followed) else { return }
        switch file.read(self.configuration.chunkSize, ending: ending) {
        case .batch(let batch):
            self.noteHeld(followed)
            followed.ready = batch
            self.enqueue(followed)
        case .nothing where isOver:
            let isDeleted = FileStatus(descriptor: file.descriptor)?.isDeleted ?? true
            self.handle(.ended(followed.identity, file.position, isDeleted: isDeleted))
        case .nothing, .rewritten, .failed, .over:
            return  // the next look takes care of it
        }
    }

    /// A writer without O_APPEND goes on at its old place after copytruncate: once for each truncation that is worth a line.
    private func noteHole(_ followed: FollowedFile, _ bytes: Int) {
        guard followed.noteHole(bytes) else { return }
        self.logger.notice(
            "passed over NUL bytes in front of a line: a hole that a writer without O_APPEND leaves after a truncation",
            metadata: ["path": "\(RawPath.shown(followed.path))", "bytes": "\(bytes)"]
        )
    }

    private func noteLag(of followed: FollowedFile) {
        var bytes = max(0, followed.seen.size - followed.acceptedOffset)
        if let file = followed.file {
            let size = FileStatus(descriptor: file.descriptor)?.size ?? 0
            bytes = file.isArchive ? file.unread : max(0, size - followed.acceptedOffset)
        }
        self.lags.note(
            followed.identity,
            path: RawPath.shown(followed.path),
            bytes: bytes,
            holeBytes: followed.holeBytes
        )
    }

    private func report(_ code: CInt, for followed: FollowedFile) {
        guard followed.reportedError != code else { return }
        followed.reportedError = code
        self.logger.error(
            "file cannot be read, trying again",
            metadata: ["path": "\(RawPath.shown(followed.path))", "error": "\(String(cString: strerror(code)))"]
        )
    }

    /// Runs the sink's part elsewhere than on the reader thread.
    @concurrent
    private static func accept(_ batch: RecordBatch, by sink: any RecordSink) async throws {
        try await sink.accept(batch)
    }

    // MARK: Records of several lines

    /// Notes after a look whether lines are held back.
    private func noteHeld(_ followed: FollowedFile) {
        // A compressed file has an end in sight.
        guard self.isStart != nil, !followed.isCompressed else { return }
        followed.noteHeld()
        guard let held = followed.held, !followed.isFlushScheduled else { return }
        followed.isFlushScheduled = true
        self.flushes.append((followed.identity, held.since + self.flushTime))
    }

    /// Delivers what was held back for long enough.
    private func flushHeldLines() {
        while let next = self.flushes.first, next.due <= .now {
            self.flushes.removeFirst()
            guard let followed = self.files[next.identity] else { continue }
            followed.isFlushScheduled = false
            // What is under way, and what was added, comes first; the look at it notes again what is held back.
            guard followed.isIdle, let held = followed.held, let file = followed.file else { continue }
            if held.since + self.flushTime <= .now, FileStatus(descriptor: file.descriptor)?.size == held.upTo {
                self.flush(followed, ending: .quiet)
            } else {
                self.enqueue(followed)
            }
        }
    }

    private var flushTime: Duration { self.configuration.multiline?.flush ?? .zero }
}
