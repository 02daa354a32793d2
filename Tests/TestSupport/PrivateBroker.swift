public import AMQP
internal import Glibc
internal import Synchronization

/// A RabbitMQ of a test's own, started by `examples/private-broker`.
///
/// It demands client certificates, has the virtual hosts `/` and `hatohol`, and two users with every permission: ``user`` with
/// ``password``, and ``certificateUser`` who signs in by certificate. It ends with ``stop()``, with this object, and with the
/// test process.
public final class PrivateBroker: Sendable {
    /// The user with a password.
    public static let user = "hatohol"
    /// The password of ``user``.
    public static let password = "pass/word %40"
    /// The user who signs in by certificate.
    public static let certificateUser = "node1.example.com"

    /// Who issued the certificates below.
    public let authority: TestAuthority
    /// The client certificate of ``certificateUser``.
    public let client: TestAuthority.Identity
    /// Its data, its log and its `broker.json`.
    public let directory: TemporaryDirectory

    private let arguments: [String]
    private let running: Mutex<(process: ChildProcess, description: Description)>
    private let evaluating = Mutex(())

    private struct Description {
        var tlsPort: UInt16
        var plainPort: UInt16
        var brokerPID: Int32
        var distributionPort: UInt16
    }

    // MARK: Starting and stopping

    private static let sharedBroker = Task {
        let broker = try await PrivateBroker.start()
        AtExit.run { broker.endNow() }
        return broker
    }

    /// The broker all tests of this process share: use unique queue names there, and leave it running.
    public static var shared: PrivateBroker {
        get async throws { try await self.sharedBroker.value }
    }

    /// Starts a broker for one test; takes about four seconds.
    ///
    /// - Parameters:
    ///   - authority: Who issues its certificate and whom it trusts.
    ///   - certificate: Its certificate; one for `localhost`, 127.0.0.1 and ::1 when absent.
    /// - Returns: The broker, accepting connections.
    /// - Throws: ``TestFailure`` when it does not start.
    public static func start(
        authority: TestAuthority? = nil,
        certificate: TestAuthority.Identity? = nil
    ) async throws -> PrivateBroker {
        let authority = try authority ?? TestAuthority.shared.get()
        let directory = try TemporaryDirectory()
        let certificate = try certificate ?? authority.issue("broker")
        let password = try directory.write(Self.password + "\n", to: "password")
        let arguments =
            ["--directory", directory.file("broker"), "--ca", authority.certificate, "--cert", certificate.certificate]
            + ["--key", certificate.key, "--vhost", "hatohol", "--plain-port", "--user", "\(Self.user):\(password)"]
            + ["--user", Self.certificateUser]
        let (process, description) = try await Self.launch(arguments, directory)
        return PrivateBroker(
            authority: authority,
            client: try authority.issue(Self.certificateUser),
            directory: directory,
            arguments: arguments,
            running: (process, description)
        )
    }

    private init(
        authority: TestAuthority,
        client: TestAuthority.Identity,
        directory: TemporaryDirectory,
        arguments: [String],
        running: (ChildProcess, Description)
    ) {
        self.authority = authority
        self.client = client
        self.directory = directory
        self.arguments = arguments
        self.running = Mutex(running)
    }

    deinit { self.endNow() }

    /// Ends it without giving it time; the script notices and ends as well.
    private func endNow() {
        let (process, description) = self.running.withLock { $0 }
        guard process.poll() == nil else { return }
        Glibc.kill(description.brokerPID, SIGKILL)
        for _ in 0..<5000 where process.poll() == nil { usleep(1000) }
    }

