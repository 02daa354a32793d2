internal import Glibc

/// A compressed file: what it holds is read once, from the beginning to the end; offsets count what it holds.
///
/// Stays on its reader thread.
final class ArchivedFile: TailedFile {
    private let content: GzipContent
    private let patience: Duration
    /// The known bytes before the offset, and what was decompressed behind them.
    private var buffer: [UInt8]
    private var lastGrowth = ContinuousClock.now

    /// Goes on at an offset in what the file holds; `nil` if it holds less.
    init?(
        _ file: consuming OpenFile,
        _ listed: ListedFile,
        tag: String,
        offset: Int,
        patience: Duration,
        splitter: RecordSplitter
    ) {
        let head = GzipContent.head(of: file.descriptor, count: min(offset, Fingerprint.window)).bytes
        self.content = GzipContent(file.descriptor)
        self.patience = patience
        guard let tail = self.content.skip(to: offset) else { return nil }
        self.buffer = tail
        super.init(file, listed, tag: tag, offset: offset, tail: tail, head: head, splitter: splitter)
    }

    override var isArchive: Bool { true }

    override var position: FilePosition {
        var position = super.position
        position.kind = .compressed
        return position
    }

    /// Compressed bytes that were not read; what they hold nobody knows.
    override var unread: Int { max(0, (FileStatus(descriptor: self.descriptor)?.size ?? 0) - self.content.consumed) }

    override func read(_ size: Int, ending: RecordSplitter.Ending = .open) -> Piece {
        let (offset, known) = (self.offset, self.tail.count)
        let stop = self.fill(to: known + max(size, self.sufficientBytes))
        let piece = self.records(in: self.buffer, from: known, stop == nil ? .open : .final)
        guard case .batch = piece else { return stop.map(self.end) ?? .nothing }
        let used = known + self.offset - offset
        self.buffer.removeFirst(used - self.tail.count)
        return piece
    }

    /// Decompresses until the buffer is so long; says why it stays shorter for ever, if it does.
    private func fill(to count: Int) -> GzipContent.Stop? {
        guard self.buffer.count < count else { return nil }
        let consumed = self.content.consumed
        let stop = self.content.read(count - self.buffer.count, into: &self.buffer)
        if self.content.consumed > consumed { self.lastGrowth = .now }
        return stop == .unfinished && self.lastGrowth + self.patience > .now ? nil : stop
    }

    /// Tells that there is nothing more to read.
    ///
    /// The file may have grown meanwhile, so the size counts the bytes that were read; a damaged file is given up as long as it is.
    private func end(_ stop: GzipContent.Stop) -> Piece {
        switch stop {
        case .end: .over(size: self.content.consumed, complaint: nil)
        case .unfinished:
            .over(size: self.content.consumed, complaint: "it ends in its midst; what it held up to there was read")
        case .damaged:
            .over(
                size: FileStatus(descriptor: self.descriptor)?.size ?? self.content.consumed,
                complaint: "it is no gz or damaged; what it held up to there was read"
            )
        }
    }
}
