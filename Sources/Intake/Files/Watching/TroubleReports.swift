internal import Glibc
internal import Logging

/// Tells the operator what keeps files from being followed: once when it begins, and for as long as it lasts on the ``TroubleBoard``.
///
/// Stays on its reader thread.
final class TroubleReports {
    /// So many troubles are told one by one; more are a sentence.
    private static let mostTold = 20

    private let board: TroubleBoard
    private let patience: Duration
    private let logger: Logger
    private var unreadable: [FileIdentity: FileTail.Trouble] = [:]
    private var listed: Set<FileTail.Trouble> = []
    /// When each trouble of the last listing was seen first.
    private var since: [FileTail.Trouble: ContinuousClock.Instant] = [:]
    private var isFirst = true
    private var told = 0

    /// Shows troubles on a board; what a listing lacks is one when it has lasted for `patience`.
    ///
    /// Between the two steps of a rotation there is no file of a name.
    init(_ board: TroubleBoard, patience: Duration, logger: Logger) {
        self.board = board
        self.patience = patience
        self.logger = logger
    }

    /// A file could not be opened.
    func note(_ file: ListedFile, _ failure: OpenFile.Failure) {
        guard case .refused(let code) = failure else { return }
        let trouble = FileTail.Trouble(path: RawPath.shown(file.path), reason: Self.text(code))
        guard self.unreadable.updateValue(trouble, forKey: file.identity) == nil else { return }
        self.tell("file cannot be opened, trying again", trouble)
        self.show()
    }

    /// A file was opened.
    func clear(_ identity: FileIdentity) {
        guard let trouble = self.unreadable.removeValue(forKey: identity) else { return }
        self.logger.notice("file can be read now", metadata: ["path": "\(trouble.path)"])
        self.show()
    }

    /// A file is gone.
    func forget(_ identity: FileIdentity) {
        if self.unreadable.removeValue(forKey: identity) != nil { self.show() }
    }

    /// Notes what a listing lacks: the first one at once, as a misspelt name is best told at the start.
    func note(_ listing: DirectoryListing, at now: ContinuousClock.Instant) {
        let first = self.isFirst ? now - self.patience : now
        self.isFirst = false
        let current = Self.troubles(of: listing)
        self.since = Dictionary(uniqueKeysWithValues: current.map { ($0, self.since[$0] ?? first) })
        let lasting = Set(self.since.filter { now - $0.value >= self.patience }.keys)
        for trouble in lasting.subtracting(self.listed).sorted(by: { $0.path < $1.path }) {
            self.tell("nothing is followed here", trouble)
        }
        let gone = self.unreadable.filter { listing.files[$0.key] == nil }
        guard lasting != self.listed || !gone.isEmpty else { return }
        for identity in gone.keys { self.unreadable[identity] = nil }
        self.listed = lasting
        self.show()
    }

    private static func troubles(of listing: DirectoryListing) -> Set<FileTail.Trouble> {
        let refused = listing.refused.map { FileTail.Trouble(path: RawPath.shown($0), reason: self.text($1)) }
        let others = listing.others.map { FileTail.Trouble(path: $0, reason: "is a \($1), and no file") }
        let barren = listing.barren.map { FileTail.Trouble(path: $0, reason: "matches no file") }
        return Set(refused + others + barren)
    }

    /// Tells what the family found.
    func report(_ notice: FileNotice) {
        switch notice {
        case .truncated(let path, let offset, let hasCopy):
            self.logger.notice(
                "file was truncated, starting again at its beginning",
                metadata: [
                    "path": "\(RawPath.shown(path))", "offset": "\(offset)", "copy": "\(hasCopy ? "found" : "none")",
                ]
            )
        case .rewrittenWhileStopped(let path):
            self.logger.notice("file was rewritten while we were away", metadata: ["path": "\(RawPath.shown(path))"])
        case .copy(let path, let original):
            self.logger.notice("file is a copy and is not read", metadata: Self.metadata(path, original))
        case .perhapsCopy(let path, let original):
            self.logger.notice(
                "file begins like another one, and is read: if it is a copy its lines come twice",
                metadata: Self.metadata(path, original)
            )
        case .foreignCompression(let path, let format):
            self.logger.warning(
                "file is compressed in a way that is not read, and is left alone",
                metadata: ["path": "\(RawPath.shown(path))", "format": "\(format)"]
            )
        case .deletedGivenUp(let path):
            self.logger.notice(
                "deleted file is given up after it was quiet; nobody knows whether a program still writes it",
                metadata: ["path": "\(RawPath.shown(path))"]
            )
        }
    }

    private static func metadata(_ path: String, _ original: String) -> Logger.Metadata {
        ["path": "\(RawPath.shown(path))", "original": "\(RawPath.shown(original))"]
    }

    private func tell(_ message: Logger.Message, _ trouble: FileTail.Trouble) {
        self.told += 1
        guard self.told <= Self.mostTold else {
            if self.told == Self.mostTold + 1 {
                self.logger.error("there are more files and directories that cannot be read: see --status")
            }
            return
        }
        self.logger.error(message, metadata: ["path": "\(trouble.path)", "error": "\(trouble.reason)"])
    }

    private func show() {
        let all = self.listed.union(self.unreadable.values).sorted { $0.path < $1.path }
        if all.isEmpty { self.told = 0 }
        self.board.set(all)
    }

    private static func text(_ code: CInt) -> String { String(cString: strerror(code)) }
}
