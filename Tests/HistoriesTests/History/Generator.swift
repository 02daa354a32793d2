import TestSupport

/// Makes a history from a seed: a kind of log, the ways in which it is rotated, and what the follower does meanwhile.
struct Generator {
    var random: SeededRandom
    private var steps: [Step] = []
    private var follower = Model.Follower.stopped
    private var beginning = Step.Beginning.beginning
    private var habit = Habit.calm

    /// What the follower does while files are rotated.
    private enum Habit: CaseIterable {
        /// It has read everything before each change.
        case calm
        /// It sees what was done only when all of it is done.
        case frozen
        case stopped
        case killed
        /// It looks now and then.
        case running
        case mixed
    }

    static func history(seed: UInt64) -> History {
        var generator = Generator(random: SeededRandom(seed: seed))
        return generator.history()
    }

    private init(random: SeededRandom) { self.random = random }

    private mutating func history() -> History {
        self.habit = self.random.one(of: Habit.allCases)
        self.beginning = self.random.chance(75) ? .beginning : .end
        var logs = [LogWriter.make(0, &self.random)]
        if self.random.chance(35) { logs.append(LogWriter.make(1, &self.random)) }
        for index in logs.indices where self.random.chance(60) {
            self.add(logs[index].begin(&self.random))
        }
        self.add([.start(self.beginning)])
        if self.random.chance(80) { self.add([.settle]) }
        for _ in 0..<Int.random(in: 2...7, using: &self.random) {
            let index = Int.random(in: 0..<logs.count, using: &self.random)
            for _ in 0..<Int.random(in: 0...2, using: &self.random) {
                self.add([logs[index].lines(&self.random)])
            }
            self.lookOrNot()
            self.disturbed(logs[index].change(&self.random))
        }
        return History(patterns: Array(Set(logs.map(\.pattern))).sorted(), steps: self.steps)
    }

    /// Adds the steps of one change, with what this follower does before, between and after them.
    private mutating func disturbed(_ change: [Step]) {
        let habit =
            self.habit == .mixed
            ? self.random.one(of: [.calm, .frozen, .stopped, .killed, .running]) : self.habit
        switch habit {
        case .calm, .mixed:
            self.add([.settle])
            self.add(change)
            self.add([.settle])
        case .frozen: self.enclosed(change, from: .freeze, to: .thaw)
        case .stopped: self.enclosed(change, from: .stop, to: .start(self.beginning))
        case .killed: self.enclosed(change, from: .kill, to: .start(self.beginning))
        case .running:
            for step in change {
                self.add([step])
                if self.random.chance(20) { self.add([.pause(self.random.one(of: [1, 5, 30, 120]))]) }
                if self.random.chance(15) { self.add([.settle]) }
            }
            if self.random.chance(40) { self.add([.settle]) }
        }
    }

    /// The follower may stay away for several changes.
    private mutating func enclosed(_ change: [Step], from first: Step, to last: Step) {
        if self.random.chance(60) { self.add([.settle]) }
        let cut = Int.random(in: 0...change.count, using: &self.random)
        if self.random.chance(30) {
            self.add(Array(change[..<cut]) + [first] + Array(change[cut...]))
        } else {
            self.add([first] + change)
        }
        if self.random.chance(65) { self.add([last]) }
        if self.random.chance(50) { self.add([.settle]) }
    }

    private mutating func lookOrNot() {
        switch Int.random(in: 0..<10, using: &self.random) {
        case 0...3: self.add([.settle])
        case 4: self.add([.pause(self.random.one(of: [2, 20, 80]))])
        case 5 where self.habit == .mixed: self.add([self.random.one(of: [.stop, .kill, .freeze])])
        case 6 where self.habit == .mixed: self.add([.thaw, .start(self.beginning)])
        default: break
        }
    }

    private mutating func lookAndRead() {
        if self.random.chance(30) { self.steps.append(.look) }
        while self.random.chance(35) {
            let lines = Int.random(in: 1...40, using: &self.random)
            self.steps.append(.read(file: Int.random(in: 0..<4, using: &self.random), lines: lines))
        }
    }

    /// Adds steps, without those that this state of the follower makes void.
    private mutating func add(_ steps: [Step]) {
        for step in steps {
            switch (step, self.follower) {
            case (.start, .stopped): self.follower = .running
            case (.stop, .running), (.stop, .frozen), (.kill, .running), (.kill, .frozen):
                self.follower = .stopped
            case (.freeze, .running): self.follower = .frozen
            case (.thaw, .frozen): self.follower = .running
            case (.settle, .running) where self.steps.last != .settle: break
            case (.pause, .running): break
            case (.start, _), (.stop, _), (.kill, _), (.freeze, _), (.thaw, _), (.settle, _), (.pause, _):
                continue
            default: break
            }
            if self.follower == .running, self.random.chance(10) { self.steps.append(.glance) }
            self.steps.append(step)
            if self.follower == .running { self.lookAndRead() }
        }
    }
}
