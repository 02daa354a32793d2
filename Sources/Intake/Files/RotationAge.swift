/// Where a file stands among those of one log: rotated ones first, the oldest first, and last the one that is written.
///
/// Modification times tell the order. They advance in steps of some milliseconds; within one step the names tell: numbers that
/// rotation appends grow with age, dates do the opposite.
struct RotationAge: Comparable, Sendable {
    private let isWritten: Bool
    private let modified: Int64
    private let rank: Int

    /// As many digits as a date has, without separators.
    private static let dateLength = 8

    /// The age of a file with this name that was last written at that time, in nanoseconds since 1970.
    init(path: String, modified: Int64) {
        let appended = path.dropFirst(FilePattern.log(of: path).count).filter { ("0"..."9").contains($0) }
        let number = Int(appended.prefix(18)) ?? 0
        self.isWritten = appended.isEmpty
        self.modified = modified
        self.rank = appended.count >= Self.dateLength ? number : -number
    }

    /// The name is one that rotation gives.
    var isRotated: Bool { !self.isWritten }

    static func < (one: RotationAge, other: RotationAge) -> Bool {
        guard one.isWritten == other.isWritten else { return other.isWritten }
        return (one.modified, one.rank) < (other.modified, other.rank)
    }
}
