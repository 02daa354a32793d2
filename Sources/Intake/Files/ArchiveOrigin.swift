internal import Glibc

/// Whether a compressed file holds what a file holds that is followed.
enum ArchiveOrigin {
    /// It does.
    case copy(of: FileIdentity)
    /// It holds something else.
    case other
    /// There is not enough of it yet to tell.
    case unknown

    /// Compares a compressed file with followed files; gives the beginning of what it holds as well.
    ///
    /// The beginning and the size that a gz states tell nearly always; where they do not agree, all of it is decompressed.
    static func of(_ descriptor: CInt, among originals: [FollowedFile]) -> (Self, head: [UInt8]) {
        let (head, stop) = GzipContent.head(of: descriptor, count: Fingerprint.window)
        if head.isEmpty { return (stop == .unfinished ? .unknown : .other, head) }
        for original in originals {
            let file = original.file.descriptor
            let bytes = TailedFile.bytes(of: file, from: 0, count: Fingerprint.window) ?? []
            if stop == .unfinished, bytes.starts(with: head) { return (.unknown, head) }
            guard bytes.starts(with: head), let size = FileStatus(descriptor: file)?.size else { continue }
            if GzipContent.statedSize(of: descriptor) == UInt32(truncatingIfNeeded: size) {
                return (.copy(of: original.file.identity), head)
            }
            let content = GzipContent(descriptor)
            let (tail, end) = content.skipToEnd()
            if end == .unfinished { return (.unknown, head) }
            // The original may have grown since; of a short text that begins alike nobody knows.
            if content.offset == size || (content.offset >= Fingerprint.window && content.offset < size),
                TailedFile.bytes(of: file, before: content.offset) == tail
            {
                return (.copy(of: original.file.identity), head)
            }
        }
        return (.other, head)
    }
}
