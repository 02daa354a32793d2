import Foundation
import Glibc
import Logging
import Testing

@testable import Spool

/// Work for a process of its own, which may be killed or have limits: this test program, started again with a task.
enum ChildScenario {
    private static let variable = "SPOOL_TEST_CHILD"

    /// The batch that the child appends under a number.
    static func batch(_ first: Int64) -> SpooledBatch {
        SpooledBatch(
            firstSequence: first,
            count: 1,
            payload: Array("\(first) ".utf8) + [UInt8](repeating: 7, count: 5000)
        )
    }

    /// A batch of 100 kB.
    static func large(_ first: Int64) -> SpooledBatch {
        SpooledBatch(firstSequence: first, count: 1, payload: [UInt8](repeating: UInt8(first & 0xFF), count: 100_000))
    }

    /// A child at work.
    final class Child {
        private let process: Process
        private let output: FileHandle
        private var pending: [UInt8] = []

        init(_ process: Process, _ output: FileHandle) {
            self.process = process
            self.output = output
        }

        /// The next line of its output that is not the test runner's; `nil` at the end.
        func readLine() -> String? {
            while true {
                if let newline = self.pending.firstIndex(of: 0x0A) {
                    let line = String(decoding: self.pending[..<newline], as: UTF8.self)
                    self.pending.removeSubrange(...newline)
                    if line.hasPrefix("> ") { return String(line.dropFirst(2)) }
                    continue
                }
                let data = self.output.availableData
                if data.isEmpty { return nil }
                self.pending += data
            }
        }

        func kill() {
            Glibc.kill(self.process.processIdentifier, SIGKILL)
            self.process.waitUntilExit()
        }
    }

    static func start(_ scenario: String, directory: String) throws -> Child {
        let process = Process()
        process.executableURL = URL(
            fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        )
        process.arguments = ["--testing-library", "swift-testing", "--filter", "SpoolChildTests"]
        process.environment = ProcessInfo.processInfo.environment.merging([
            Self.variable: "\(scenario)|\(directory)"
        ]) { $1 }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        return Child(process, pipe.fileHandleForReading)
    }

    /// Runs a scenario to its end and returns the last line it reported.
    static func run(_ scenario: String, directory: String) async throws -> String? {
        let child = try Self.start(scenario, directory: directory)
        var last: String?
        while let line = child.readLine() { last = line }
        child.kill()
        return last
    }

    /// What this process is to do, if it is a child.
    static var task: (scenario: String, directory: String)? {
        guard let value = ProcessInfo.processInfo.environment[Self.variable] else { return nil }
        let parts = value.split(separator: "|", maxSplits: 1).map(String.init)
        return parts.count == 2 ? (parts[0], parts[1]) : nil
    }

    static func report(_ text: String) {
        let line = Array("> \(text)\n".utf8)
        _ = write(STDOUT_FILENO, line, line.count)
    }
}

/// Does the work when this program is the child; otherwise there is nothing to test here.
@Suite(.enabled(if: ChildScenario.task != nil))
struct SpoolChildTests {
    @Test func work() async throws {
        let task = try #require(ChildScenario.task)
        let logger = Logger(label: "child") { _ in SwiftLogNoOpLogHandler() }
        let spool = try await Spool.open(directory: task.directory, limit: 1 << 30, logger: logger)
        switch task.scenario {
        case "append for ever":
            var next = spool.nextSequence
            while true {
                let position = Position(source: "source", value: Array("\(next)".utf8))
                try await spool.append([ChildScenario.batch(next)], positions: [position])
                ChildScenario.report("\(next)")
                if next % 5 == 0 { try await spool.remove(firstSequences: [next - 5]) }
                next += 1
            }
        case "append for ever, large":
            while true { try await spool.append([ChildScenario.large(spool.nextSequence)]) }
        case "refusing disk":
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(1), &limit)  // RLIMIT_FSIZE
            limit.rlim_cur = 20_000
            setrlimit(__rlimit_resource_t(1), &limit)
            let append = Task {
                for number: Int64 in 2...3 {
                    let batch = SpooledBatch(
                        firstSequence: number,
                        count: 1,
                        payload: [UInt8](repeating: 1, count: 30_000)
                    )
                    try await spool.append([batch])
                }
            }
            while spool.status.lastError == nil { await Task.yield() }
            limit.rlim_cur = limit.rlim_max
            setrlimit(__rlimit_resource_t(1), &limit)
            try await append.value
            let isWell = spool.status.lastError == nil
            await spool.close()
            ChildScenario.report(isWell ? "refused, then stored 3" : "still refused")
        default:
            Issue.record("unknown scenario")
        }
    }
}
