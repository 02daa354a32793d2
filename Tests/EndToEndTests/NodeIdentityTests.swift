import AMQP
import Glibc
import Logging
import TestSupport
import Testing

/// With the rights that the documents grant, a node speaks for itself and for nobody else.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct NodeIdentityTests {
    private static let password = "a password"

    /// Two nodes whose users have the documented rights, and a server that consumes the queues of both.
    private struct Fleet {
        let broker: PrivateBroker
        let directory: TemporaryDirectory
        let names = [uniqueName("web1"), uniqueName("web2")]
        let serverUser = uniqueName("server")
        let server: ChildProcess

        init() async throws {
            let broker = try await PrivateBroker.shared
            let directory = try TemporaryDirectory()
            for user in self.names + [self.serverUser] {
                try broker.addUser(user, password: NodeIdentityTests.password)
            }
            try broker.setPermissions(of: self.serverUser)
            for name in self.names {
                try broker.setPermissions(of: name, configure: "^$", write: "^hatohol$", read: "^\(name)-T$")
                try broker.setTopicPermissions(of: name, exchange: "hatohol", write: "^\(name)\\\\.S$", read: "^$")
                let url = "amqps://\(self.serverUser):a%20password@localhost:\(broker.tlsPort)/hatohol"
                let added = try await Outcome.of(
                    Programs.server,
                    ["--data-dir", directory.file("data"), "server", "add", "--nickname", name, "--queue", name]
                        + ["--broker-url", url, "--tls-ca", broker.authority.certificate]
                        + ["--tls-cert", broker.client.certificate, "--tls-key", broker.client.key]
                )
                guard added.status == 0 else { throw TestFailure("server add: \(added.errors)") }
            }
            self.server = try ChildProcess(
                Programs.server,
                ["--data-dir", directory.file("data"), "serve", "--no-console"],
                output: directory.file("server.log")
            )
            (self.broker, self.directory) = (broker, directory)
        }

        /// The agent of a node, until the end of its lines.
        func deliver(_ lines: [String], as name: String) async throws {
            let input = try self.directory.write(lines.map { $0 + "\n" }.joined(), to: uniqueName("lines"))
            let secret = try self.directory.write(NodeIdentityTests.password + "\n", to: uniqueName("password"))
            let agent = try ChildProcess(
                Programs.agent,
                ["--amqp-broker", "localhost:\(self.broker.tlsPort)", "--amqp-vhost", "hatohol", "--amqp-queue", name]
                    + ["--amqp-user", name, "--amqp-password-file", secret]
                    + ["--amqp-ssl-ca", self.broker.authority.certificate]
                    + ["--amqp-ssl-cert", self.broker.client.certificate, "--amqp-ssl-key", self.broker.client.key]
                    + ["--state-dir", self.directory.file("state-\(name)"), "--stdin"],
                input: input,
                output: self.directory.file("agent-\(name).log")
            )
            #expect(try await agent.wait() == 0)
        }

        /// A connection of a node's user, as whoever has taken the node over can make it.
        func connect(as name: String) async throws -> Connection {
            var configuration = self.broker.configuration()
            configuration.authentication = .plain(user: name, password: NodeIdentityTests.password)
            let connection = Connection(
                configuration: configuration,
                address: configuration.addresses[0],
                logger: Logger(label: "intruder") { _ in SwiftLogNoOpLogHandler() }
            )
            try await connection.open()
            return connection
        }

        /// Tries to purge and to delete queues with a client that is not ours; what the broker says to each.
        func administer(_ queues: [String], as name: String) async throws -> [String] {
            let script = """
                import ssl, sys, pika
                port, ca, certificate, key, user, password, *queues = sys.argv[1:]
                context = ssl.create_default_context(cafile=ca)
                context.load_cert_chain(certificate, key)
                parameters = pika.ConnectionParameters(
                    "localhost", int(port), "hatohol", pika.PlainCredentials(user, password),
                    ssl_options=pika.SSLOptions(context, "localhost"),
                )
                for queue in queues:
                    for attempt in ("queue_purge", "queue_delete"):
                        with pika.BlockingConnection(parameters) as connection:
                            try:
                                getattr(connection.channel(), attempt)(queue)
                                print("done")
                            except pika.exceptions.ChannelClosedByBroker as error:
                                print(error.reply_code)
                """
            let interpreter = getenv("HATOHOL_TEST_PYTHON").map { String(cString: $0) } ?? "python3"
            let outcome = try await Outcome.of(
                interpreter,
                [try self.directory.write(script, to: "administer.py"), "\(self.broker.tlsPort)"]
                    + [self.broker.authority.certificate, self.broker.client.certificate, self.broker.client.key]
                    + [name, NodeIdentityTests.password] + queues
            )
            guard outcome.status == 0 else { throw TestFailure(outcome.errors) }
            return outcome.output.split(separator: "\n").map(String.init)
        }

        func command(_ arguments: [String]) async throws -> Outcome {
            try await Outcome.of(Programs.server, ["--data-dir", self.directory.file("data")] + arguments)
        }

        func stored() async throws -> String {
            try await self.command(["events", "export", "--format", "jsonl"]).output
        }
    }

    /// How the broker refuses a message: by ending the channel.
    private static func refusal(of route: Route, by connection: Connection) async throws -> String {
        let channel = try await connection.openChannel(confirms: true)
        let message = #"{"jsonrpc":"2.0","method":"putEvents","params":{"events":[]},"id":1}"#
        do {
            _ = try await channel.publish(Array(message.utf8), by: route, messageID: "forged")
            for try await event in channel.events {
                if case .confirmed = event { return "taken" }
            }
            return "ended"
        } catch let error as AMQPError {
            return "\(error.replyCode ?? 0)"
        }
    }

    @Test
    func `a node writes to its own queue only, in its own name only, and reads no other`() async throws {
        let fleet = try await Fleet()
        let (web1, web2) = (fleet.names[0], fleet.names[1])
        try await fleet.deliver(["the first line of web2"], as: web2)
        let connection = try await fleet.connect(as: web1)
        let routes: [(String, Route, String)] = [
            ("another's queue to the server", Route(exchange: "hatohol", routingKey: "\(web2).S", userID: web1), "403"),
            ("another's queue to the arm", Route(exchange: "hatohol", routingKey: "\(web2).T", userID: web1), "403"),
            ("its own queue to the arm", Route(exchange: "hatohol", routingKey: "\(web1).T", userID: web1), "403"),
            ("by the queue's name", Route(exchange: "", routingKey: "\(web2)-S", userID: web1), "403"),
            ("in another's name", Route(exchange: "hatohol", routingKey: "\(web1).S", userID: web2), "406"),
            ("its own", Route(exchange: "hatohol", routingKey: "\(web1).S", userID: web1), "taken"),
        ]
        for (what, route, answer) in routes {
            #expect(try await Self.refusal(of: route, by: connection) == answer, "\(what)")
        }
        for queue in ["\(web2)-S", "\(web2)-T", "\(web1)-S"] {
            let channel = try await connection.openChannel(confirms: false)
            let error = await #expect(throws: AMQPError.self, "\(queue)") {
                try await channel.consume(queue, prefetch: 1)
            }
            #expect(error?.replyCode == 403, "\(queue)")
        }
        let error = await #expect(throws: AMQPError.self) {
            try await connection.bind([("\(web1)-T", "\(web2).S")], to: "hatohol")
        }
        #expect(error?.replyCode == 403)
        await connection.close()
        let attempts = try await fleet.administer(["\(web2)-S", "\(web2)-T", "\(web1)-S"], as: web1)
        #expect(attempts == Array(repeating: "403", count: 6))

        try await fleet.deliver(["the second line of web2"], as: web2)
        let stored = try await fleet.stored()
        for line in ["the first line of web2", "the second line of web2"] { #expect(stored.contains(line)) }
        await fleet.server.stop()
    }

    @Test
    func `what another one puts into a node's queue is neither stored nor answered, and is said`() async throws {
        let fleet = try await Fleet()
        let (web1, web2) = (fleet.names[0], fleet.names[1])
        try await fleet.deliver(["the first line of web2"], as: web2)
        let id = try #require(try await fleet.stored().firstMatch(of: #/"eventId":"([^"]+)-0*1"/#)?.1)
        // As on a broker that still grants what the documents granted once.
        try fleet.broker.setPermissions(
            of: web1,
            configure: "^$",
            write: "^(hatohol|amq\\\\.default)$",
            read: "^\(web1)-T$"
        )
        let connection = try await fleet.connect(as: web1)
        let channel = try await connection.openChannel(confirms: true)
        for userID in [nil, web1] {
            let event =
                #"{"eventId":"\#(id)-000000000000000002","time":"20261201000000","type":"BAD","brief":"forged","hostId":"web2"}"#
            let message = #"{"jsonrpc":"2.0","method":"putEvents","params":{"events":[\#(event)]},"id":7}"#
            let route = Route(exchange: "", routingKey: "\(web2)-S", userID: userID)
            _ = try await channel.publish(Array(message.utf8), by: route, messageID: "forged")
        }
        await connection.close()
        try await eventually("the server says so") {
            try await fleet.command(["triggers", "--json"]).output.contains("_SELF_/sender")
        }
        try await fleet.deliver(["the second line of web2"], as: web2)
        let stored = try await fleet.stored()
        #expect(!stored.contains("\"brief\":\"forged\""))
        #expect(stored.contains("the second line of web2"))
        await fleet.server.stop()
    }

    @Test
    func `an agent takes no answer that does not say who sent it`() async throws {
        let fleet = try await Fleet()
        let web2 = fleet.names[1]
        try await fleet.deliver(["the first line of web2"], as: web2)
        await fleet.server.stop()
        // Whoever could write to the queue to the arm would answer SUCCESS to what nobody has stored.
        let forger = try await fleet.connect(as: fleet.serverUser)
        let channel = try await forger.openChannel(confirms: true)
        try await channel.consume("\(web2)-S", prefetch: 10)
        let answering = Task {
            for try await event in channel.events {
                guard case .delivery(let delivery) = event else { continue }
                let text = String(decoding: delivery.body, as: UTF8.self)
                let id = text.firstMatch(of: #/"id":(\d+)/#).map { String($0.1) } ?? "0"
                let answer = #"{"jsonrpc":"2.0","result":{"name":"forged","procedures":[]},"id":\#(id)}"#
                _ = try await channel.publish(Array(answer.utf8), to: "\(web2)-T", messageID: "forged")
                try await channel.acknowledge(delivery.tag, multiple: false)
            }
        }
        async let delivered: Void = fleet.deliver(["a line that nobody may claim"], as: web2)
        let log = fleet.directory.file("agent-\(web2).log")
        try await eventually("the agent says so") {
            String(decoding: try contents(of: log), as: UTF8.self).contains("does not say who sent it")
        }
        await forger.close()
        _ = try? await answering.value
        let server = try ChildProcess(
            Programs.server,
            ["--data-dir", fleet.directory.file("data"), "serve", "--no-console"],
            output: fleet.directory.file("server-again.log")
        )
        try await delivered
        #expect(try await fleet.stored().contains("a line that nobody may claim"))
        await server.stop()
    }
}
