import Daemon
import Intake
import TestSupport
import Testing

@Suite("A Forward source receives", .timeLimit(.minutes(2)))
struct ForwardSourceTests {
    static func source(
        _ log: CollectingLog = CollectingLog(),
        change: (inout ForwardSource.Configuration) -> Void = { _ in }
    ) -> (@escaping @Sendable (SocketEndpoint) -> Void) -> ForwardSource {
        var configuration = ForwardSource.Configuration(endpoint: SocketEndpoint(.tcp, host: "127.0.0.1"))
        change(&configuration)
        return { [configuration] listening in
            var configuration = configuration
            configuration.listening = listening
            return ForwardSource(configuration, logger: log.logger)
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
        let source = Self.source { configuration in
            configuration.largestMessage = 1000
            configuration.largestChunk = 65_535
        }
        try await withRunning(source, into: sink) { endpoint in
            let client = try SocketClient(port: endpoint.port, .stream)
            try await client.send([0x92, 0xA1, 0x74, 0xDB, 0, 1, 0, 0])
            #expect(await client.receive().isEmpty)
        }
    }

    @Test(
        "a chunk that is too large to be held, piece by piece, and acknowledges it at its end",
        arguments: [false, true]
    )
    func largeChunk(isCompressed: Bool) async throws {
        let sink = CollectingSink()
        let entries = (0..<2_000).flatMap { ([1, ["n": .integer($0)]] as MessagePackValue).bytes }
        let packed = isCompressed ? gzipped(entries) : entries
        let option: MessagePackValue = isCompressed ? ["compressed": "gzip", "chunk": "id"] : ["chunk": "id"]
        let message: MessagePackValue = ["t", .binary(packed), option]
        let small: MessagePackValue = ["t", [[1, ["n": -1]]], ["chunk": "id"]]
        let ack = [0x81, 0xA3] + Array("ack".utf8) + MessagePackValue.string("id").bytes
        try await withRunning(Self.source { $0.largestMessage = 4000 }, into: sink) { endpoint in
            let client = try SocketClient(port: endpoint.port, .stream)
            try await client.send(message.bytes.dropLast())
            await sink.wait(for: 2_000)
            #expect(client.receiveWithoutWaiting().isEmpty)
            try await client.send(message.bytes.suffix(1) + small.bytes)
            var answer: [UInt8] = []
            while answer.count < 2 * ack.count { answer += await client.receive() }
            #expect(answer == ack + ack)
        }
        #expect(await sink.bodies == (0..<2_000).map { #"{"n":\#($0)}"# } + [#"{"n":-1}"#])
    }

    @Test("records that name no host, and says who sent them")
    func sender() async throws {
        let sink = CollectingSink()
        try await withRunning(Self.source(), into: sink) { endpoint in
            let client = try SocketClient(port: endpoint.port, .stream)
            try await client.send((["t", 1, ["a": 1]] as MessagePackValue).bytes)
            await sink.wait(for: 1)
        }
        #expect(await sink.senders == ["127.0.0.1"])
    }

    @Test("nothing without a handshake")
    func rudePeer() async throws {
        let sink = CollectingSink()
        try await withRunning(
            Self.source { $0.admission = ForwardAdmission(ForwardSecurity(sharedKey: "secret")) },
            into: sink
        ) {
            endpoint in
            let client = try SocketClient(port: endpoint.port, .stream)
            #expect(await client.receive().starts(with: [0x92]))
            try await client.send((["t", [[1, ["a": 1]]]] as MessagePackValue).bytes)
            #expect(await client.receive().starts(with: [0x95]))
            #expect(await client.receive().isEmpty)
        }
        #expect(await sink.bodies.isEmpty)
    }

    @Test("and waits no longer than allowed for the handshake, however lively a peer is")
    func slowSignIn() async throws {
        let log = CollectingLog()
        let source = Self.source(log) { configuration in
            configuration.admission = ForwardAdmission(ForwardSecurity(sharedKey: "secret"))
            configuration.limits.peers.patience = 1
        }
        try await withRunning(source, into: CollectingSink()) { endpoint in
            let silent = try SocketClient(port: endpoint.port, .stream)
            let slow = try SocketClient(port: endpoint.port, .stream)
            // The start of a PING whose second field has 32 KiB.
            await slow.drip([0x96, 0xA4] + Array("PING".utf8) + [0xDA, 0x80, 0x00])
            while await !silent.receive().isEmpty {}
        }
        #expect(log.lines.map { $0.contains("it took too long to sign in") } == [true])
    }

    @Test("from others while an address has many that do not sign in, and goes on with those who have")
    func signInsUnderWay() async throws {
        let sink = CollectingSink()
        let source = Self.source { configuration in
            configuration.admission = ForwardAdmission(ForwardSecurity(sharedKey: "secret"))
            configuration.limits.peers.newcomers = 8
            configuration.limits.peers.patience = 600
        }
        try await withRunning(source, into: sink) { endpoint in
            // One after the other: those that come at the same moment may be admitted in any order.
            var strangers: [SocketClient] = []
            for _ in 0..<8 {
                strangers.append(try SocketClient(port: endpoint.port, .stream))
                #expect(await strangers.last?.receive().starts(with: [0x92]) == true)
            }
            // One byte is no sign-in.
            for stranger in strangers { try await stranger.send([0x96]) }
            let ninth = try SocketClient(port: endpoint.port, .stream)
            let other = try SocketClient(port: endpoint.port, .stream, from: "127.0.0.2")
            #expect(await other.receive().starts(with: [0x92]))
            #expect(await strangers[0].receive().isEmpty, "the oldest gives way to it")
            #expect(await ninth.receive().starts(with: [0x92]))
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
        if not pong[1]:
            print("refused: " + pong[2].decode() + ("" if peer.recv(1) else ", closed"))
            sys.exit()
        assert pong[4].decode() == digest(b"salt", pong[3], nonce, key), "the server does not know the key"
        time = msgpack.ExtType(0, struct.pack(">II", 1700000000, 7))
        entries = b"".join(msgpack.packb([time, {"n": n}]) for n in range(3000))
        for chunk, body, option in (("a\\n", entries, {}), ("b", gzip.compress(entries), {"compressed": "gzip"})):
            peer.sendall(msgpack.packb(["t", body, dict(option, chunk=chunk)]))
            assert receive() == {b"ack": chunk.encode()}
        print("done")
        """

    static let credentials: [(key: String, user: String, password: String, reason: String?)] = [
        ("secret", "hana", "pass", nil), ("secret", "hana", "wrong", "username/password mismatch"),
        ("secret", "nobody", "pass", "username/password mismatch"), ("wrong", "hana", "pass", "shared_key mismatch"),
    ]

    @Test(
        "from an independent client with a handshake, and tells the log whom it refuses and why",
        .enabled(if: FluentPython.path != nil),
        arguments: Self.credentials
    )
    func handshake(_ key: String, _ user: String, _ password: String, _ reason: String?) async throws {
        let sink = CollectingSink()
        let log = CollectingLog()
        let source = Self.source(log) { configuration in
            configuration.admission = ForwardAdmission(ForwardSecurity(sharedKey: "secret", users: ["hana": "pass"]))
        }
        try await withRunning(source, into: sink) { endpoint in
            let arguments = ["-c", Self.independentClient, "\(endpoint.port)", key, user, password]
            let result = try await run(FluentPython.path ?? "python3", arguments)
            #expect(result.output == (reason.map { "refused: \($0), closed\n" } ?? "done\n"))
        }
        #expect(await sink.records.count == (reason == nil ? 6000 : 0))
        #expect(
            log.lines
                == (reason.map { ["refused a peer peer=127.0.0.1 reason=\($0) source=forward tcp://127.0.0.1:0"] } ?? [])
        )
    }

    @Test("from peers that know what has been changed while it runs", .enabled(if: FluentPython.path != nil))
    func changedAdmission() async throws {
        let sink = CollectingSink()
        let admission = ForwardAdmission(ForwardSecurity(sharedKey: "old", users: ["hana": "old"]))
        try await withRunning(Self.source { $0.admission = admission }, into: sink) { endpoint in
            admission.replace(by: ForwardSecurity(sharedKey: "new", users: ["hana": "new"]))
            let arguments = ["-c", Self.independentClient, "\(endpoint.port)", "new", "hana", "new"]
            let result = try await run(FluentPython.path ?? "python3", arguments)
            #expect(result.output == "done\n")
        }
    }

    @Test("and lets a refused peer wait for its answer")
    func slowRefusal() async throws {
        let source = Self.source { configuration in
            configuration.admission = ForwardAdmission(ForwardSecurity(sharedKey: "secret"))
            configuration.refusalDelay = .milliseconds(200)
        }
        try await withRunning(source, into: CollectingSink()) { endpoint in
            let client = try SocketClient(port: endpoint.port, .stream)
            #expect(await client.receive().starts(with: [0x92]))
            let start = ContinuousClock.now
            try await client.send([0xC0])
            #expect(await client.receive().starts(with: [0x95]))
            #expect(ContinuousClock.now - start >= .milliseconds(200))
        }
    }
}
