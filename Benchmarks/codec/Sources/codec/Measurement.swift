internal import Glibc

/// One way of doing the work, and how long it took in each round.
struct Measurement {
    let name: String
    /// How many events one piece of work is about.
    let events: Int
    let work: () throws -> Int
    var iterations = 1
    var rounds: [Double] = []

    init(_ name: String, events: Int = 1000, _ work: @escaping () throws -> Int) {
        self.name = name
        self.events = events
        self.work = work
    }

    /// CPU seconds of one piece of work, the middle one of all rounds.
    var median: Double { self.rounds.sorted()[self.rounds.count / 2] }

    /// Warms up and finds how often to repeat the work for a round of some 0.1 s.
    mutating func prepare() throws {
        let start = Self.cpuSeconds()
        for _ in 0..<3 { try self.check(self.work()) }
        self.iterations = max(1, Int(0.1 / ((Self.cpuSeconds() - start) / 3)))
    }

    mutating func round() throws {
        let start = Self.cpuSeconds()
        for _ in 0..<self.iterations { try self.check(self.work()) }
        self.rounds.append((Self.cpuSeconds() - start) / Double(self.iterations))
    }

    /// Uses a result, so that no compiler leaves the work out.
    private func check(_ result: Int) throws {
        guard result > 0 else { throw Failure(reason: "\(self.name) yields nothing") }
    }

    /// CPU time of this process: what others do on the machine does not count.
    static func cpuSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

struct Failure: Error {
    var reason: String
}
