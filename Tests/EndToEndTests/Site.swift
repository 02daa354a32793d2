internal import Glibc
internal import TestSupport

/// One queue pair with its server, the server's store, and an agent that follows a file.
final class Site {
    let broker: PrivateBroker
    let queue = uniqueName("site")
    let directory: TemporaryDirectory
    private(set) var server: ChildProcess?
    private(set) var agent: ChildProcess?
    private var agentOutput = "/dev/null"
    private var written: [String] = []

    var log: String { self.directory.file("app.log") }
    var data: String { self.directory.file("data") }

    /// Registers the queue at a fresh store and starts the server.
    ///
    /// An `armUser` is only needed if the agent signs in as somebody else than the server.
    init(_ broker: PrivateBroker, armUser: String? = nil) async throws {
        self.broker = broker
        self.directory = try TemporaryDirectory()
        try self.directory.write("", to: "app.log")
        let outcome = try await self.command(
            ["server", "add", "--nickname", self.queue, "--queue", self.queue]
                + ["--broker-url", "amqps://localhost:\(broker.tlsPort)/hatohol"]
                + ["--tls-ca", broker.authority.certificate]
                + ["--tls-cert", broker.client.certificate, "--tls-key", broker.client.key]
                + (armUser.map { ["--arm-user", $0] } ?? [])
        )
        guard outcome.status == 0 else { throw TestFailure("server add: \(outcome.errors)") }
        try self.startServer()
    }

    /// Runs a command of hatohol-server on this site's store.
    func command(_ arguments: [String]) async throws -> Outcome {
        try await Outcome.of(Programs.server, ["--data-dir", self.data] + arguments)
    }

    // MARK: Processes

    func startServer() throws {
        self.server = try ChildProcess(
            Programs.server,
            ["--data-dir", self.data, "serve", "--no-console"],
            output: self.directory.file("\(uniqueName("server")).log")
        )
    }

    /// Options by which an agent of this site signs in with its certificate.
    func connection(port: UInt16? = nil) -> [String] {
        ["--amqp-broker", "localhost:\(port ?? self.broker.tlsPort)", "--amqp-vhost", "hatohol"]
            + ["--amqp-queue", self.queue, "--amqp-auth", "external"]
            + ["--amqp-ssl-ca", self.broker.authority.certificate]
            + ["--amqp-ssl-cert", self.broker.client.certificate, "--amqp-ssl-key", self.broker.client.key]
            + ["--state-dir", self.directory.file("state")]
    }

    /// Starts the agent on the log file.
    func startAgent(port: UInt16? = nil) throws {
        try self.startAgent(self.connection(port: port) + ["--tail", self.log, "--from", "beginning"])
    }

    func startAgent(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String = "/dev/null"
    ) throws {
        let output = self.directory.file("\(uniqueName("agent")).log")
        self.agentOutput = output
        self.agent = try ChildProcess(
            Programs.agent,
            arguments,
            environment: environment,
            input: input,
            output: output
        )
    }

    /// What the latest agent has said so far.
    func agentLog() throws -> String { String(decoding: try contents(of: self.agentOutput), as: UTF8.self) }

    func stop() async {
        await self.agent?.stop()
        await self.server?.stop()
    }

    // MARK: Lines

    /// Appends lines to the log file as an application would.
    func write(_ lines: [String]) throws {
        guard let file = fopen(self.log, "a") else { throw TestFailure("cannot append to \(self.log)") }
        defer { fclose(file) }
        for line in lines { fputs(line + "\n", file) }
        self.written += lines
    }

    /// What is stored, in the order of the events, without what the server says about the arm itself.
    func stored() async throws -> [String] {
        let outcome = try await self.command(["events", "export", "--format", "jsonl"])
        guard outcome.status == 0 else { throw TestFailure("events export: \(outcome.errors)") }
        let events = outcome.output.split(separator: "\n").filter { Self.member("hostId", of: $0) != "_SELF_" }
        return events.compactMap { Self.member("brief", of: $0) }
    }

    private static func member(_ name: String, of json: Substring) -> String? {
        guard let start = json.firstRange(of: "\"\(name)\":\"") else { return nil }
        return String(json[start.upperBound...].prefix { $0 != "\"" })
    }

    /// Waits until as many events are stored as lines were written, then compares them one by one.
    func expectEveryLineOnce(timeout: Duration = .seconds(180)) async throws -> [String] {
        try await self.awaitCount(self.written.count, timeout: timeout)
        let stored = try await self.stored()
        let missing = Set(self.written).subtracting(stored)
        guard stored.count == self.written.count, missing.isEmpty else {
            throw TestFailure("\(self.written.count) written, \(stored.count) stored, missing \(missing.prefix(5))")
        }
        return stored
    }

    /// Waits until at least this many events are stored.
    func awaitCount(_ count: Int, timeout: Duration = .seconds(180)) async throws {
        try await eventually(timeout: timeout, "\(count) stored events") {
            try await self.stored().count >= count
        }
    }
}
