/// An expression as a nondeterministic automaton.
struct PatternProgram: Hashable, Sendable {
    enum Step: Hashable, Sendable {
        /// A byte of this set, then the step of this number.
        case bytes(set: Int, next: Int)
        case split(Int, Int)
        case assertion(PatternNode.Assertion, next: Int)
        case match
    }

    /// What is on either side of a place in the text.
    enum Side: UInt8, Sendable {
        case nothing
        case word
        case other

        init(_ byte: UInt8) {
            self = ByteSet.word.contains(byte) ? .word : .other
        }
    }

    /// More steps than this are refused; it bounds the work for each byte.
    private static let mostSteps = 4000

    private(set) var steps: [Step] = []
    private(set) var sets: [ByteSet] = []
    private(set) var entry = 0
    /// Whether any step looks at the sides of a place.
    private(set) var hasAssertions = false

    init(_ node: PatternNode) throws(Pattern.Failure) {
        let match = try self.add(.match)
        self.entry = try self.compile(node, next: match)
    }

    /// The program that matches where any of these does; at least one.
    init(anyOf programs: [PatternProgram]) {
        var entries: [Int] = []
        for program in programs {
            let offset = self.steps.count
            let sets = program.sets.map { self.index(of: $0) }
            self.steps += program.steps.map { $0.moved(by: offset, sets: sets) }
            self.hasAssertions = self.hasAssertions || program.hasAssertions
            entries.append(program.entry + offset)
        }
        self.entry = entries[0]
        for entry in entries.dropFirst() {
            self.steps.append(.split(self.entry, entry))
            self.entry = self.steps.count - 1
        }
    }

    private mutating func add(_ step: Step) throws(Pattern.Failure) -> Int {
        guard self.steps.count < Self.mostSteps else {
            throw Pattern.Failure(
                position: 0,
                reason: "its repetitions make it too large, which is counted from the start"
            )
        }
        self.steps.append(step)
        return self.steps.count - 1
    }

    private mutating func index(of set: ByteSet) -> Int {
        if let index = self.sets.firstIndex(of: set) { return index }
        self.sets.append(set)
        return self.sets.count - 1
    }

    /// Adds the steps of a node, from its end to its start, and returns the first.
    private mutating func compile(_ node: PatternNode, next: Int) throws(Pattern.Failure) -> Int {
        switch node {
        case .empty: return next
        case .bytes(let set): return try self.add(.bytes(set: self.index(of: set), next: next))
        case .assertion(let assertion):
            self.hasAssertions = true
            return try self.add(.assertion(assertion, next: next))
        case .sequence(let nodes):
            var first = next
            for node in nodes.reversed() { first = try self.compile(node, next: first) }
            return first
        case .choice(let nodes):
            var first = try self.compile(nodes[nodes.count - 1], next: next)
            for node in nodes.dropLast().reversed() {
                first = try self.add(.split(try self.compile(node, next: next), first))
            }
            return first
        case .repetition(let node, let atLeast, let atMost):
            return try self.compile(node, atLeast, atMost, next)
        }
    }

    private mutating func compile(
        _ node: PatternNode,
        _ atLeast: Int,
        _ atMost: Int?,
        _ next: Int
    ) throws(Pattern.Failure) -> Int {
        var first = next
        if let atMost {
            for _ in atLeast..<atMost { first = try self.add(.split(try self.compile(node, next: first), next)) }
        } else {
            let loop = try self.add(.split(next, next))
            self.steps[loop] = .split(try self.compile(node, next: loop), next)
            first = loop
        }
        for _ in 0..<atLeast { first = try self.compile(node, next: first) }
        return first
    }

    /// Whether the place between two sides is as the assertion wants it.
    static func holds(_ assertion: PatternNode.Assertion, before: Side, after: Side) -> Bool {
        switch assertion {
        case .start: before == .nothing
        case .end: after == .nothing
        case .wordBoundary: (before == .word) != (after == .word)
        case .noWordBoundary: (before == .word) == (after == .word)
        }
    }
}

extension PatternProgram.Step {
    /// The same step in a program that has others before it.
    fileprivate func moved(by offset: Int, sets: [Int]) -> PatternProgram.Step {
        switch self {
        case .bytes(let set, let next): .bytes(set: sets[set], next: next + offset)
        case .split(let first, let second): .split(first + offset, second + offset)
        case .assertion(let assertion, let next): .assertion(assertion, next: next + offset)
        case .match: .match
        }
    }
}
