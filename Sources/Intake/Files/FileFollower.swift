internal import Glibc
internal import Logging

/// Follows files on a reader thread: looks, reads, hands over; see ``FileTail`` for what it promises.
actor FileFollower {
    /// So many batches are with the sink at the same time; with the ones read ahead this bounds the memory.
    private static let maximumDeliveries = 16
    /// Reading ahead of the sink pays from this many bytes on; fewer are left to become more.
    private static let readAheadMinimum = 32 << 10
    /// How often to look if the system gives no notices.
    private static let blindInterval = Duration.milliseconds(250)
    /// New names are looked for at most this often.
    private static let searchPause = Duration.milliseconds(20)

    let configuration: FileTail.Configuration
    let patterns: [FilePattern]
    let logger: Logger
    private let lags: LagBoard
    private let lease = ReaderThread.Lease()

    var files: [FileIdentity: FollowedFile] = [:]
    /// Positions from the last run that no file has taken up yet.
    var stored: [FileIdentity: FilePosition]
    /// Patterns that were followed before: files that are new to them have grown from nothing since then.
    var knownPatterns: Set<String>
    /// A copy of a followed file, compressed or not.
    struct Copy {
        var original: FileIdentity
        var path: String
    }

    /// Copies of followed files, not to be read unless the original is truncated.
    var copies: [FileIdentity: Copy] = [:]
    /// Files of which nothing more is wanted, as they were then.
    var finished: [FileIdentity: FilePosition] = [:]
    /// How far files were read that are over, the latest last.
    var recentlyOver: [FilePosition] = []
    /// Positions to be stored before anything more is read.
    var loosePositions: [SourcePosition] = []
    var filesTakenUp = 0
    /// Paths whose failure to open was reported.
    var unreadable: Set<String> = []
    var watch = ChangeWatch()
    /// Whether a record starts with a line; `nil` if each line is a record.
    let isStart: MultilineRecords.StartTest?
    /// Files whose last lines are held back, in the order in which they are due.
    var flushes: [(identity: FileIdentity, due: ContinuousClock.Instant)] = []

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
        logger: Logger
    ) {
        self.configuration = configuration
        self.patterns = patterns
        self.lags = lags
        self.logger = logger
        self.isStart = configuration.multiline?.makeStartTest()
        self.stored = Dictionary(
            positions.compactMap(FilePosition.init).map { ($0.identity, $0) },
            uniquingKeysWith: { $1 }
        )
        self.knownPatterns = Set(positions.map(\.key).compactMap(Self.pattern(ofMarker:)))
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
        self.audit()
        for position in self.loosePositions + self.patterns.map(Self.marker) {
            try await Self.accept(RecordBatch(position: position), by: sink)
        }
        self.loosePositions = []
        while !Task.isCancelled, self.failure == nil {
            self.flushHeldLines()
            self.serveQueue(into: sink)
            if self.lease.thread.wait(forReadable: self.watch.descriptor, milliseconds: self.timeToSleep) {
                self.note(self.watch.takeChanges())
            }
            if .now >= self.nextAudit { self.audit() }
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

    private func audit() {
        self.discover()
        for followed in self.files.values { self.inspect(followed) }
        self.nextSearch = .now + Self.searchPause
        self.nextAudit = .now + (self.watch.isComplete ? self.configuration.auditInterval : Self.blindInterval)
    }

    private func note(_ changes: ChangeWatch.Changes) {
        for identity in changes.files { self.files[identity].map(self.enqueue) }
        if changes.namesChanged { self.nextAudit = min(self.nextAudit, max(.now, self.nextSearch)) }
    }

    /// Looks at a file without reading: whether it has changed, whether it is over.
    private func inspect(_ followed: FollowedFile) {
        guard let status = FileStatus(descriptor: followed.file.descriptor), !followed.isFinished else { return }
        if status.modified != followed.modified || status.size != followed.file.offset {
            if status.modified != followed.modified { followed.quietSince = .now }
            followed.modified = status.modified
            self.enqueue(followed)
        }
        self.noteLag(of: followed)
        guard followed.isDetached, followed.isIdle, !(followed.file is ArchivedFile) else { return }
        let quiet = ContinuousClock.now - followed.quietSince
        if quiet > self.configuration.deletedQuiet { self.flush(followed, isOver: status.isDeleted) }
        if quiet > self.configuration.renamedQuiet { self.flush(followed, isOver: true) }
    }

    /// Delivers what is left of a file that nobody writes any more, though it has no end; forgets it if it `isOver`.
    func flush(_ followed: FollowedFile, ending: RecordSplitter.Ending = .final, isOver: Bool = false) {
        guard followed.isIdle, followed.predecessor == nil else { return }
        switch followed.file.read(self.configuration.chunkSize, ending: ending) {
        case .batch(let batch):
            self.noteHeld(followed)
            followed.ready = batch
        case .nothing where isOver:
            guard let batch = self.end(followed) else { return }
            followed.ready = batch
        case .rewritten:
            break  // the next look takes care of it
        case .nothing, .failed, .over:
            return
        }
        self.enqueue(followed)
    }

    // MARK: Delivery

    func enqueue(_ followed: FollowedFile) {
        guard !followed.isQueued, !followed.isDelivering else { return }
        followed.isQueued = true
        self.queue.append(followed.file.identity)
    }

    private func serveQueue(into sink: any RecordSink) {
        var served = 0
        while served < self.queue.count, self.deliveries < Self.maximumDeliveries, !self.isStoringPosition {
            guard self.loosePositions.isEmpty else { break }
            defer { served += 1 }
            guard let followed = self.files[self.queue[served]] else { continue }
            followed.isQueued = false
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
        guard !followed.isDelivering, !self.mustWait(followed) else { return }
        guard let batch = followed.ready ?? self.read(followed) else { return self.caughtUp(followed) }
        followed.ready = nil
        followed.isDelivering = true
        followed.sentOffset = followed.file.offset
        self.deliveries += 1
        let (identity, flush) = (followed.file.identity, self.configuration.syncsFiles ? followed.takeFlush() : nil)
        Task.detached {
            do {
                await flush?.run()
                try await sink.accept(batch)
                await self.delivered(identity, error: nil)
            } catch {
                await self.delivered(identity, error: error)
            }
        }
        if !followed.isFinished, followed.file.unread >= Self.readAheadMinimum { followed.ready = self.read(followed) }
    }

    private func delivered(_ identity: FileIdentity, error: (any Error)?) {
        self.deliveries -= 1
        self.failure = self.failure ?? error
        guard error == nil, let followed = self.files[identity] else { return }
        followed.isDelivering = false
        followed.acceptedOffset = followed.sentOffset
        if followed.isFinished { return self.forget(followed) }
        self.noteLag(of: followed)
        self.enqueue(followed)
    }

    private func read(_ followed: FollowedFile) -> RecordBatch? {
        if followed.isUndecided, let status = FileStatus(descriptor: followed.file.descriptor), status.size > 0 {
            if self.isCopy(followed.file.descriptor, status, followed.file.path) {
                self.forget(followed)
                return nil
            }
            followed.isUndecided = false
        }
        switch followed.file.read(self.configuration.chunkSize) {
        case .batch(let batch):
            self.noteHeld(followed)
            followed.quietSince = .now
            followed.reportedError = 0
            return batch
        case .nothing:
            self.noteHeld(followed)
            return nil
        case .rewritten:
            // What is with the sink comes before the rest in a copy: seen again when it was accepted.
            guard !followed.isDelivering else { return nil }
            // All that rotation made is known then, so that it can be read in order.
            self.discover()
            self.takeCopies(of: followed)
            followed.file.restart()
            followed.flushedSize = 0
            self.enqueue(followed)
            return nil
        case .failed(let code):
            self.report(code, for: followed)
            return nil
        case .over(let complaint):
            // What is with the sink comes first: looked at again when it was accepted.
            return followed.isDelivering ? nil : self.isOver(followed, because: complaint)
        }
    }

    private func mustWait(_ followed: FollowedFile) -> Bool {
        followed.predecessor.map { self.files[$0] != nil } ?? false
    }

    /// Lets the files go on that waited for this one; a compressed file is only over when it was read to its end.
    private func caughtUp(_ followed: FollowedFile) {
        let isArchive = followed.file is ArchivedFile
        guard followed.isIdle, !followed.isQueued, followed.held == nil, !isArchive else { return }
        for waiting in self.files.values where waiting.predecessor == followed.file.identity {
            waiting.predecessor = nil
            self.enqueue(waiting)
        }
    }

    func forget(_ followed: FollowedFile) {
        let identity = followed.file.identity
        self.files[identity] = nil
        self.watch.forget(identity)
        self.lags.forget(identity)
        for waiting in self.files.values where waiting.predecessor == identity {
            // One that turned out to be a copy has not been read: what waited for it waits for what it waited for.
            waiting.predecessor = followed.predecessor
            self.enqueue(waiting)
        }
        self.logger.debug("file is over", metadata: ["path": "\(followed.file.path)"])
    }

    private func noteLag(of followed: FollowedFile) {
        let size = FileStatus(descriptor: followed.file.descriptor)?.size ?? 0
        let isArchive = followed.file is ArchivedFile
        let bytes = isArchive ? followed.file.unread : max(0, size - followed.acceptedOffset)
        self.lags.note(followed.file.identity, path: followed.file.path, bytes: bytes)
    }

    private func report(_ code: CInt, for followed: FollowedFile) {
        guard followed.reportedError != code else { return }
        followed.reportedError = code
        self.logger.error(
            "file cannot be read, trying again",
            metadata: ["path": "\(followed.file.path)", "error": "\(String(cString: strerror(code)))"]
        )
    }

    /// Runs the sink's part elsewhere than on the reader thread.
    @concurrent
    private static func accept(_ batch: RecordBatch, by sink: any RecordSink) async throws {
        try await sink.accept(batch)
    }

    // MARK: Markers

    private static let markerPrefix = "tail:"

    /// Remembers that a pattern was followed.
    private static func marker(of pattern: FilePattern) -> SourcePosition {
        SourcePosition(key: self.markerPrefix + pattern.text, value: [1])
    }

    private static func pattern(ofMarker key: String) -> String? {
        key.hasPrefix(self.markerPrefix) ? String(key.dropFirst(self.markerPrefix.count)) : nil
    }
}
