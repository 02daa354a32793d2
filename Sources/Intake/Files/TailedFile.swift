internal import Glibc

/// One open file and how far it was read.
///
/// Stays on its reader thread. It knows the bytes before its offset and reads them again with each piece: when they are not what they were, the file was
/// truncated or written anew, and nothing of the piece is used.
final class TailedFile {
    /// What a look at the file gave.
    enum Piece {
        /// Complete lines, and the position after them.
        case batch(RecordBatch)
        /// No complete line is there yet.
        case nothing
        /// The file is shorter than it was, or the bytes before the offset have changed.
        case rewritten
        /// It cannot be read; the system's error number.
        case failed(CInt)
    }

    let identity: FileIdentity
    /// The path under which it was found first, which is the tag of its records.
    let path: String
    let descriptor: CInt
    private(set) var offset: Int
    /// The bytes before the offset, at most as many as a fingerprint covers.
    private(set) var tail: [UInt8]
    private var lines: LineSplitter

    init(
        identity: FileIdentity,
        path: String,
        descriptor: CInt,
        offset: Int = 0,
        isPassingOver: Bool = false,
        lineLimit: Int
    ) {
        self.identity = identity
        self.path = path
        self.descriptor = descriptor
        self.offset = offset
        self.tail = Self.bytes(of: descriptor, before: offset)
        self.lines = LineSplitter(limit: lineLimit, isPassingOver: isPassingOver)
    }

    deinit { close(self.descriptor) }

    /// Where it stands now.
    var position: FilePosition {
        FilePosition(
            identity: self.identity,
            offset: self.offset,
            fingerprint: Fingerprint(self.tail[...]),
            isPassingOver: self.lines.isPassingOver,
            path: self.path
        )
    }

    /// Bytes that are there and were not read.
    var unread: Int { max(0, (FileStatus(descriptor: self.descriptor)?.size ?? 0) - self.offset) }

    /// Reads the complete lines of at most `size` further bytes; with `atEnd` also the incomplete last one.
    func read(_ size: Int, atEnd: Bool = false) -> Piece {
        guard let status = FileStatus(descriptor: self.descriptor) else { return .failed(errno) }
        guard status.size >= self.offset else { return .rewritten }
        let known = self.tail.count
        let storage = Self.bytes(
            of: self.descriptor,
            from: self.offset - known,
            count: known + min(size, status.size - self.offset)
        )
        guard let storage else { return .failed(errno) }
        guard storage.starts(with: self.tail) else { return .rewritten }
        return self.records(in: storage, from: known, atEnd: atEnd)
    }

    /// Some of the bytes that stood before an offset up to which it was read, also if it was truncated since.
    func known(before offset: Int) -> [UInt8] {
        let later = self.offset - offset
        if later < self.tail.count { return Array(self.tail.dropLast(later)) }
        return Self.bytes(of: self.descriptor, before: offset)
    }

    /// Begins again at the beginning.
    func restart() {
        self.offset = 0
        self.tail = []
        self.lines.isPassingOver = false
    }

    private func records(in storage: [UInt8], from start: Int, atEnd: Bool) -> Piece {
        var batch = RecordBatch()
        let path = self.path
        let used = self.lines.split(storage, from: start, atEnd: atEnd) { range, isCut in
            batch.records.append(Record(tag: path, body: .text(range), isTruncated: isCut))
        }
        guard used > start else { return .nothing }
        self.offset += used - start
        self.tail = Array(storage[max(0, used - Fingerprint.window)..<used])
        batch.storage = storage
        batch.position = self.position.stored
        return .batch(batch)
    }

    /// The bytes before an offset that a fingerprint covers.
    static func bytes(of descriptor: CInt, before offset: Int) -> [UInt8] {
        let count = min(offset, Fingerprint.window)
        return self.bytes(of: descriptor, from: offset - count, count: count) ?? []
    }

    /// Up to `count` bytes from an offset, or `nil` if reading fails (see errno).
    static func bytes(of descriptor: CInt, from offset: Int, count: Int) -> [UInt8]? {
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let read = pread(
                    descriptor,
                    buffer.baseAddress.map { $0 + filled },
                    count - filled,
                    off_t(offset + filled)
                )
                if read < 0, errno == EINTR { continue }
                failed = read < 0
                guard read > 0 else { return }
                filled += read
            }
        }
        return failed ? nil : bytes
    }

    /// Where the incomplete last line of a file begins; the size, if it is longer than the limit.
    static func startOfLastLine(of descriptor: CInt, size: Int, limit: Int) -> Int {
        let count = min(size, limit)
        guard let bytes = self.bytes(of: descriptor, from: size - count, count: count) else { return size }
        guard let newline = bytes.lastIndex(of: 0x0A) else { return count == size ? 0 : size }
        return size - bytes.count + newline + 1
    }
}
