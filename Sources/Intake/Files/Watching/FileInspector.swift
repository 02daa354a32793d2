internal import Glibc

/// Answers what ``FileFamily`` asks of the contents of files and directories, as they are now.
struct FileInspector {
    /// A directory that changes all the time is taken as it is after so many looks.
    private static let maximumLooks = 50
    /// Longer copies are compared in samples: log lines that agree in all of them agree.
    private static let wholeComparison = 8 << 20
    private static let sample = 64 << 10
    private static let samples = 64

    /// The descriptor of a followed file that is open.
    let descriptor: (FileIdentity) -> CInt?
    /// The last file that could not be opened, and why.
    private let failures = Failures()

    private final class Failures {
        var last: (file: ListedFile, reason: OpenFile.Failure)?
    }

    init(descriptor: @escaping (FileIdentity) -> CInt?) { self.descriptor = descriptor }

    var failure: (file: ListedFile, reason: OpenFile.Failure)? { self.failures.last }

    /// Answers a question about the file system.
    func answer(_ question: FileQuestion) -> FileAnswer {
        switch question {
        case .contents(let file):
            self.withFile(file) { descriptor in
                guard let head = OpenFile.bytes(of: descriptor, from: 0, count: ForeignCompression.length) else {
                    return .unavailable
                }
                return .contents(ForeignCompression.name(head).map { .foreign($0) } ?? .readable)
            }
        case .neighbours(let directory): .neighbours(Self.neighbours(in: directory))
        case .comparison(let file, let original):
            self.withFile(file) { descriptor in
                self.withFile(original) { other in
                    switch (file.isCompressed, original.isCompressed) {
                    case (true, true): .comparison(ArchiveComparison.ofArchive(descriptor, withArchive: other))
                    case (true, false): .comparison(ArchiveComparison.ofArchive(descriptor, with: other))
                    case (false, true): .comparison(ArchiveComparison.of(descriptor, withArchive: other))
                    case (false, false): Self.compare(descriptor, with: other)
                    }
                }
            }
        case .possession(let position, let file):
            self.withFile(file) { descriptor in
                file.isCompressed && position.kind != .done
                    ? .possession(Self.possession(of: position, inArchive: descriptor))
                    : .possession(Self.possession(of: position, in: descriptor))
            }
        case .writer(let identity): .writer(self.descriptor(identity).flatMap(OpenFile.hasWriter))
        case .absence(let position): .absence(Self.mayComeBack(position))
        case .integrity, .position: .unavailable
        }
    }

    private func withFile(_ file: ListedFile, _ body: (CInt) -> FileAnswer) -> FileAnswer {
        if let descriptor = self.descriptor(file.identity) { return body(descriptor) }
        do {
            let open = try OpenFile(file.path, expecting: file.identity)
            return body(open.descriptor)
        } catch {
            self.failures.last = (file, error)
            return .unavailable
        }
    }

    // MARK: Directories

    /// The files in a directory, seen twice under the same names.
    private static func neighbours(in directory: String) -> [ListedFile] {
        var files = self.files(in: directory)
        for _ in 0..<self.maximumLooks {
            let again = self.files(in: directory)
            if again.elementsEqual(files, by: { $0.path == $1.path && $0.identity == $1.identity }) { break }
            files = again
        }
        return files
    }

    private static func files(in directory: String) -> [ListedFile] {
        FilePattern.files(in: directory).compactMap { path in
            FileStatus(path: path).map { ListedFile(path, $0, isMatched: false) }
        }
        .sorted { $0.path < $1.path }
    }

    /// The file system that the file was on is not there: its directory is on another one, and empty or missing; or nobody knows,
    /// because the directory cannot be listed.
    private static func mayComeBack(_ position: FilePosition) -> Bool {
        var directory = FilePattern.directory(of: position.target)
        if FilePattern.isClosed(directory) { return true }
        var isMissing = false
        while FileStatus(path: directory.isEmpty ? "." : directory) == nil, !directory.isEmpty, directory != "/" {
            isMissing = true
            directory = FilePattern.directory(of: directory)
        }
        let device = FileStatus(path: directory.isEmpty ? "." : directory)?.identity.device
        return device != position.identity.device && (isMissing || FilePattern.files(in: directory).isEmpty)
    }

    // MARK: Contents

    private static func compare(_ file: CInt, with original: CInt) -> FileAnswer {
        // In this order: a copy that is being made is never longer than its original.
        guard let size = FileStatus(descriptor: file)?.size, let whole = FileStatus(descriptor: original)?.size else {
            return .unavailable
        }
        guard size <= whole else { return .comparison(.different) }
        var offsets = Array(stride(from: 0, to: size, by: self.sample))
        if size > self.wholeComparison {
            offsets = (0..<self.samples).map { $0 * (size - self.sample) / (self.samples - 1) }
        }
        for offset in offsets {
            let count = min(self.sample, size - offset)
            guard let one = OpenFile.bytes(of: file, from: offset, count: count),
                let other = OpenFile.bytes(of: original, from: offset, count: count)
            else { return .unavailable }
            guard one.count == count, one == other else { return .comparison(.different) }
        }
        return .comparison(size == whole ? .equal : .beginning(size))
    }

    /// Whether a file has the bytes before a position, and at its beginning, that were there when the position was stored.
    static func possession(of position: FilePosition, in descriptor: CInt) -> FileAnswer.Possession {
        guard let size = FileStatus(descriptor: descriptor)?.size,
            let head = OpenFile.bytes(of: descriptor, from: 0, count: position.head.length),
            Fingerprint(head[...]) == position.head
        else { return .notHeld }
        guard size >= position.offset else { return position.head.length > 0 ? .shorter : .notHeld }
        let length = position.fingerprint.length
        let tail = OpenFile.bytes(of: descriptor, from: position.offset - length, count: length)
        return tail.map { Fingerprint($0[...]) == position.fingerprint } == true ? .held : .notHeld
    }

    private static func possession(of position: FilePosition, inArchive archive: CInt) -> FileAnswer.Possession {
        let (head, stop) = GzipContent.head(of: archive, count: position.head.length)
        if head.count < position.head.length { return stop == .unfinished ? .unfinished : .notHeld }
        guard Fingerprint(head[...]) == position.head else { return .notHeld }
        let content = GzipContent(archive)
        let (tail, end) = content.skip(atMost: position.offset)
        guard content.offset == position.offset else { return end == .unfinished ? .unfinished : .shorter }
        return Fingerprint(tail.suffix(position.fingerprint.length)) == position.fingerprint ? .held : .notHeld
    }
}

extension ListedFile {
    /// A file as a path and stat(2) show it.
    init(_ path: String, target: String? = nil, _ status: FileStatus, isMatched: Bool, mayBeOld: Bool = false) {
        self.init(
            path: path,
            target: target ?? path,
            identity: status.identity,
            size: status.size,
            modified: status.modified,
            isMatched: isMatched,
            mayBeOld: mayBeOld
        )
    }
}
