/// Where a file stands among those of one log: rotated ones first, the oldest first, and last the one that is written.
///
/// Modification times tell the order. They advance in steps of some milliseconds; within one step the names tell: numbers that
/// rotation appends grow with age, dates do the opposite.
struct RotationAge: Comparable, Sendable {
    /// The name is one that rotation gives.
    let isRotated: Bool
    private let modified: Int64
    /// The name was another one before, and what it is now is not known.
    private let isMoved: Bool
    private let hadRotatedName: Bool
    private let rank: Int

    /// As many digits as a date has, without separators.
    private static let dateLength = 8

    /// The age of a file with this name that was last written at that time, in nanoseconds since 1970.
    ///
    /// One that `isMoved` had this name and was rotated since: it is older than those that have their names of the same time.
    init(path: String, modified: Int64, isMoved: Bool = false) {
        let name = RotatedName(path: path)
        let number = Int(name.digits.prefix(18)) ?? 0
        self.isRotated = name.isRotated || isMoved
        self.modified = modified
        self.isMoved = isMoved
        self.hadRotatedName = name.isRotated
        self.rank = name.digits.count >= Self.dateLength ? number : -number
    }

    static func < (one: RotationAge, other: RotationAge) -> Bool {
        guard one.isRotated == other.isRotated else { return one.isRotated }
        guard one.modified == other.modified else { return one.modified < other.modified }
        guard one.isMoved == other.isMoved else { return one.isMoved }
        guard one.hadRotatedName == other.hadRotatedName else { return one.hadRotatedName }
        return one.rank < other.rank
    }
}
