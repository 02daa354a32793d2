import Synchronization

/// Something that runs a history and tells what went wrong.
protocol HistoryDriver: Sendable {
    func run(_ history: History) async throws -> Verdict
}

/// A number of histories, each from a seed of its own, run by one driver.
final class Campaign: Sendable {
    private let seed: UInt64
    private let count: Int
    private let driver: any HistoryDriver
    /// How many histories run at the same time.
    private let parallel: Int
    /// So many histories that go wrong are shrunk; of the others only the whole script is shown.
    private let shrinkingsLeft: Mutex<Int>
    /// How many runs the shrinking of one history may cost.
    private let attempts: Int

    init(
        seed: UInt64,
        count: Int,
        driver: any HistoryDriver,
        parallel: Int,
        shrinkings: Int = 6,
        attempts: Int
    ) {
        self.seed = seed
        self.count = count
        self.driver = driver
        self.parallel = parallel
        self.shrinkingsLeft = Mutex(shrinkings)
        self.attempts = attempts
    }

    /// Runs all histories; returns the seeds of those that went wrong.
    ///
    /// Prints each as a script, and a summary in one line at the end.
    func run() async -> [UInt64] {
        let start = ContinuousClock.now
        var failures: [UInt64] = []
        await withTaskGroup(of: UInt64?.self) { group in
            for index in 0..<self.count {
                if index >= self.parallel, let failure = await group.next() ?? nil {
                    failures.append(failure)
                }
                group.addTask { await self.hasFailed(self.seed &+ UInt64(index)) }
            }
            for await case let failure? in group { failures.append(failure) }
        }
        failures.sort()
        let seconds = Int((ContinuousClock.now - start) / .seconds(1))
        let seeds = failures.isEmpty ? "" : ": " + failures.map(String.init).joined(separator: " ")
        print(
            "histories: seed \(self.seed), \(self.count) run in \(seconds) s, \(failures.count) failed\(seeds)"
        )
        return failures
    }

    private func hasFailed(_ seed: UInt64) async -> UInt64? {
        let history = Generator.history(seed: seed)
        let (kinds, text) = await self.complaint(of: history)
        guard !kinds.isEmpty else { return nil }
        let mayShrink = self.shrinkingsLeft.withLock { left in
            left -= 1
            return left >= 0
        }
        guard mayShrink else {
            print("# seed \(seed): \(text)\n\(history)\n")
            return seed
        }
        var shrinker = Shrinker(attempts: self.attempts) { candidate in
            !kinds.isDisjoint(with: await self.complaint(of: candidate).kinds)
        }
        let small = await shrinker.shrink(history)
        print("# seed \(seed): \(text)\n# shrunk: \(await self.complaint(of: small).text)\n\(small)\n")
        return seed
    }

    private func complaint(of history: History) async -> (kinds: Set<String>, text: String) {
        do {
            let verdict = try await self.driver.run(history)
            return (Set(verdict.kinds.map(\.name)), verdict.description)
        } catch {
            return (["error"], "\(error)")
        }
    }
}
