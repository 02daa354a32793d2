internal import Glibc
import TestSupport
import Testing

/// What an agent does without any broker: about signals, and about a second agent.
@Suite(.timeLimit(.minutes(5)))
struct AgentSignalTests {
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    private var log: String {
        get throws { String(decoding: try contents(of: self.directory.file("log")), as: UTF8.self) }
    }

    /// Options of an agent that reads one line and finds nobody to deliver it to.
    private func options() throws -> [String] {
        [
            "--stdin", "--amqp-broker", "127.0.0.1:\(try Loopback.closedPort())", "--state-dir",
            self.directory.file("state"),
        ]
    }

    /// Starts it, and waits until its line is in the spool.
    private func startAgent(_ options: [String]) async throws -> ChildProcess {
        let input = try self.directory.write("a line\n", to: "input")
        let agent = try ChildProcess(Programs.agent, options, input: input, output: self.directory.file("log"))
        try await eventually("the end of its input") { try self.log.contains("source ended") }
        return agent
    }

    @Test
    func `what cannot be delivered stays in the spool, and the end is a good one`() async throws {
        let agent = try await self.startAgent(self.options())
        agent.signal(SIGTERM)
        #expect(try await agent.wait() == 0)
        let lines = try self.log.split(separator: "\n")
        #expect(lines.filter { $0.contains("batches-left-in-spool=1") }.count == 1)
        #expect(try !self.log.contains("CancellationError"))
    }

    @Test
    func `an agent whose spool is full ends, and well`() async throws {
        // More than is read at once: what comes first goes through an empty spool, however large it is.
        let lines = (0..<20_000).map { "line \($0) \(String(repeating: "x", count: 100))\n" }.joined()
        let input = try self.directory.write(lines, to: "app.log")
        var options = try self.options()
        options.removeFirst()
        options += ["--tail", input, "--from", "beginning", "--spool-limit", "1MiB"]
        let agent = try ChildProcess(Programs.agent, options, output: self.directory.file("log"))
        try await eventually("a full spool") { try self.log.contains("spool is full") }
        agent.signal(SIGTERM)
        #expect(try await agent.wait() == 0)
        #expect(try self.log.contains("sources are not done in time"))
        #expect(try !self.log.contains("CancellationError"))
    }

    @Test
    func `a second agent in a state directory is told which process has it`() async throws {
        let options = try self.options()
        let agent = try await self.startAgent(options)
        let second = try await Outcome.of(Programs.agent, options)
        #expect(second.status == 1)
        #expect(second.errors.contains("hap2-fluentd: lock the state directory \(self.directory.file("state")): "))
        #expect(second.errors.contains("process \(agent.pid) is using it; stop that process"))
        #expect(agent.poll() == nil)
        await agent.stop()
    }

    @Test
    func `reading an unchanged configuration again warns of nothing`() async throws {
        let agent = try await self.startAgent(self.options())
        agent.signal(SIGHUP)
        try await eventually("the configuration to be read") { try self.log.contains("was read again") }
        let warnings = try self.log.split(separator: "\n").filter { $0.contains(" warning ") }
        #expect(warnings.allSatisfy { $0.contains("no connection to the broker") })
        await agent.stop()
    }
}
