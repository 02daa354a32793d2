/// The steps that can be reached at one place of the text without using up a byte.
struct PatternClosure {
    /// The byte steps reached, in no particular order.
    private(set) var members: [Int] = []
    private(set) var hasMatch = false
    private var marks: [UInt32]
    private var mark: UInt32 = 0
    private var pending: [Int] = []

    init(count: Int) {
        self.marks = [UInt32](repeating: 0, count: count)
    }

    /// Empties the set.
    mutating func begin() {
        self.members.removeAll(keepingCapacity: true)
        self.hasMatch = false
        if self.mark == .max { self.marks = [UInt32](repeating: 0, count: self.marks.count) }
        self.mark = self.mark &+ 1 == 0 ? 1 : self.mark &+ 1
    }

    /// Adds a step and what follows it at once.
    mutating func add(
        _ step: Int,
        _ program: PatternProgram,
        before: PatternProgram.Side,
        after: PatternProgram.Side
    ) {
        self.pending.append(step)
        while let step = self.pending.popLast() {
            guard self.marks[step] != self.mark else { continue }
            self.marks[step] = self.mark
            switch program.steps[step] {
            case .bytes: self.members.append(step)
            case .match: self.hasMatch = true
            case .split(let first, let second):
                self.pending.append(second)
                self.pending.append(first)
            case .assertion(let assertion, let next):
                if PatternProgram.holds(assertion, before: before, after: after) { self.pending.append(next) }
            }
        }
    }
}
