internal import Glibc
public import Logging
internal import Synchronization

/// Follows growing files and delivers their lines.
///
/// Survives renaming, truncation, copying with truncation, deletion and inodes that are used again: a file is known by device,
/// inode and the bytes before the position. inotify(7) tells of changes; a look at everything now and then catches what it did not tell.
/// Each file is a stream of its own: its batches come in order, those of different files at the same time. The reading
/// happens on one thread of its own.
public final class FileTail: Source {
    /// Where reading starts in files that are there when a pattern is followed for the first time.
    public enum Start: Hashable, Sendable {
        /// With the first byte.
        case beginning
        /// After the last complete line.
        case end
    }

    /// What to follow and how.
    public struct Configuration: Sendable {
        /// Paths and patterns, see `--tail`: `*`, `?`, `[…]`, and `**` for any number of directories.
        public var patterns: [String]
        /// Where to start at first; files that appear later are always read from their beginning.
        ///
        /// Default: the end.
        public var start = Start.end
        /// The most bytes of a line; longer ones are cut and marked.
        ///
        /// Default: 256 KiB.
        public var lineLimit = 256 << 10
        /// How lines are joined to records of several lines; `nil` makes each line a record.
        ///
        /// A record has as many bytes as a line at most.
        public var multiline: MultilineRecords?
        /// The most bytes read at once, if a complete record is among them.
        ///
        /// Default: 256 KiB.
        public var chunkSize = 256 << 10
        /// A file is flushed to its disk, fdatasync(2), before its lines are delivered: else the loss of power may take lines that
        /// were delivered, and the file be read again from its beginning.
        ///
        /// Default: true.
        public var syncsFiles = true
        /// How often everything is looked at even if nothing was noticed.
        ///
        /// Default: 2 s.
        public var auditInterval = Duration.seconds(2)
        /// A file that was renamed to a name that no pattern matches is followed until it was quiet for so long.
        ///
        /// Default: 1 h.
        public var renamedQuiet = Duration.seconds(3600)
        /// A file that was deleted is followed until it was quiet for so long.
        ///
        /// Default: 10 s.
        public var deletedQuiet = Duration.seconds(10)

        /// The same if nobody can say whether a program still writes it.
        ///
        /// Default: 1 min.
        public var deletedUnknownQuiet = Duration.seconds(60)
        /// A last line without an end is delivered when its file was quiet for so long, and no program has it open for writing.
        ///
        /// Default: 10 s.
        public var unfinishedQuiet = Duration.seconds(10)
        /// A file of less than 1 KiB that holds the same bytes as a followed one is read as a file of its own if that lives on for so long.
        ///
        /// Default: 5 s.
        public var copyPatience = Duration.seconds(5)
        /// A pattern that matches no file any more, or a directory that cannot be listed any more, is a trouble after so long; at the start
        /// it is one at once.
        ///
        /// Default: 5 s.
        public var troublePatience = Duration.seconds(5)
        /// So many files are open at the same time at most; further ones are opened in turn.
        ///
        /// Default: what the limit of the process leaves when a quarter of it, and 128 at least, is kept for all else.
        public var openFiles: Int

        /// A compressed file that ends in its midst is given up when it was quiet for so long.
        ///
        /// Default: 1 min.
        public var archiveQuiet = Duration.seconds(60)

        /// Follows these paths and patterns.
        public init(patterns: [String]) {
            self.patterns = patterns
            self.openFiles = DescriptorBudget.ofProcess
        }

        var family: FileFamily.Configuration {
            FileFamily.Configuration(
                start: self.start,
                copyPatience: self.copyPatience,
                archiveQuiet: self.archiveQuiet,
                deletedQuiet: self.deletedQuiet,
                deletedUnknownQuiet: self.deletedUnknownQuiet,
                renamedQuiet: self.renamedQuiet,
                unfinishedQuiet: self.unfinishedQuiet
            )
        }
    }

    /// How far behind a file is.
    public struct Lag: Hashable, Sendable {
        /// The path under which the file was found.
        public var path: String
        /// Bytes that are in the file and not yet accepted.
        public var bytes: Int
        /// For how many seconds the file has been behind without a pause; 0 if it is not.
        public var seconds: Double
        /// Bytes of holes that were passed over since the start: NULs in front of lines, as copytruncate leaves them to a writer without
        /// O_APPEND.
        public var holeBytes = 0
    }

    /// What keeps a file, or all files of a directory or of a pattern, from being followed.
    public struct Trouble: Hashable, Sendable {
        /// The path of the file or directory, or the pattern.
        public var path: String
        /// The reason, as it goes into a sentence.
        public var reason: String
    }

    /// So many troubles are named in ``problem``; the others are counted.
    private static let mostNamed = 3

    /// `tail` and the patterns.
    public let name: String

    private let context: FollowingContext

    /// Prepares following; nothing is opened before ``run(into:)``.
    ///
    /// `positions` are all that were stored; those of files are picked out.
    /// - Throws: `IntakeError.Code.invalidPattern`.
    public init(
        _ configuration: Configuration,
        resumingFrom positions: [SourcePosition] = [],
        logger: Logger
    ) throws(IntakeError) {
        self.name = "tail \(configuration.patterns.joined(separator: " "))"
        self.context = FollowingContext(
            configuration: configuration,
            patterns: try configuration.patterns.map { text throws(IntakeError) in try FilePattern(text) },
            positions: positions,
            logger: logger
        )
    }

    /// How far behind the files are, as of the last look at each.
    public var lag: [Lag] { self.context.lags.all }

    /// What keeps files from being followed, as of the last look; sorted by path.
    public var troubles: [Trouble] { self.context.troubles.all }

    /// What keeps files from being followed, in one line; `nil` if nothing does.
    public var problem: String? {
        let troubles = self.troubles
        guard !troubles.isEmpty else { return nil }
        let named = troubles.prefix(Self.mostNamed).map { "\($0.path): \($0.reason)" }
        let others = troubles.count - named.count
        return (named + (others > 0 ? ["and \(others) more"] : [])).joined(separator: "; ")
    }

    /// Follows until cancelled.
    public func run(into sink: any RecordSink) async throws {
        try await FileFollower(self.context).follow(into: sink)
    }
}