    private static func launch(
        _ arguments: [String],
        _ directory: TemporaryDirectory
    ) async throws -> (ChildProcess, Description) {
        let output = directory.file("private-broker.log")
        let process = try ChildProcess("\(repositoryRoot)/examples/private-broker", arguments, output: output)
        try await eventually(timeout: .seconds(200), "the start of a private broker") {
            if let status = process.poll() {
                let log = String(decoding: try contents(of: output), as: UTF8.self)
                throw TestFailure("private-broker ended with \(status): \(log)")
            }
            return access(directory.file("broker/broker.json"), F_OK) == 0
        }
        let json = String(decoding: try contents(of: directory.file("broker/broker.json")), as: UTF8.self)
        func number(_ key: String) throws -> Int32 {
            guard let start = json.firstRange(of: "\"\(key)\": "),
                let number = Int32(json[start.upperBound...].prefix(while: \.isNumber))
            else { throw TestFailure("no \(key) in broker.json") }
            return number
        }
        let description = Description(
            tlsPort: UInt16(try number("tlsPort")),
            plainPort: UInt16(try number("plainPort")),
            brokerPID: try number("brokerPid"),
            distributionPort: UInt16(try number("distributionPort"))
        )
        return (process, description)
    }

    private var process: ChildProcess { self.running.withLock { $0.process } }

    /// Stops it in good order; ``start()`` brings it back on the same ports with its durable data.
    public func stop() async { await self.process.stop() }

    /// Kills it as a power cut would.
    public func kill() async throws {
        let pid = self.running.withLock { $0.description.brokerPID }
        Glibc.kill(pid, SIGKILL)
        try await self.process.wait()
    }

    /// Starts it again after ``stop()`` or ``kill()``.
    public func start() async throws {
        let launched = try await Self.launch(self.arguments, self.directory)
        self.running.withLock { $0 = launched }
    }

    /// Stops and starts it.
    public func restart() async throws {
        await self.stop()
        try await self.start()
    }

    /// Stops its processor time (SIGSTOP): connections stay, nothing answers.
    public func freeze() { _ = Glibc.kill(self.running.withLock { $0.description.brokerPID }, SIGSTOP) }

    /// Ends ``freeze()``.
    public func thaw() { _ = Glibc.kill(self.running.withLock { $0.description.brokerPID }, SIGCONT) }

    // MARK: Where and how to connect

    /// The port of the TLS listener.
    public var tlsPort: UInt16 { self.running.withLock { $0.description.tlsPort } }
    /// The port of the plain listener.
    public var plainPort: UInt16 { self.running.withLock { $0.description.plainPort } }

    /// TLS settings with the right authority and client certificate.
    public var tls: TLSConfiguration {
        TLSConfiguration(
            certificateAuthorityPath: self.authority.certificate,
            certificateChainPath: self.client.certificate,
            privateKeyPath: self.client.key
        )
    }

    /// How to connect as ``certificateUser`` over TLS.
    ///
    /// - Parameters:
    ///   - virtualHost: The virtual host.
    ///   - port: Another port than the broker's own, for instance a proxy's.
    /// - Returns: A configuration to change further.
    public func configuration(virtualHost: String = "hatohol", port: UInt16? = nil) -> ConnectionConfiguration {
        ConnectionConfiguration(
            addresses: [BrokerAddress(host: "localhost", port: port ?? self.tlsPort)],
            virtualHost: virtualHost,
            authentication: .external,
            tls: self.tls,
            clientName: "test"
        )
    }

    /// `amqps://USER:PASSWORD@localhost:PORT/VHOST` of ``user``, percent-encoded.
    public func url(virtualHost: String = "hatohol", port: UInt16? = nil) -> String {
        "amqps://\(Self.user):pass%2Fword%20%2540@localhost:\(port ?? self.tlsPort)/\(virtualHost == "/" ? "%2F" : virtualHost)"
    }

    // MARK: Administration

