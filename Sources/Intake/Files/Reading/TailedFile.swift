internal import Glibc

/// One open file and how far it was read.
///
/// Stays on its reader thread. It knows the bytes before its offset and reads them again with each piece: when they are not what they were, the file was
/// truncated or written anew, and nothing of the piece is used.
class TailedFile {
    /// What a look at the file gave.
    enum Piece {
        /// Complete records, and the position after them.
        case batch(RecordBatch)
        /// No complete record is there yet.
        case nothing
        /// The file is shorter than it was, or the bytes before the offset have changed.
        case rewritten
        /// It cannot be read; the system's error number.
        case failed(CInt)
        /// All was given that it holds in its `size` bytes; the complaint says why it is less than there should be, if it is.
        case over(size: Int, complaint: String?)
    }

    let identity: FileIdentity
    /// The path under which it was found first.
    let path: String
    /// Where that path leads, see ``FilePosition/target``.
    var target: String
    private let file: OpenFile
    /// What the records are tagged with: the path as people see it.
    private let tag: String
    private(set) var offset: Int
    /// The bytes before the offset, at most as many as a fingerprint covers.
    private(set) var tail: [UInt8]
    /// The first bytes, up to the offset, at most as many as a fingerprint covers.
    private(set) var head: [UInt8]
    /// When it was last written before the last look, in nanoseconds since 1970.
    private var modified: Int64
    private var splitter: RecordSplitter

    /// Takes an open file, and goes on at an offset before which there are these bytes.
    init(
        _ file: consuming OpenFile,
        _ listed: ListedFile,
        tag: String,
        offset: Int,
        tail: [UInt8],
        head: [UInt8],
        splitter: RecordSplitter
    ) {
        self.identity = listed.identity
        self.path = tag
        self.target = listed.target
        self.tag = RawPath.shown(tag)
        self.offset = offset
        self.tail = tail
        self.head = head
        self.splitter = splitter
        self.modified = file.status?.modified ?? .max
        self.file = file
    }

    /// Takes an open file and goes on at an offset in it.
    convenience init(
        _ file: consuming OpenFile,
        _ listed: ListedFile,
        tag: String,
        offset: Int,
        splitter: RecordSplitter
    ) {
        let tail = OpenFile.bytes(of: file.descriptor, before: offset)
        let head = OpenFile.bytes(of: file.descriptor, from: 0, count: min(offset, Fingerprint.window)) ?? []
        self.init(file, listed, tag: tag, offset: offset, tail: tail, head: head, splitter: splitter)
    }

    var descriptor: CInt { self.file.descriptor }

    /// A compressed file, which has an end in sight.
    var isArchive: Bool { false }

    /// Where it stands now.
    var position: FilePosition {
        FilePosition(
            identity: self.identity,
            offset: self.offset,
            fingerprint: Fingerprint(self.tail[...]),
            head: Fingerprint(self.head[...]),
            isPassingOver: self.splitter.isPassingOver,
            modified: self.modified,
            path: self.path,
            target: self.target
        )
    }

    /// Bytes that are there and were not read.
    var unread: Int { max(0, (FileStatus(descriptor: self.descriptor)?.size ?? 0) - self.offset) }

    /// After a look: where the lines end that are held back because more may belong to their record; `nil` if none are.
    private(set) var heldUpTo: Int?

    /// Reads the complete records of at most `size` further bytes, or of more if there is no complete one in so few.
    func read(_ size: Int, ending: RecordSplitter.Ending = .open) -> Piece {
        let piece = self.readOnce(size, ending)
        guard case .nothing = piece, size < self.splitter.sufficientBytes, self.unread > size else { return piece }
        return self.readOnce(self.splitter.sufficientBytes, ending)
    }

    /// The number of bytes in which there is always a complete record.
    var sufficientBytes: Int { self.splitter.sufficientBytes }

    private func readOnce(_ size: Int, _ ending: RecordSplitter.Ending) -> Piece {
        guard let status = FileStatus(descriptor: self.descriptor) else { return .failed(errno) }
        guard status.size >= self.offset else { return .rewritten }
        let known = self.tail.count
        let storage = OpenFile.bytes(
            of: self.descriptor,
            from: self.offset - known,
            count: known + min(size, status.size - self.offset)
        )
        guard let storage else { return .failed(errno) }
        guard storage.starts(with: self.tail) else { return .rewritten }
        // Only now: a file that was written anew has a later time than the contents that were read, and so than their copy.
        self.modified = status.modified
        let ending = status.size - self.offset > size ? .open : ending
        return self.records(in: storage, from: known, ending)
    }

    /// It still has the bytes before the offset that were read there; false if it was truncated or written anew.
    final var isIntact: Bool {
        guard let status = self.file.status, status.size >= self.offset else { return false }
        return OpenFile.bytes(of: self.descriptor, before: self.offset).suffix(self.tail.count) == self.tail[...]
    }

    /// How many NULs in front of lines were passed over since the last call.
    final func takeHoleBytes() -> Int { self.splitter.takeHoleBytes() }

    /// Begins again at the beginning.
    func restart() {
        self.offset = 0
        self.tail = []
        self.head = []
        self.splitter.isPassingOver = false
    }

    /// Makes a batch of the complete records in `storage[start...]`, which stand at the offset and behind the known bytes before it.
    final func records(in storage: [UInt8], from start: Int, _ ending: RecordSplitter.Ending) -> Piece {
        var batch = RecordBatch()
        let tag = self.tag
        let used = self.splitter.split(storage, from: start, ending: ending) { range, isCut in
            batch.records.append(Record(tag: tag, body: .text(range), isTruncated: isCut))
        }
        self.heldUpTo = self.splitter.isHolding ? self.offset + storage.count - start : nil
        guard used > start else { return .nothing }
        if self.head.count < Fingerprint.window {
            self.head += storage[start..<used].prefix(Fingerprint.window - self.head.count)
        }
        self.offset += used - start
        self.tail = Array(storage[max(0, used - Fingerprint.window)..<used])
        batch.storage = storage
        batch.position = self.position.stored
        return .batch(batch)
    }

    /// Where the incomplete last line of a file begins; the size, if it is longer than the limit.
    static func startOfLastLine(of descriptor: CInt, size: Int, limit: Int) -> Int {
        let count = min(size, limit)
        guard let bytes = OpenFile.bytes(of: descriptor, from: size - count, count: count) else { return size }
        guard let newline = bytes.lastIndex(of: 0x0A) else { return count == size ? 0 : size }
        return size - bytes.count + newline + 1
    }
}
