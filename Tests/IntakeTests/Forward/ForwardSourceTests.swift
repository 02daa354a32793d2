import Intake
import Logging
import Testing

@Suite("A Forward source receives", .timeLimit(.minutes(2)))
struct ForwardSourceTests {
    static func source(
        change: (inout ForwardSource.Configuration) -> Void = { _ in }
    ) -> (@escaping @Sendable (SocketEndpoint) -> Void) -> ForwardSource {
        var configuration = ForwardSource.Configuration(endpoint: SocketEndpoint(.tcp, host: "127.0.0.1"))
        change(&configuration)
        return { [configuration] listening in
            var configuration = configuration
            configuration.listening = listening
            return ForwardSource(configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        }
    }

    @Test("and acknowledges only what the sink has accepted")
    func acknowledgement() async throws {
        let sink = CollectingSink()
        await sink.close()
        try await withRunning(Self.source(), into: sink) { endpoint in
            let client = try SocketClient(port: endpoint.port, .stream)
            let message: MessagePackValue = ["t", [[1, ["a": 1]]], ["chunk": "id"]]
            try await client.send([0xC0] + message.bytes + [0xC0])
            await sink.waitUntilBlocked()
            #expect(client.receiveWithoutWaiting().isEmpty)
            await sink.open()
            #expect(await client.receive() == [0x81, 0xA3] + Array("ack".utf8) + MessagePackValue.string("id").bytes)
        }
        #expect(await sink.bodies == [#"{"a":1}"#])
    }

    @Test("and acknowledges to a sender that has closed its direction")
    func halfClosed() async throws {
        let sink = CollectingSink()
        await sink.close()
        try await withRunning(Self.source(), into: sink) { endpoint in
            let client = try SocketClient(port: endpoint.port, .stream)
            try await client.send((["t", [[1, ["a": 1]]], ["chunk": "id"]] as MessagePackValue).bytes)
            client.finish()
            await sink.waitUntilBlocked()
            await sink.open()
            #expect(await client.receive().starts(with: [0x81, 0xA3]))
            #expect(await client.receive().isEmpty)
        }
    }

    @Test("and acknowledges what it has taken before it stops")
    func stopping() async throws {
        let sink = CollectingSink()
        let message: MessagePackValue = ["t", [[1, ["a": 1]]], ["chunk": "id"]]
        let ack = [0x81, 0xA3] + Array("ack".utf8) + MessagePackValue.string("id").bytes
        let clients = try await withClient { endpoint in
            let client = try SocketClient(port: endpoint.port, .stream)
            try await client.send(message.bytes)
            #expect(await client.receive() == ack)
            await sink.close()
            try await client.send(message.bytes + message.bytes.dropLast())
            await sink.waitUntilBlocked()
            Task { await sink.open() }
            return client
        } into: {
            sink
        }
        #expect(await clients.receive() == ack)
        #expect(await clients.receive().isEmpty)
        #expect(await sink.bodies.count == 2)
    }

    private func withClient(
        _ body: (SocketEndpoint) async throws -> SocketClient,
        into sink: () -> CollectingSink
    ) async throws -> SocketClient {
        var client: SocketClient?
        try await withRunning(Self.source(), into: sink()) { client = try await body($0) }
        return try #require(client)
    }

    @Test("nothing from what is no Forward protocol", arguments: [Array("{\"a\":1}".utf8), [0xC1], [0x93, 1, 2, 3]])
    func otherProtocol(_ bytes: [UInt8]) async throws {
        let sink = CollectingSink()
        try await withRunning(Self.source(), into: sink) { endpoint in
            let client = try SocketClient(port: endpoint.port, .stream)
            try await client.send(bytes)
            #expect(await client.receive().isEmpty)
        }
    }

    @Test("nothing larger than allowed")
    func tooLarge() async throws {
        let sink = CollectingSink()
        try await withRunning(Self.source { $0.largestMessage = 1000 }, into: sink) { endpoint in
            let client = try SocketClient(port: endpoint.port, .stream)
            try await client.send([0x92, 0xA1, 0x74, 0xDB, 0, 1, 0, 0])
            #expect(await client.receive().isEmpty)
        }
    }

    @Test("nothing without a handshake")
    func rudePeer() async throws {
        let sink = CollectingSink()
        try await withRunning(Self.source { $0.security = ForwardSecurity(sharedKey: "secret") }, into: sink) {
            endpoint in
            let client = try SocketClient(port: endpoint.port, .stream)
            #expect(await client.receive().starts(with: [0x92]))
            try await client.send((["t", [[1, ["a": 1]]]] as MessagePackValue).bytes)
            #expect(await client.receive().starts(with: [0x95]))
            #expect(await client.receive().isEmpty)
        }
        #expect(await sink.bodies.isEmpty)
    }

    @Test("and waits no longer than allowed for the handshake")
    func silentPeer() async throws {
        let source = Self.source { configuration in
            configuration.security = ForwardSecurity(sharedKey: "secret")
            configuration.limits.stallSeconds = 1
        }
        try await withRunning(source, into: CollectingSink()) { endpoint in
            let client = try SocketClient(port: endpoint.port, .stream)
            while await !client.receive().isEmpty {}
        }
    }

    @Test("from fluent-logger", .enabled(if: FluentPython.path != nil))
    func fluentLogger() async throws {
        let sink = CollectingSink()
        try await withRunning(Self.source(), into: sink) { endpoint in
            let script = """
                import sys
                from fluent import sender, event, asyncsender
                for nanoseconds in (False, True):
                    logger = sender.FluentSender("app", host="127.0.0.1", port=int(sys.argv[1]), nanosecond_precision=nanoseconds)
                    for number in range(500):
                        assert logger.emit_with_time("follow", 1700000000.25 if nanoseconds else 1700000000, {"message": f"line {number} ä", "n": number, "f": 0.5, "l": [1, None, True]}), logger.last_error
                    logger.close()
                """
            let result = try await run(FluentPython.path ?? "python3", ["-c", script, "\(endpoint.port)"])
            #expect(result.status == 0)
            await sink.wait(for: 1000)
        }
        let bodies = await sink.bodies
        let records = await sink.records
        #expect(bodies.first == #"{"message":"line 0 ä","n":0,"f":0.5,"l":[1,null,true]}"#)
        #expect(records.count == 1000)
        #expect(Set(records.map(\.tag)) == ["app.follow"])
        // The two connections are independent, so their records may come in either order.
        #expect(records.count { $0.time == RecordTime(seconds: 1_700_000_000) } == 500)
        #expect(records.count { $0.time == RecordTime(seconds: 1_700_000_000, nanoseconds: 250_000_000) } == 500)
    }

    /// Speaks the protocol as its specification says, on the `msgpack` package, sharing no code with us.
    static let independentClient = """
        import gzip, hashlib, msgpack, socket, struct, sys
        port, key, user, password = int(sys.argv[1]), sys.argv[2].encode(), sys.argv[3].encode(), sys.argv[4].encode()
        peer = socket.create_connection(("127.0.0.1", port))
        unpacker = msgpack.Unpacker(raw=True)
        def receive():
            for value in unpacker: return value
            while True:
                data = peer.recv(65536)
                if not data: sys.exit("closed")
                unpacker.feed(data)
                for value in unpacker: return value
        def digest(*parts): return hashlib.sha512(b"".join(parts)).hexdigest()
        hello = receive()
        nonce, auth = hello[1][b"nonce"], hello[1][b"auth"]
        passworded = digest(auth, user, password) if auth else ""
        peer.sendall(msgpack.packb(["PING", "client", b"salt", digest(b"salt", b"client", nonce, key), user, passworded]))
        pong = receive()
        if not pong[1]: sys.exit(pong[2].decode())
        assert pong[4].decode() == digest(b"salt", pong[3], nonce, key), "the server does not know the key"
        time = msgpack.ExtType(0, struct.pack(">II", 1700000000, 7))
        entries = b"".join(msgpack.packb([time, {"n": n}]) for n in range(3000))
        for chunk, body, option in (("a\\n", entries, {}), ("b", gzip.compress(entries), {"compressed": "gzip"})):
            peer.sendall(msgpack.packb(["t", body, dict(option, chunk=chunk)]))
            assert receive() == {b"ack": chunk.encode()}
        print("done")
        """

    static let credentials: [(key: String, user: String, password: String, answer: String)] = [
        ("secret", "alice", "pass", "done\n"), ("secret", "alice", "wrong", ""), ("wrong", "alice", "pass", ""),
    ]

    @Test(
        "from an independent client with a handshake",
        .enabled(if: FluentPython.path != nil),
        arguments: Self.credentials
    )
    func handshake(_ key: String, _ user: String, _ password: String, _ answer: String) async throws {
        let sink = CollectingSink()
        let source = Self.source { configuration in
            configuration.security = ForwardSecurity(sharedKey: "secret", users: ["alice": "pass"])
        }
        try await withRunning(source, into: sink) { endpoint in
            let arguments = ["-c", Self.independentClient, "\(endpoint.port)", key, user, password]
            let result = try await run(FluentPython.path ?? "python3", arguments)
            #expect(result.output == answer)
            #expect(result.status == (answer.isEmpty ? 1 : 0))
        }
        let count = await sink.records.count
        #expect(count == (answer.isEmpty ? 0 : 6000))
    }
}
