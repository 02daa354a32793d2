internal import GRDB

/// Removing batches, thousands at a time when each holds one event.
///
/// Such batches lie side by side, some thirty in a page. Removed one by one in any order, each costs two searches of the tree, and
/// a transaction writes the same page again and again, as SQLite's cache holds fewer pages than it touches. So neighbours
/// are removed as one range: of the rows 1 2 3 5 6 9, removing 6 2 9 1 5 takes the ranges 1...2 and 5...9.
extension SpoolDatabase {
    /// How many batches are looked at before they are removed: few enough for their pages to be in SQLite's cache still.
    private static let removedAtOnce = 1000

    /// Removes batches, named by their first sequences in any order, and counts what was there; unknown ones are ignored.
    ///
    /// Looks at the size of each row between the least and the greatest name, but reads no payload.
    static func remove(_ sequences: [Int64], in database: Database) throws -> RemovedAmount {
        var removed = RemovedAmount()
        let delete = try database.cachedStatement(sql: "DELETE FROM batch WHERE firstSequence BETWEEN ? AND ?")
        var names = sequences.sorted()[...]
        while !names.isEmpty {
            let some = names.prefix(Self.removedAtOnce)
            names = names.dropFirst(some.count)
            for range in try Self.ranges(of: some, in: database, &removed) {
                try delete.execute(arguments: [range.lowerBound, range.upperBound])
            }
        }
        return removed
    }

    /// The ranges of rows that hold all of these batches and no other; `names` rise.
    private static func ranges(
        of names: ArraySlice<Int64>,
        in database: Database,
        _ amount: inout RemovedAmount
    ) throws -> [ClosedRange<Int64>] {
        guard let first = names.first, let last = names.last else { return [] }
        // Asked for beforehand: of a row that is to return anything when it is deleted, SQLite makes two copies.
        let sizes = try database.cachedStatement(
            sql: """
                SELECT firstSequence, length(payload) + 64 FROM batch
                WHERE firstSequence BETWEEN ? AND ? ORDER BY firstSequence
                """
        )
        var ranges: [ClosedRange<Int64>] = []
        var isContinued = false
        var index = names.startIndex
        let rows = try Row.fetchCursor(sizes, arguments: [first, last])
        while let row = try rows.next() {
            let name: Int64 = row[0]
            while names[index] < name { index += 1 }
            guard names[index] == name else {
                isContinued = false
                continue
            }
            amount.batches += 1
            amount.bytes += row[1] as Int64
            let start = isContinued ? ranges.removeLast().lowerBound : name
            ranges.append(start...name)
            isContinued = true
        }
        return ranges
    }
}