    /// Evaluates an Erlang expression in the broker, without the final full stop, and returns the result as text.
    @discardableResult
    public func evaluate(_ expression: String) throws -> String {
        let port = self.running.withLock { $0.description.distributionPort }
        var result = ""
        for attempt in 1... {
            do {
                // One at a time: of two that call at once one may be told that its input failed.
                result = try self.evaluating.withLock { _ in
                    try Command.run(
                        "erl_call",
                        ["-r", "-address", "localhost:\(port)", "-timeout", "20", "-e"],
                        environment: ["HOME": self.directory.file("broker")],
                        input: expression + ".\n"
                    )
                }
                break
            } catch let failure as TestFailure where failure.description.contains("failed to connect") && attempt < 10 {
                usleep(100_000)  // the broker is busy, or the random name of another caller is the same
            }
        }
        guard result.hasPrefix("{ok, "), result.hasSuffix("}") else { throw TestFailure("\(expression): \(result)") }
        return String(result.dropFirst(5).dropLast())
    }

    /// Deletes a queue with what is in it.
    public func deleteQueue(_ name: String, virtualHost: String = "hatohol") throws {
        try self.evaluate(
            "\(Self.lookup(name, virtualHost)), rabbit_amqqueue:delete(Q, false, false, <<\"test\">>), ok"
        )
    }

    /// How many messages a queue holds, delivered and unacknowledged ones included.
    public func messageCount(_ name: String, virtualHost: String = "hatohol") throws -> Int {
        let count = try self.evaluate(
            "\(Self.lookup(name, virtualHost)), proplists:get_value(messages, rabbit_amqqueue:info(Q, [messages]))"
        )
        return try Int(count) ?? { throw TestFailure("message count: \(count)") }()
    }

    private static func lookup(_ name: String, _ virtualHost: String) -> String {
        "{ok, Q} = rabbit_amqqueue:lookup(rabbit_misc:r(<<\"\(virtualHost)\">>, queue, <<\"\(name)\">>))"
    }

    /// Makes it stop taking messages, as when memory runs short; never on the shared broker.
    public func setMemoryAlarm(_ isOn: Bool) throws {
        let resource = "{resource_limit, memory, node()}"
        try self.evaluate(isOn ? "rabbit_alarm:set_alarm({\(resource), []})" : "rabbit_alarm:clear_alarm(\(resource))")
    }

    /// Closes all connections from the broker's side; never on the shared broker.
    public func closeConnections() throws {
        try self.evaluate(
            "[rabbit_networking:close_connection(P, \"closed by test\") || P <- rabbit_networking:connections()]"
        )
    }

    /// Creates a virtual host in which both users have every permission.
    public func addVirtualHost(_ name: String) throws {
        try self.evaluate("rabbit_vhost:add(<<\"\(name)\">>, <<\"test\">>), ok")
        for user in [Self.user, Self.certificateUser] { try self.setPermissions(of: user, virtualHost: name) }
    }

    /// Creates a user with a password and without permissions.
    public func addUser(_ name: String, password: String) throws {
        try self.evaluate(
            "rabbit_auth_backend_internal:add_user(<<\"\(name)\">>, <<\"\(password)\">>, <<\"test\">>), ok"
        )
    }

    /// Gives a user permissions on the resources whose names match the regular expressions; the empty one matches none.
    public func setPermissions(
        of user: String,
        virtualHost: String = "hatohol",
        configure: String = ".*",
        write: String = ".*",
        read: String = ".*"
    ) throws {
        let arguments = [user, virtualHost, configure, write, read, "test"].map { "<<\"\($0)\">>" }
        try self.evaluate("rabbit_auth_backend_internal:set_permissions(\(arguments.joined(separator: ", "))), ok")
    }

    /// Gives a user the right to publish to, and to bind to, a topic exchange with routing keys that match.
    public func setTopicPermissions(
        of user: String,
        virtualHost: String = "hatohol",
        exchange: String,
        write: String,
        read: String
    ) throws {
        let arguments = [user, virtualHost, exchange, write, read, "test"].map { "<<\"\($0)\">>" }
        try self.evaluate(
            "rabbit_auth_backend_internal:set_topic_permissions(\(arguments.joined(separator: ", "))), ok"
        )
    }
}
