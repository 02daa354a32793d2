import TestSupport

/// Runs histories with a built `hap2-fluentd` and real files.
struct DiskDriver: HistoryDriver {
    /// The path of the program.
    let program: String
    /// A follower that gives nothing new for so long will give nothing more: it looks at everything every two seconds, and waits five
    /// for what becomes of a short copy.
    var patience = Duration.seconds(12)

    /// Runs a history and judges what was accepted.
    func run(_ history: History) async throws -> Verdict {
        let directory = try TemporaryDirectory()
        let files = DiskFiles(root: directory.path)
        try files.makeDirectory(of: "marks/mark")
        for pattern in history.patterns { try files.makeDirectory(of: pattern) }
        let agent = Agent(
            program: self.program,
            directory: directory.path,
            patterns: (history.patterns + ["marks/*"]).map(files.path)
        )
        var run = Run(
            model: Model(patterns: history.patterns),
            files: files,
            agent: agent,
            patience: self.patience
        )
        do {
            for step in history.steps { try await run.take(step) }
            return try await run.finish()
        } catch {
            try? await agent.kill()
            throw error
        }
    }

    private struct Run {
        var model: Model
        let files: DiskFiles
        let agent: Agent
        let patience: Duration
        private var marks = 0

        init(model: Model, files: DiskFiles, agent: Agent, patience: Duration) {
            self.model = model
            self.files = files
            self.agent = agent
            self.patience = patience
        }

        mutating func take(_ step: Step) async throws {
            guard let bytes = self.model.apply(step) else { return }
            switch step {
            case .start(let beginning): try await self.agent.start(from: beginning)
            case .stop: try await self.agent.stop()
            case .kill: try await self.agent.kill()
            case .freeze: try await self.agent.freeze()
            case .thaw: self.agent.thaw()
            case .settle: try await self.settle()
            case .pause(let milliseconds): try await Task.sleep(for: .milliseconds(milliseconds))
            default: try self.files.apply(step, bytes: bytes)
            }
        }

        /// Lets everything be read, once more after a restart, as nothing may come again then.
        mutating func finish() async throws -> Verdict {
            for _ in 0..<2 {
                for step in [Step.thaw, .start(.beginning), .settle] { try await self.take(step) }
                try await self.waitUntilNothingIsLeft()
                try await self.take(.stop)
            }
            return self.model.judge(self.agent.texts.filter { !$0.hasPrefix("mark") })
        }

        /// Waits for all that has to arrive, and for a mark: when that is there, the follower has looked at everything.
        private mutating func settle() async throws {
            self.marks += 1
            let mark = "mark\(self.marks)"
            try self.files.write(Array("\(mark)\n".utf8), to: "marks/\(mark)")
            try await self.waitWhileSomethingComes {
                let texts = self.agent.texts
                return texts.contains(mark) && self.model.isSatisfied(by: texts)
            }
        }

        private func waitUntilNothingIsLeft() async throws {
            try await self.waitWhileSomethingComes {
                let behind = self.agent.status.split(separator: ",").filter {
                    $0.hasPrefix("\"bytesBehind\":")
                }
                return behind.allSatisfy { $0.hasSuffix(":0") }
            }
        }

        /// Waits for a condition, which is looked at when the agent has done something; gives up when nothing comes any more.
        private func waitWhileSomethingComes(until condition: () -> Bool) async throws {
            var seen: String?
            var change = ContinuousClock.now
            while true {
                try self.agent.checkRuns()
                let status = self.agent.status
                if status != seen {
                    seen = status
                    change = .now
                    if condition() { return }
                }
                guard change + self.patience > .now else { return }
                try await Task.sleep(for: .milliseconds(15))
            }
        }
    }
}
