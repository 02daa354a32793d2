/// A file that is read, and what is under way with its lines.
///
/// Stays on its reader thread.
final class FollowedFile {
    /// Files are opened when they are to be read, and closed when others need the descriptor.
    enum Content {
        /// It is not open; there it has to begin.
        case closed(FileStart)
        case open(TailedFile)
    }

    /// What it waits for.
    enum Turn {
        /// For a change of the file.
        case idle
        /// For its turn to be read.
        case queued
        /// For the sink, which has everything before this offset; only after that may the next batch follow.
        case delivering(upTo: Int)
    }

    let identity: FileIdentity
    /// The path under which it was found first.
    let path: String
    let isCompressed: Bool
    var content: Content
    var turn = Turn.idle
    /// A batch that was read ahead and is to be delivered next.
    var ready: RecordBatch?
    /// Everything before this offset was accepted.
    var acceptedOffset = 0
    /// So many bytes of the file are on its disk.
    private var flushedSize = 0
    /// The error that was reported, to report it once.
    var reportedError: CInt = 0
    /// NULs in front of lines that were passed over, and whether that was reported since the file was truncated last.
    private(set) var holeBytes = 0
    private var isHoleReported = false
    /// The size and the time of the last change, as of the last look.
    var seen = FollowedFile.unseen

    /// The state of no file: a look at any shows a change.
    static let unseen = (size: -1, modified: Int64.min)

    init(_ start: FileStart) {
        self.identity = start.file.identity
        self.path = start.tag
        self.isCompressed = start.isCompressed
        self.content = .closed(start)
    }

    /// The file, if it is open.
    var file: TailedFile? { if case .open(let file) = self.content { file } else { nil } }

    /// How far it was read, if anything was.
    var position: FilePosition? {
        switch self.content {
        case .open(let file): return file.position
        case .closed(let start):
            guard var position = start.place.position else { return nil }
            // It may be what became of another file.
            position.identity = self.identity
            position.kind = self.isCompressed ? .compressed : .plain
            return position
        }
    }

    /// Nothing of it is under way.
    var isIdle: Bool { !self.isDelivering && self.ready == nil }

    var isDelivering: Bool { if case .delivering = self.turn { true } else { false } }

    /// Begins again at the first byte.
    func restart(_ start: FileStart) {
        if self.acceptedOffset == self.file?.offset { self.acceptedOffset = 0 }
        self.ready = nil
        self.flushedSize = 0
        self.isHoleReported = false
        if let file = self.file { file.restart() } else { self.content = .closed(start) }
    }

    /// Counts NULs that were passed over; returns whether that is to be reported.
    func noteHole(_ bytes: Int) -> Bool {
        guard bytes > 0 else { return false }
        self.holeBytes += bytes
        defer { self.isHoleReported = true }
        return !self.isHoleReported
    }

    /// What the batch that is sent now has to wait for; `nil` if it is on the disk.
    func takeFlush(upTo offset: Int) -> FileFlush? {
        guard let file = self.file, let size = FileStatus(descriptor: file.descriptor)?.size else { return nil }
        // Offsets in compressed files do not count their bytes.
        guard (file.isArchive ? size : offset) > self.flushedSize else { return nil }
        self.flushedSize = size
        return FileFlush(file.descriptor)
    }

    // MARK: Looking

    /// What the open file says of itself; `nil` if it is not open.
    var status: DirectoryScan.FollowedStatus? {
        guard let file = self.file, let status = FileStatus(descriptor: file.descriptor) else { return nil }
        return DirectoryScan.FollowedStatus(
            size: status.size,
            modified: status.modified,
            isDeleted: status.isDeleted,
            offset: file.offset,
            isIdle: self.isIdle
        )
    }

    /// Notes what a look showed, without reading.
    ///
    /// Returns whether there may be something to read; `nil` if the look did not show the file.
    func see(_ scan: DirectoryScan) -> Bool? {
        let listed = scan.files[self.identity]
        let status = scan.followed[self.identity].map { (size: $0.size, modified: $0.modified) }
        guard let now = status ?? listed.map({ (size: $0.size, modified: $0.modified) }) else { return nil }
        let isChanged = now != self.seen || (self.file.map { now.size != $0.offset } ?? false)
        self.seen = now
        self.file?.target = listed?.target ?? self.file?.target ?? self.path
        return isChanged
    }

    /// How many bytes there are that were not accepted; of a compressed file those that were not read.
    var unaccepted: Int {
        guard let file = self.file else { return max(0, self.seen.size - self.acceptedOffset) }
        if file.isArchive { return file.unread }
        return max(0, (FileStatus(descriptor: file.descriptor)?.size ?? 0) - self.acceptedOffset)
    }

    /// Closes the file until it changes; false if something of it is under way, or if it could not be opened again by its name.
    func close(as listed: ListedFile) -> Bool {
        guard let file = self.file, case .idle = self.turn, self.ready == nil, self.held == nil, !file.isArchive,
            FileStatus(path: listed.path)?.identity == self.identity
        else { return false }
        if let status = FileStatus(descriptor: file.descriptor) { self.seen = (status.size, status.modified) }
        self.content = .closed(FileStart(file: listed, place: .position(file.position), tag: self.path))
        return true
    }

    // MARK: Records of several lines

    /// Where the lines end that are held back, and since when they do.
    private(set) var held: (upTo: Int, since: ContinuousClock.Instant)?
    /// It is in the line of those whose lines are held back.
    var isFlushScheduled = false

    /// Notes what the last look held back; lines that were held back before stay so for as long as nothing is added.
    func noteHeld() {
        guard self.held?.upTo != self.file?.heldUpTo else { return }
        self.held = self.file?.heldUpTo.map { (upTo: $0, since: ContinuousClock.now) }
    }
}
