/// A file and what is under way with its lines.
///
/// Stays on its reader thread.
final class FollowedFile {
    let file: TailedFile
    /// The log that it is a part of, see ``RotatedName``.
    let log: String
    /// The name under which it was taken up.
    private let name: String
    /// Files of one log are numbered in the order in which they are read.
    var number: Int

    /// A batch is with the sink; the next one may not follow before it is accepted.
    var isDelivering = false
    /// A batch that was read ahead and is to be delivered next.
    var ready: RecordBatch?
    /// It stands in the queue for the next look.
    var isQueued = false
    /// Nothing more is read until this older file was read to its end, so that lines stay in order over a rotation.
    var predecessor: FileIdentity?
    /// It was empty when it appeared, so that it may still become a copy of another file.
    var isUndecided = false
    /// No pattern matches any of its names any more.
    var isDetached = false
    /// When it last grew.
    var quietSince = ContinuousClock.now
    /// Its last batch is under way; it is forgotten after that.
    var isFinished = false
    /// Everything before this offset was accepted.
    var acceptedOffset: Int
    /// The offset after the batch that is with the sink.
    var sentOffset: Int
    /// So many bytes of the file are on its disk.
    var flushedSize = 0
    /// The error that was reported, to report it once.
    var reportedError: CInt = 0
    /// When its contents last changed, as of the last look.
    var modified: Int64 = 0

    init(_ file: TailedFile, name: String, number: Int) {
        self.file = file
        self.log = RotatedName(path: file.path).log
        self.name = name
        self.number = number
        self.acceptedOffset = file.offset
        self.sentOffset = file.offset
    }

    /// Where it stands among the files of its log; without the name under which it was taken up it has been rotated since.
    var age: RotationAge {
        let modified = FileStatus(descriptor: self.file.descriptor)?.modified ?? self.modified
        let isMoved = FileStatus(path: self.name)?.identity != self.file.identity
        return RotationAge(path: self.name, modified: modified, isMoved: isMoved)
    }

    /// Where the lines end that are held back, and since when they do.
    private(set) var held: (upTo: Int, since: ContinuousClock.Instant)?
    /// It stands in the line of those whose lines are held back.
    var isFlushScheduled = false

    /// Notes what the last look held back; lines that were held back before stay so for as long as nothing is added.
    func noteHeld() {
        guard self.held?.upTo != self.file.heldUpTo else { return }
        self.held = self.file.heldUpTo.map { (upTo: $0, since: ContinuousClock.now) }
    }

    /// What the batch that is sent now has to wait for; `nil` if it stands on the disk.
    func takeFlush() -> FileFlush? {
        guard let size = FileStatus(descriptor: self.file.descriptor)?.size else { return nil }
        // Offsets in compressed files do not count their bytes.
        let needed = self.file is ArchivedFile ? size : self.sentOffset
        guard needed > self.flushedSize else { return nil }
        self.flushedSize = size
        return FileFlush(self.file.descriptor)
    }

    /// Nothing of it is under way.
    var isIdle: Bool { !self.isDelivering && self.ready == nil }

    /// All of it was accepted, as it is now, and it waits for no other.
    var hasNothingLeft: Bool {
        guard self.isIdle, self.predecessor == nil, !(self.file is ArchivedFile) else { return false }
        return FileStatus(descriptor: self.file.descriptor)?.size == self.file.offset
    }
}
