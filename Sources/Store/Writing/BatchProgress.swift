/// How far a batch has been applied: a long list is applied in several transactions.
///
/// An arm may put a list of a hundred thousand triggers, again and again. In one transaction such a list holds the single writer for
/// seconds, and with it the batches of all other arms. So each transaction takes a few thousand rows of it:
///
///     transaction 1   removes up to 4,000 rows that a complete list does not name
///     transaction 2   puts the rows 0 to 3,999
///     transaction 3   puts the rest, and the position of the arm
///
/// Rows are put by their keys, so a list that fails on the way is put again from its beginning without harm.
struct BatchProgress: Sendable, Equatable {
    /// Rows of a list that one transaction takes at most.
    static let rowsPerTransaction = 4000

    /// Whether rows that the list does not name may still have to be removed.
    private(set) var isRemoving = true
    /// Whether nothing is left to do.
    private(set) var isDone = false
    private var row = 0
    private var left = Self.rowsPerTransaction

    /// Begins the next transaction.
    mutating func resume() { self.left = Self.rowsPerTransaction }

    /// The rows to remove now, of those that are to be removed.
    mutating func removals(from gone: Set<String>) -> some Sequence<String> {
        let some = gone.prefix(self.left)
        self.left -= some.count
        self.isRemoving = some.count < gone.count
        return some
    }

    /// The rows to put now.
    mutating func rows<Row>(of list: [Row]) -> ArraySlice<Row> {
        guard !self.isRemoving else { return [] }
        let some = list[self.row...].prefix(self.left)
        self.row = some.endIndex
        self.left -= some.count
        self.isDone = self.row == list.endIndex
        return some
    }

    /// Notes that the whole batch is applied.
    mutating func finish() { self.isDone = true }
}
