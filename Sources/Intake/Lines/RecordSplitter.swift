/// Finds records in bytes that come in pieces: lines, or several lines that belong together.
struct RecordSplitter {
    /// What becomes of the bytes after the last record that is certainly complete.
    enum Ending {
        /// More may come.
        case open
        /// Nothing was added for a while: complete lines that wait for more are a record, unless half a line follows.
        case quiet
        /// Nothing more will come: all that is left is a record.
        case final
    }

    private var lines: LineSplitter
    private let isStart: MultilineRecords.StartTest?

    /// After a look: complete lines were left because more may belong to them, and no half line follows.
    private(set) var isHolding = false

    /// Takes lines of at most `limit` bytes, and records of as many.
    init(limit: Int, isPassingOver: Bool = false, isStart: MultilineRecords.StartTest? = nil) {
        self.lines = LineSplitter(limit: limit, isPassingOver: isPassingOver)
        self.isStart = isStart
    }

    /// The rest of a line that was too long is passed over, see ``LineSplitter/isPassingOver``.
    var isPassingOver: Bool {
        get { self.lines.isPassingOver }
        set { self.lines.isPassingOver = newValue }
    }

    /// How many NULs in front of lines were passed over since the last call: holes that a writer left after copytruncate.
    mutating func takeHoleBytes() -> Int { self.lines.takeHoleBytes() }

    /// In so many bytes there is always a complete record: one of greatest length and what shows that it has ended.
    var sufficientBytes: Int { (self.isStart == nil ? 1 : 2) * (self.lines.limit + 2) }

    /// Calls `record` with the place of each record in `storage[start...]`, and whether its end is missing.
    ///
    /// Returns the index of the first byte that is not used up: there the next piece has to continue.
    mutating func split(
        _ storage: [UInt8],
        from start: Int = 0,
        ending: Ending = .open,
        _ record: (Range<Int>, _ isCut: Bool) -> Void
    ) -> Int {
        guard let isStart = self.isStart else {
            return self.lines.split(storage, from: start, atEnd: ending == .final, record)
        }
        var joiner = RecordJoiner(limit: self.lines.limit)
        let bytes = storage.span
        let used = self.lines.split(storage, from: start, atEnd: ending == .final) { line, isCut in
            // Behind a hole another text begins, whose first line cannot belong to the record before.
            let isBehindHole = line.lowerBound > start && bytes[line.lowerBound - 1] == 0
            joiner.add(line, isCut: isCut, isStart: isBehindHole || isStart(bytes.extracting(line)), record)
        }
        if used > start, bytes[used - 1] == 0 { joiner.finish(record) }
        let isWhole = used == storage.count
        if ending == .final || (ending == .quiet && isWhole) { joiner.finish(record) }
        self.isHolding = joiner.open != nil && isWhole
        return joiner.open?.lowerBound ?? used
    }
}
