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

    /// A long list of authorities keeps a connection inside OpenSSL, which must not be taken apart meanwhile.
    @Test
    func `an agent that is told to end while it reads certificates ends well`() async throws {
        let authority = try TestAuthority.shared.get()
        let certificate = String(decoding: try contents(of: authority.certificate), as: UTF8.self)
        let list = try self.directory.write(String(repeating: certificate, count: 60_000), to: "authorities.pem")
        let log = try self.directory.write("", to: "app.log")
        let port = try Loopback.closedPort()
        for round in 0..<6 {
            let agents = try (0..<5).map { number in
                let name = self.directory.file("\(round)-\(number)")
                let options = ["--tail", log, "--amqp-broker", "localhost:\(port)", "--amqp-ssl-ca", list]
                return (
                    output: name + ".log",
                    process: try ChildProcess(
                        Programs.agent,
                        options + ["--state-dir", name],
                        output: name + ".log"
                    )
                )
            }
            for agent in agents {
                try await eventually("its source") {
                    String(decoding: try contents(of: agent.output), as: UTF8.self).contains("source started")
                }
                agent.process.signal(SIGTERM)
                #expect(try await agent.process.wait() == 0)
            }
        }
    }

    /// The problem that `--status` shows, and the number of the next event.
    private func status(_ options: [String]) async throws -> (problem: String, next: String) {
        let answer = try await Outcome.of(Programs.agent, options + ["--status", "--json"]).output
        func value(_ name: String) -> String {
            guard let start = answer.firstRange(of: "\"\(name)\":") else { return "" }
            let rest = answer[start.upperBound...]
            return String(
                rest.first == "\"" ? rest.dropFirst().prefix { $0 != "\"" } : rest.prefix { $0 != "," && $0 != "}" }
            )
        }
        return (value("problem"), value("nextSequence"))
    }

    @Test
    func `an agent whose state directory is deleted says so within seconds and loses nothing`() async throws {
        let log = try self.directory.write("one\n", to: "app.log")
        var options = try self.options()
        options.removeFirst()
        let agent = try ChildProcess(
            Programs.agent,
            options + ["--tail", log, "--from", "beginning"],
            output: self.directory.file("log")
        )
        try await eventually("the first line") { try await self.status(options).next == "2" }
        _ = try Command.run("rm", ["-rf", "--", self.directory.file("state")])
        try await eventually(timeout: .seconds(20), "a problem") {
            try await self.status(options).problem.contains("the files of the spool were deleted")
        }
        #expect(try self.log.contains("critical the files of the spool were deleted or replaced"))
        let file = try #require(fopen(log, "a"))
        fputs("two\n", file)
        fclose(file)
        try await eventually("the second line") { try await self.status(options).next == "3" }
        agent.signal(SIGKILL)
        try await agent.wait()

        let again = try ChildProcess(Programs.agent, options + ["--tail", log], output: self.directory.file("log"))
        try await eventually("its start") { try await self.status(options).next == "3" }
        again.signal(SIGTERM)
        #expect(try await again.wait() == 0)
        #expect(try self.log.contains("batches-left-in-spool=2"))
    }

    @Test
    func `an agent that starts while another program reads its spool waits, and ends well when told to`() async throws {
        var options = try self.options()
        try await self.startAgent(options).stop()
        let reader = try ChildProcess(
            "sqlite3",
            [self.directory.file("state") + "/spool.sqlite", "BEGIN; SELECT count(*) FROM batch;"]
                + [".shell echo ready; exec sleep 60"],
            output: self.directory.file("reader")
        )
        try await eventually("the reader") { try contents(of: self.directory.file("reader")).count > 0 }
        options.removeFirst()
        let input = try self.directory.write("a line\n", to: "app.log")
        options += ["--tail", input, "--from", "beginning"]
        for round in 0..<2 {
            let agent = try ChildProcess(Programs.agent, options, output: self.directory.file("log"))
            try await eventually("the reason") { try self.log.contains("another program has spool.sqlite open") }
            if round == 1 {
                reader.signal(SIGKILL)
                try await eventually("the spool") { try self.log.contains("the spool is open now") }
            }
            agent.signal(SIGTERM)
            #expect(try await agent.wait() == 0)
        }
    }
}
