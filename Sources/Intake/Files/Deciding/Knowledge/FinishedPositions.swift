/// How far files were read that are over, or were truncated: what they held may appear again, as a copy or compressed.
///
/// Only positions in plain files of which something was read are kept, and of these the latest.
struct FinishedPositions: Sendable {
    /// What became of the file itself.
    enum File: Hashable, Sendable {
        /// It is still there, under another name or with other contents.
        case remains
        /// It does not exist any more: another file may have the inode.
        case deleted
    }

    /// How many positions to remember.
    static let most = 256

    /// The latest last.
    private var positions: [FilePosition] = []
    private var deleted: Set<FilePosition> = []

    /// The positions, the latest first.
    var latestFirst: some Sequence<FilePosition> { self.positions.reversed() }

    /// How far this very file was read before it was truncated, or got a name that is not followed.
    func last(of identity: FileIdentity) -> FilePosition? {
        self.positions.last { $0.identity == identity && !self.deleted.contains($0) }
    }

    /// Remembers a position; returns the file whose last position had to be forgotten for it, if there is one.
    mutating func add(_ position: FilePosition, of file: File) -> FileIdentity? {
        guard position.kind == .plain, position.offset > 0 else { return nil }
        defer { if file == .deleted { self.deleted.insert(position) } }
        self.positions.append(position)
        guard self.positions.count > Self.most else { return nil }
        let oldest = self.positions.removeFirst()
        self.deleted.remove(oldest)
        return self.positions.contains { $0.identity == oldest.identity } ? nil : oldest.identity
    }
}
