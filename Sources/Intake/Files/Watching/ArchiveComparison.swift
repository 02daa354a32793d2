/// How the contents of two open files relate of which at least one is compressed, see ``FileQuestion/comparison(of:with:)``.
///
/// The beginning and the end of what the first one holds tell: log lines that agree there agree in between.
enum ArchiveComparison {
    /// Of a compressed file with one that is not.
    ///
    /// The beginning and the size that a gz states tell nearly always; where they do not agree, all of it is decompressed.
    static func ofArchive(_ archive: CInt, with original: CInt) -> FileAnswer.Comparison {
        let (head, stop) = GzipContent.head(of: archive, count: Fingerprint.window)
        if head.isEmpty { return stop == .unfinished ? .unfinished : .different }
        let bytes = OpenFile.bytes(of: original, from: 0, count: Fingerprint.window) ?? []
        guard let size = FileStatus(descriptor: original)?.size, bytes.starts(with: head) else { return .different }
        if stop == .unfinished { return .unfinished }
        if GzipContent.statedSize(of: archive) == UInt32(truncatingIfNeeded: size) { return .equal }
        let content = GzipContent(archive)
        let (tail, end) = content.skipToEnd()
        if end == .unfinished { return .unfinished }
        guard content.offset <= size, OpenFile.bytes(of: original, before: content.offset) == tail else {
            return .different
        }
        return content.offset == size ? .equal : .beginning(content.offset)
    }

    /// Of a file that is not compressed with one that is.
    static func of(_ file: CInt, withArchive original: CInt) -> FileAnswer.Comparison {
        guard let size = FileStatus(descriptor: file)?.size,
            let head = OpenFile.bytes(of: file, from: 0, count: min(size, Fingerprint.window)),
            GzipContent.head(of: original, count: head.count).bytes == head
        else { return .different }
        return self.of(OpenFile.bytes(of: file, before: size), endingAt: size, withArchive: original)
    }

    /// Of two compressed files.
    static func ofArchive(_ archive: CInt, withArchive original: CInt) -> FileAnswer.Comparison {
        let head = GzipContent.head(of: archive, count: Fingerprint.window).bytes
        guard GzipContent.head(of: original, count: head.count).bytes == head else { return .different }
        let content = GzipContent(archive)
        let (tail, stop) = content.skipToEnd()
        guard stop == .end else { return stop == .unfinished ? .unfinished : .different }
        return self.of(tail, endingAt: content.offset, withArchive: original)
    }

    private static func of(_ tail: [UInt8], endingAt end: Int, withArchive original: CInt) -> FileAnswer.Comparison {
        let content = GzipContent(original)
        guard content.skip(to: end) == tail else { return .different }
        var more: [UInt8] = []
        _ = content.read(1, into: &more)
        return more.isEmpty ? .equal : .beginning(end)
    }
}
