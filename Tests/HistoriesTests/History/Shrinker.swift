/// Makes a history that goes wrong smaller, for as long as it still goes wrong.
struct Shrinker {
    /// How many histories may be tried.
    var attempts: Int
    /// Whether a history goes wrong.
    let fails: (History) async -> Bool

    /// Leaves out steps, in ever smaller groups, then makes the numbers in those that are left smaller.
    mutating func shrink(_ history: History) async -> History {
        var history = history
        var size = max(1, history.steps.count / 2)
        while self.attempts > 0 {
            let count = history.steps.count
            await self.leaveOutSteps(of: &history, size)
            if size > 1 { size /= 2 } else if history.steps.count == count { break }
        }
        await self.makeNumbersSmaller(in: &history)
        return history
    }

    private mutating func leaveOutSteps(of history: inout History, _ size: Int) async {
        var start = 0
        while start < history.steps.count {
            var candidate = history
            candidate.steps.removeSubrange(start..<min(start + size, candidate.steps.count))
            if !(await self.take(candidate, as: &history)) { start += size }
        }
    }

    private mutating func makeNumbersSmaller(in history: inout History) async {
        for index in history.steps.indices {
            for smaller in history.steps[index].smaller {
                var candidate = history
                candidate.steps[index] = smaller
                if await self.take(candidate, as: &history) { break }
            }
        }
    }

    private mutating func take(_ candidate: History, as history: inout History) async -> Bool {
        guard self.attempts > 0 else { return false }
        self.attempts -= 1
        guard await self.fails(candidate) else { return false }
        history = candidate
        return true
    }
}

extension Step {
    /// The same with smaller numbers, the smallest first.
    fileprivate var smaller: [Step] {
        switch self {
        case .append(let name, let lines): lines.smaller.map { .append(name, $0) }
        case .header(let name, let lines): lines.smaller.map { .header(name, $0) }
        case .write(let lines): lines.smaller.map { .write($0) }
        default: []
        }
    }
}

extension Step.Lines {
    fileprivate var smaller: [Self] {
        [Self(count: 1, width: 20), Self(count: 1, width: self.width), Self(count: self.count / 2, width: self.width)]
            .filter { $0.count > 0 && $0.count * $0.width < self.count * self.width }
    }
}
