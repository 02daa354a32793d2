/// Finds where a pattern occurs: the leftmost place, and there the longest text.
///
/// All ways to match are followed at once, those that began further left first. Slower than ``PatternSearch``, which goes
/// first; the work for each byte is bounded by the size of the pattern.
struct PatternFinder {
    private struct Thread {
        var step: Int
        var start: Int
    }

    private let program: PatternProgram
    private var closure: PatternClosure
    private var threads: [Thread] = []

    init(_ pattern: Pattern) {
        self.program = pattern.program
        self.closure = PatternClosure(count: pattern.program.steps.count)
    }

    /// The first occurrence at or after a place that is not empty.
    ///
    /// - Parameters:
    ///   - text: The whole text.
    ///   - place: Where to begin.
    ///   - budget: How many bytes may be looked at; what is looked at is taken off, below zero when it is used up.
    /// - Returns: The occurrence, or `nil` when there is none, or the budget is used up.
    mutating func first(in text: Span<UInt8>, from place: Int, _ budget: inout Int) -> Range<Int>? {
        self.threads.removeAll(keepingCapacity: true)
        var found: Range<Int>?
        for place in place...text.count {
            budget -= 1
            guard budget >= 0 else { return nil }
            self.advance(to: place, in: text, &found)
            if let found { self.threads.removeAll { $0.start > found.lowerBound } }
            if found != nil, self.threads.isEmpty { break }
        }
        return found
    }

    /// Looks at one place: notes what matches up to here, and moves the threads over the next byte.
    private mutating func advance(to place: Int, in text: Span<UInt8>, _ found: inout Range<Int>?) {
        if found == nil { self.threads.append(Thread(step: self.program.entry, start: place)) }
        let before = place == 0 ? .nothing : PatternProgram.Side(text[place - 1])
        let after = place == text.count ? .nothing : PatternProgram.Side(text[place])
        var moved: [Thread] = []
        self.closure.begin()
        for thread in self.threads {
            let known = self.closure.members.count
            let hadMatch = self.closure.hasMatch
            self.closure.add(thread.step, self.program, before: before, after: after)
            if self.closure.hasMatch, !hadMatch, place > thread.start, thread.start <= found?.lowerBound ?? place {
                found = thread.start..<place
            }
            guard place < text.count else { continue }
            for step in self.closure.members[known...] {
                if case .bytes(let set, let next) = self.program.steps[step],
                    self.program.sets[set].contains(text[place])
                {
                    moved.append(Thread(step: next, start: thread.start))
                }
            }
        }
        self.threads = moved
    }
}
