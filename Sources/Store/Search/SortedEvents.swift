internal import GRDB

/// Candidates for a search from several lists that are each in its order, merged into one.
///
/// Each list is read in small pieces as the merge gets there, so a search reads about as much as it finds.
struct SortedEvents {
    private struct List {
        let statement: Statement
        let arguments: StatementArguments
        /// What has been read and not taken, the next one last.
        var waiting: [EventCursor] = []
        /// The place behind which the next piece begins; nil once the list has ended.
        var position: EventCursor?
    }

    private static let piece = 64

    private let end: EventCursor
    private let order: EventStretch
    private var lists: [List] = []

    /// No lists yet.
    init(in stretch: EventStretch) {
        self.order = stretch
        self.end = stretch.end
    }

    /// Lists of the entries of one index each: `table` without its columns for the key is in the order of `time` and `id`.
    init(
        of keys: [Int64],
        table: String,
        key: String,
        time: String,
        id: String,
        in stretch: EventStretch,
        db: Database
    ) throws {
        self.order = stretch
        self.end = stretch.end
        let condition = stretch.condition(time: time, id: id).text
        let sql = """
            SELECT \(time), \(id) FROM \(table) WHERE \(key) = ? AND \(condition)
            ORDER BY \(time) \(stretch.direction), \(id) \(stretch.direction) LIMIT \(Self.piece)
            """
        let statement = try db.makeStatement(sql: sql)
        self.lists = keys.map { List(statement: statement, arguments: [$0], position: stretch.start) }
    }

    /// Adds a list that has been read already, in the right order.
    mutating func add(_ entries: [EventCursor], db: Database) throws {
        let statement = try db.makeStatement(sql: "SELECT 0")
        self.lists.append(List(statement: statement, arguments: [], waiting: entries.reversed(), position: nil))
    }

    /// How far the next so many entries reach; nil when there are no more than that.
    func reach(_ count: Int) throws -> EventCursor? {
        var copy = self
        return try copy.next(count).last.flatMap { try copy.next(1).isEmpty ? nil : $0 }
    }

    /// The next entries, at most so many.
    mutating func next(_ count: Int) throws -> [EventCursor] {
        var entries: [EventCursor] = []
        while entries.count < count, let index = try self.nearest() {
            entries.append(self.lists[index].waiting.removeLast())
        }
        return entries
    }

    /// The list whose next entry comes first.
    private mutating func nearest() throws -> Int? {
        var best: (index: Int, entry: EventCursor)?
        for index in self.lists.indices {
            if self.lists[index].waiting.isEmpty { try self.refill(index) }
            guard let entry = self.lists[index].waiting.last else { continue }
            if let known = best, !self.order.isBefore(entry, known.entry) { continue }
            best = (index, entry)
        }
        return best?.index
    }

    private mutating func refill(_ index: Int) throws {
        guard let position = self.lists[index].position else { return }
        let from: StatementArguments = [position.time.nanoseconds, position.id]
        let to: StatementArguments = [self.end.time.nanoseconds, self.end.id]
        let arguments = self.lists[index].arguments + from + to
        let rows = try Row.fetchCursor(self.lists[index].statement, arguments: arguments)
        var entries: [EventCursor] = []
        while let row = try rows.next() {
            entries.append(EventCursor(time: Timestamp(nanoseconds: row[0]), id: row[1]))
        }
        self.lists[index].position = entries.count < Self.piece ? nil : entries.last
        self.lists[index].waiting = entries.reversed()
    }
}
