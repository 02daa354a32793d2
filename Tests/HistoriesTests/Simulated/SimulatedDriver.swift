@testable import Intake

/// Runs histories with the decisions of the follower alone, in a simulated directory and at a simulated time.
struct SimulatedDriver: HistoryDriver {
    func run(_ history: History) async throws -> Verdict {
        var run = Run(history)
        for step in history.steps { run.take(step) }
        return run.finish()
    }

    private struct Run {
        /// Without anything to do for so long, a follower has decided all that it waits with.
        private static let quiet = Duration.seconds(14)

        private var model: Model
        private var directory = SimulatedDirectory()
        private var store = SimulatedStore()
        private var follower: SimulatedFollower?
        private var now = ContinuousClock.now
        /// What was seen at a look from which nothing has been decided yet.
        private var glance: DirectoryScan?

        init(_ history: History) {
            self.model = Model(patterns: history.patterns)
        }

        mutating func take(_ step: Step) {
            guard self.model.apply(step) != nil else { return }
            self.advance(.milliseconds(4))
            let glance = self.glance
            self.glance = nil
            switch step {
            case .start(let beginning): self.start(from: beginning == .end ? .end : .beginning)
            case .stop, .kill: self.follower = nil
            case .settle: self.settle()
            case .pause(let milliseconds): self.advance(.milliseconds(milliseconds))
            case .look: self.look()
            case .glance: self.glance = self.follower?.scan(self.directory, self.store)
            case .read(let file, let lines): _ = self.read(file: file, lines: lines)
            case .freeze, .thaw: break
            default:
                self.directory.update(self.model.world, after: step)
                // The directory may change between a look and what is decided from it.
                if let glance { self.decide(from: glance) }
            }
        }

        private mutating func start(from beginning: FileTail.Start) {
            self.follower = SimulatedFollower(
                patterns: self.model.patterns,
                from: beginning,
                store: self.store,
                at: self.now
            )
            if !self.store.isPatternKnown { self.look() }
        }

        private mutating func decide(from scan: DirectoryScan) {
            self.follower?.take(scan, self.directory, &self.store)
            self.directory.open = self.follower?.openFiles ?? []
        }

        private mutating func look() {
            if let scan = self.follower?.scan(self.directory, self.store) { self.decide(from: scan) }
        }

        private mutating func read(file: Int, lines: Int) -> Bool {
            self.follower?.read(lines: lines, file, self.directory, &self.store) ?? false
        }

        private mutating func advance(_ duration: Duration) {
            self.now += duration
            self.follower?.advance(to: self.now)
        }

        private mutating func settle() {
            let end = self.now + Self.quiet
            while self.now < end {
                self.look()
                var reads = 0
                while reads < 10_000, self.read(file: reads, lines: 100) { reads += 1 }
                self.advance(.seconds(2))
            }
        }

        mutating func finish() -> Verdict {
            for _ in 0..<2 {
                for step in [Step.thaw, .start(.beginning), .settle, .stop] { self.take(step) }
            }
            return self.model.judge(self.store.texts)
        }
    }
}
