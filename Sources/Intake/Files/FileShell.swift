internal import Logging

/// The shell around a ``FileFamily``: answers what it asks, and does what it decides.
///
/// The family and the files agree: a file is among the ``files`` from when the family follows it until it is closed. What is to be
/// stored of files beside their lines is kept in order, until it is taken.
///
/// Stays on its reader thread.
final class FileShell {
    private let syncsFiles: Bool
    private let lags: LagBoard
    private let logger: Logger
    let troubles: TroubleReports
    private(set) var family: FileFamily
    let files: FollowedFiles
    private var queue = TurnQueue()
    /// Positions to be stored before anything more is read.
    private var positions: [SourcePosition] = []
    /// Files that were found to be truncated or written anew, until the next look.
    private var rewritten: [FileIdentity: FilePosition] = [:]

    /// A shell around a new family, which knows the positions that the last run stored.
    init(_ context: FollowingContext) {
        let (configuration, logger) = (context.configuration, context.logger)
        let stored = context.positions.compactMap(FilePosition.init)
        let unwanted = stored.filter { position in
            position.kind != .done && !context.patterns.contains { $0.matches(position.path) }
        }
        self.family = FileFamily(configuration.family, stored: stored, unwanted: Set(unwanted.map(\.identity)))
        self.syncsFiles = configuration.syncsFiles
        self.lags = context.lags
        self.troubles = TroubleReports(context.troubles, patience: configuration.troublePatience, logger: logger)
        self.files = FollowedFiles(configuration, logger: logger)
        self.logger = logger
    }

    // MARK: Deciding

    /// Lets the family decide what follows from an event, and does it.
    ///
    /// - Parameters:
    ///   - event: What happened.
    ///   - scan: The look that the event is about, if nothing is to be decided from names that have changed since: it would be out of order.
    ///   - conclude: Delivers the rest of a file, see ``FileAction/conclude(_:isOver:)``.
    /// - Returns: False, with nothing done, if a file of the scan has another name by now.
    func handle(
        _ event: FileEvent,
        unlessMovedIn scan: DirectoryScan?,
        conclude: (_ followed: FollowedFile, _ isOver: Bool) -> Void
    ) -> Bool {
        let (before, decider) = (self.family, FileDecider(self.files, self.troubles))
        guard let actions = decider.decide(event, for: &self.family, unlessMovedIn: scan) else { return false }
        if scan != nil, !self.openStarts(of: actions) {
            self.family = before
            return false
        }
        for action in actions {
            if case .conclude(let identity, let isOver) = action {
                if let followed = self.files[identity] { conclude(followed, isOver) }
            } else {
                self.perform(action)
            }
        }
        return true
    }

    /// Opens the files that a decision begins with, before it takes effect; false, and none is open, if one has another name by now.
    private func openStarts(of actions: [FileAction]) -> Bool {
        for case .follow(let start) in actions where self.files.hasRoom || start.isStored {
            guard case .failed(_, .moved) = self.open(self.files.stage(start)) else { continue }
            self.files.dropStaged()
            return false
        }
        return true
    }

    private func perform(_ action: FileAction) {
        switch action {
        case .follow(let start): self.follow(start)
        case .admit(let identity), .resume(let identity): self.enqueue(identity)
        case .restart(let identity):
            guard let followed = self.files[identity], let listed = self.family.listed(identity) else { return }
            followed.restart(FileStart(file: listed, place: .beginning, tag: followed.path))
            self.enqueue(identity)
        case .conclude: break  // whoever reads the file does that
        case .close(let identity): self.close(identity)
        case .finish(let file): self.storeDone(file)
        case .store(let position): self.positions.append(position.stored)
        case .remove(let identity): self.positions.append(FilePosition.removal(of: identity))
        case .report(let notice): self.troubles.report(notice)
        }
    }

    private func follow(_ start: FileStart) {
        let followed = self.files.follow(start)
        self.logger.debug("follows", metadata: ["path": "\(RawPath.shown(start.file.path))"])
        // At once, if that is possible: until its turn comes the file may have been renamed or deleted.
        if self.files.hasRoom || start.isStored { _ = self.open(followed) }
        if start.isStored {
            if let file = followed.file, self.syncsFiles { FileFlush.now(file.descriptor) }
            if let position = followed.position ?? start.provisionalPosition { self.positions.append(position.stored) }
        }
        self.enqueue(followed)
    }

    private func storeDone(_ file: ListedFile) {
        if let descriptor = self.files[file.identity]?.file?.descriptor {
            return self.positions.append(FilePosition.done(file, descriptor: descriptor).stored)
        }
        // If it has another name by now the next look finds it as a new file, and decides again.
        guard let open = try? OpenFile(file.path, expecting: file.identity) else { return }
        self.positions.append(FilePosition.done(file, descriptor: open.descriptor).stored)
    }

    private func close(_ identity: FileIdentity) {
        guard let followed = self.files.forget(identity) else { return }
        self.lags.forget(identity)
        self.troubles.forget(identity)
        self.enqueueStarved(atMost: 1)
        self.logger.debug("file is over", metadata: ["path": "\(RawPath.shown(followed.path))"])
    }

    // MARK: Reading

    /// Opens a file that is to be read, if it is not open.
    func open(_ followed: FollowedFile) -> FollowedFiles.Opening {
        if let file = followed.file { return .open(file) }
        let opening = self.files.open(followed, for: self.family)
        switch opening {
        case .open: self.troubles.clear(followed.identity)
        case .rewritten(let position):
            self.troubles.clear(followed.identity)
            if let position { self.rewritten[followed.identity] = position }
        case .failed(let listed, let reason): self.troubles.note(listed, reason)
        }
        return opening
    }

    /// Has a file read in its turn.
    func enqueue(_ followed: FollowedFile) { self.queue.add(followed) }

    /// The same, if the file is followed.
    func enqueue(_ identity: FileIdentity) { if let followed = self.files[identity] { self.queue.add(followed) } }

    /// The same of files that could not be opened for want of a descriptor.
    func enqueueStarved(atMost count: Int = .max) {
        for followed in self.files.takeStarved(atMost: count) { self.queue.add(followed) }
    }

    /// The file whose turn it is to be read.
    func nextTurn() -> FollowedFile? {
        while let identity = self.queue.next() {
            guard let followed = self.files[identity], case .queued = followed.turn else { continue }
            followed.turn = .idle
            return followed
        }
        return nil
    }

    /// Notes that a file is not what was read, for the next look.
    func noteRewritten(_ identity: FileIdentity, at position: FilePosition) { self.rewritten[identity] = position }

    func takeRewritten() -> [FileIdentity: FilePosition] {
        defer { self.rewritten = [:] }
        return self.rewritten
    }

    // MARK: Storing

    /// Positions are to be stored before anything more is read.
    var hasPositions: Bool { !self.positions.isEmpty }

    /// There is something to store, or perhaps to read.
    var hasWork: Bool { self.hasPositions || !self.queue.isEmpty }

    func store(_ positions: [SourcePosition]) { self.positions += positions }

    /// The position that is to be stored next.
    func takePosition() -> SourcePosition? { self.positions.isEmpty ? nil : self.positions.removeFirst() }
}
