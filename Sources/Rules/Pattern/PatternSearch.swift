/// Says whether a pattern occurs in a text, reading each byte once.
///
/// A deterministic automaton is built while texts are searched, state by state; a table look-up for each byte is all that
/// is left to do then. It is thrown away when it has ``mostStates`` states, which bounds the memory (about 1 MiB).
struct PatternSearch {
    private static let mostStates = 2000
    private static let unknown: Int32 = -1
    private static let matched: Int32 = -2

    private struct State: Hashable {
        var steps: [Int]
        var before: PatternProgram.Side
    }

    let program: PatternProgram
    /// The column of the table for each byte: bytes that no set of the program tells apart share one.
    private let columns: [UInt8]
    private let representatives: [UInt8]
    private let width: Int
    private var states: [State] = []
    private var rows: [State: Int] = [:]
    /// For each state and column where the next state's row begins; the last column is the end of the text.
    private var table: [Int32] = []
    private var closure: PatternClosure

    /// Searches for one pattern.
    init(_ pattern: Pattern) {
        self.init(pattern.program)
    }

    /// Searches for any of several patterns, at least one, in the time of one.
    init(anyOf patterns: [Pattern]) {
        self.init(PatternProgram(anyOf: patterns.map(\.program)))
    }

    private init(_ program: PatternProgram) {
        self.program = program
        self.closure = PatternClosure(count: program.steps.count)
        var columns = [UInt8](repeating: 0, count: 256)
        var representatives: [UInt8] = []
        var known: [[Bool]: UInt8] = [:]
        for byte in UInt8(0)...255 {
            let signature =
                program.sets.map { $0.contains(byte) } + [program.hasAssertions && ByteSet.word.contains(byte)]
            if let column = known[signature] {
                columns[Int(byte)] = column
            } else {
                columns[Int(byte)] = UInt8(representatives.count)
                known[signature] = UInt8(representatives.count)
                representatives.append(byte)
            }
        }
        self.columns = columns
        self.representatives = representatives
        self.width = representatives.count + 1
    }

    /// Whether the pattern occurs in the text.
    mutating func occurs(in text: Span<UInt8>) -> Bool {
        var row = self.row(State(steps: [], before: .nothing))
        var place = 0
        while true {
            self.run(text, &row, &place)
            let column = place < text.count ? Int(self.columns[Int(text[place])]) : self.width - 1
            var next = self.table[row + column]
            if next == Self.unknown { next = self.extend(row, column) }
            if next == Self.matched { return true }
            if place == text.count { return false }
            row = Int(next)
            place += 1
        }
    }

    /// Moves through the text as far as the table is known.
    private func run(_ text: Span<UInt8>, _ row: inout Int, _ place: inout Int) {
        // The table's entries are its own row offsets, and every column is below the width, so that no access is outside.
        text.withUnsafeBufferPointer { text in
            self.columns.withUnsafeBufferPointer { columns in
                self.table.withUnsafeBufferPointer { table in
                    while place < text.count {
                        let next = table[row + Int(columns[Int(text[place])])]
                        guard next >= 0 else { return }
                        row = Int(next)
                        place += 1
                    }
                }
            }
        }
    }

    /// Works out one entry of the table.
    private mutating func extend(_ row: Int, _ column: Int) -> Int32 {
        let state = self.states[row / self.width]
        let byte = column < self.representatives.count ? self.representatives[column] : nil
        let after = byte.map { PatternProgram.Side($0) } ?? .nothing
        self.closure.begin()
        for step in state.steps { self.closure.add(step, self.program, before: state.before, after: after) }
        self.closure.add(self.program.entry, self.program, before: state.before, after: after)
        var next = Self.matched
        if !self.closure.hasMatch {
            var steps: Set<Int> = []
            if let byte {
                for case .bytes(let set, let following) in self.closure.members.map({ self.program.steps[$0] })
                where self.program.sets[set].contains(byte) {
                    steps.insert(following)
                }
            }
            let before = self.program.hasAssertions ? after : .other
            let isFull = self.states.count >= Self.mostStates
            if isFull { self.forget() }
            next = Int32(self.row(State(steps: steps.sorted(), before: before)))
            if isFull { return next }
        }
        self.table[row + column] = next
        return next
    }

    /// Where the row of a state begins in the table.
    private mutating func row(_ state: State) -> Int {
        if let row = self.rows[state] { return row }
        let row = self.table.count
        self.states.append(state)
        self.rows[state] = row
        self.table.append(contentsOf: repeatElement(Self.unknown, count: self.width))
        return row
    }

    private mutating func forget() {
        self.states.removeAll()
        self.rows.removeAll()
        self.table.removeAll()
    }
}
