import Daemon
import Glibc
import Intake
import Logging
import TestSupport
import Testing

@Suite("A syslog source receives", .timeLimit(.minutes(2)))
struct SyslogSourceTests {
    static func source(
        _ transport: SocketEndpoint.Transport,
        _ host: String = "127.0.0.1",
        log: CollectingLog = CollectingLog(),
        change: (inout SyslogSource.Configuration) -> Void = { _ in }
    ) -> (@escaping @Sendable (SocketEndpoint) -> Void) -> SyslogSource {
        var configuration = SyslogSource.Configuration(endpoint: SocketEndpoint(transport, host: host))
        change(&configuration)
        return { [configuration] listening in
            var configuration = configuration
            configuration.listening = listening
            return SyslogSource(configuration, logger: log.logger)
        }
    }

    @Test("by TCP, in either framing, with every field in the record")
    func tcp() async throws {
        let sink = CollectingSink()
        try await withRunning(Self.source(.tcp), into: sink) { endpoint in
            let client = try SocketClient(port: endpoint.port, .stream)
            let first = #"<165>1 2003-10-11T22:14:15.003Z h app 42 ID47 [a@1 k="v\"" k="w"][b x="y"] one "two""#
            try await client.send("\(first.utf8.count) \(first)<13>plain\n")
            await sink.wait(for: 2)
        }
        let bodies = await sink.bodies
        #expect(
            bodies == [
                #"{"message":"one \"two\"","host":"h","severity":"INFO","status":"OK","type":"NOTIFICATION","#
                    + #""facility":"local4","level":"notice","app":"app","pid":"42","msgid":"ID47","#
                    + #""data":{"a@1":{"k":["v\"","w"]},"b":{"x":"y"}},"peer":"127.0.0.1"}"#,
                #"{"message":"plain","host":"127.0.0.1","severity":"INFO","status":"OK","type":"NOTIFICATION","#
                    + #""facility":"user","level":"notice","peer":"127.0.0.1"}"#,
            ]
        )
        let records = await sink.records
        #expect(records.map(\.tag) == ["syslog.local4.notice", "syslog.user.notice"])
        #expect(records.map(\.time) == [RecordTime(seconds: 1_065_910_455, nanoseconds: 3_000_000), nil])
    }

    @Test("by UDP, one message a datagram")
    func udp() async throws {
        let sink = CollectingSink()
        try await withRunning(Self.source(.udp), into: sink) { endpoint in
            let client = try SocketClient(port: endpoint.port, .datagram)
            for number in 0..<100 {
                try await client.send("<11>Nov 20 01:02:03 h a: \(number)\n")
                try await client.send("")
                await sink.wait(for: number + 1)
            }
        }
        let bodies = await sink.bodies
        #expect(bodies.count == 100)
        #expect(
            bodies.last?.hasPrefix(#"{"message":"99","host":"h","severity":"ERROR","status":"NG","type":"BAD""#) == true
        )
    }

    @Test(
        "by Unix sockets, from senders without a name",
        arguments: [SocketEndpoint.Transport.unixDatagram, .unixStream]
    )
    func unix(_ transport: SocketEndpoint.Transport) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/log"
            for _ in 0..<2 {
                let sink = CollectingSink()
                try await withRunning(Self.source(transport, path), into: sink) { _ in
                    let client = try SocketClient(path: path, transport == .unixStream ? .stream : .datagram)
                    try await client.send("<30>Nov 20 01:02:03 app[7]: hello\0")
                    await sink.wait(for: 1)
                }
                let body = try #require(await sink.bodies.first)
                #expect(body.contains(#""app":"app","pid":"7""#))
                #expect(access(path, F_OK) != 0, "the socket's file is removed")
            }
        }
    }

    @Test(
        "what logger(1) sends",
        .enabled(if: access("/usr/bin/logger", X_OK) == 0),
        arguments: [
            ["-T", "--octet-count", "--rfc5424"], ["-T", "--rfc5424"], ["-T", "--rfc3164"], ["-d", "--rfc5424"],
        ]
    )
    func logger(_ options: [String]) async throws {
        let sink = CollectingSink()
        let transport: SocketEndpoint.Transport = options.contains("-d") ? .udp : .tcp
        try await withRunning(Self.source(transport), into: sink) { endpoint in
            let target = ["-n", "127.0.0.1", "-P", "\(endpoint.port)", "-p", "auth.crit", "-t", "probe", "--id=99"]
            let result = try await run("logger", options + target + ["straße"])
            #expect(result.status == 0)
            await sink.wait(for: 1)
        }
        let body = try #require(await sink.bodies.first)
        #expect(body.hasPrefix(#"{"message":"straße","host":""#))
        #expect(body.contains(#""severity":"CRITICAL","status":"NG","type":"BAD","facility":"auth","level":"crit","#))
        #expect(body.contains(#""app":"probe","pid":"99""#))
    }

    @Test("and counts the datagrams that the system drops while the sink is busy")
    func droppedDatagrams() async throws {
        let sink = CollectingSink()
        await sink.close()
        let (endpoints, continuation) = AsyncStream.makeStream(of: SocketEndpoint.self)
        let source = Self.source(.udp)({ continuation.yield($0) })
        let running = Task { try await source.run(into: sink) }
        let endpoint = try #require(await endpoints.first { _ in true })
        let client = try SocketClient(port: endpoint.port, .datagram)
        try await client.send("<13>first")
        await sink.waitUntilBlocked()
        let filler = Array("<13>".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: 1000)
        let count = 20_000
        for _ in 0..<count { _ = client.sendWithoutWaiting(filler) }
        await sink.open()
        await sink.wait(for: 2)
        running.cancel()
        try await running.value
        let statistics = source.statistics
        #expect(statistics.droppedDatagrams > 0)
        #expect(statistics.messages + statistics.droppedDatagrams <= UInt64(count) + 1)
        #expect(source.counts[.droppedDatagrams] == statistics.droppedDatagrams)
        #expect(source.counts.records == statistics.messages)
        #expect(await sink.records.count == Int(statistics.messages))
    }

    @Test("the beginning of a message that is too long", arguments: [SocketEndpoint.Transport.tcp, .udp])
    func tooLong(_ transport: SocketEndpoint.Transport) async throws {
        let sink = CollectingSink()
        try await withRunning(Self.source(transport, change: { $0.longestMessage = 10 }), into: sink) { endpoint in
            let client = try SocketClient(port: endpoint.port, transport == .tcp ? .stream : .datagram)
            try await client.send("<13>0123456789\n")
            try await client.send("<13>short\n")
            await sink.wait(for: 2)
        }
        #expect(await sink.records.map(\.isTruncated) == [true, false])
        #expect(
            await sink.bodies.map { $0.prefix(25) }
                == [#"{"message":"012345","host"#, #"{"message":"short","host":"#].map { $0.prefix(25) }
        )
    }

    @Test("no more while the sink is busy, so that the sender waits, and loses nothing")
    func backPressure() async throws {
        let sink = CollectingSink()
        await sink.close()
        let line = Array("<13>Nov 20 01:02:03 h a: 0123456789012345678901234567890123456789\n".utf8)
        let block = Array(repeatElement(line, count: 1000).joined())
        try await withRunning(Self.source(.tcp), into: sink) { endpoint in
            let client = try SocketClient(port: endpoint.port, .stream)
            try await client.send(block)
            await sink.waitUntilBlocked()
            // Fill the socket buffers of both sides; they are finite because nobody reads.
            var sent = block.count
            var quiet = 0
            while quiet < 100 {
                let count = client.sendWithoutWaiting(
                    Array((block + block).dropFirst(sent % block.count).prefix(block.count))
                )
                sent += count
                quiet = count == 0 ? quiet + 1 : 0
                if count == 0 { try await Task.sleep(for: .milliseconds(2)) }
                #expect(sent < 64 << 20, "somebody reads without limit")
                if sent >= 64 << 20 { break }
            }
            await sink.open()
            let rest = block.count - sent % block.count
            try await client.send(Array(block.suffix(rest)))
            await sink.wait(for: (sent + rest) / line.count)
            let count = await sink.records.count
            #expect(count == (sent + rest) / line.count)
        }
    }

    @Test("all that it read before it was stopped, a broken off line included")
    func stopping() async throws {
        let sink = CollectingSink()
        try await withRunning(Self.source(.tcp), into: sink) { endpoint in
            let client = try SocketClient(port: endpoint.port, .stream)
            try await client.send("<13>one\n")
            await sink.wait(for: 1)
            await sink.close()
            try await client.send("<13>two\n<13>thr")
            await sink.waitUntilBlocked()
            Task { await sink.open() }
        }
        let bodies = await sink.bodies
        #expect(bodies.count == 3)
        #expect(bodies.last?.contains(#""message":"thr""#) == true)
    }

    @Test("until the sink fails, and says so")
    func failingSink() async throws {
        let sink = CollectingSink()
        await sink.refuse()
        await #expect(throws: CollectingSink.Refusal.self) {
            try await withRunning(Self.source(.tcp), into: sink) { endpoint in
                let client = try SocketClient(port: endpoint.port, .stream)
                try await client.send("<13>one\n")
                #expect(await client.receive().isEmpty)
            }
        }
    }

    @Test("nothing after a wrong count: the connection is closed")
    func wrongCount() async throws {
        let sink = CollectingSink()
        try await withRunning(Self.source(.tcp), into: sink) { endpoint in
            let client = try SocketClient(port: endpoint.port, .stream)
            try await client.send("<13>good\n99999999999 <13>bad")
            #expect(await client.receive().isEmpty)
            await sink.wait(for: 1)
        }
    }

    @Test("from no more connections than allowed")
    func connectionLimit() async throws {
        let sink = CollectingSink()
        try await withRunning(Self.source(.tcp, change: { $0.limits.connections = 1 }), into: sink) { endpoint in
            let first = try SocketClient(port: endpoint.port, .stream)
            try await first.send("<13>one\n")
            await sink.wait(for: 1)
            let second = try SocketClient(port: endpoint.port, .stream)
            #expect(await second.receive().isEmpty)
            try await first.send("<13>two\n")
            await sink.wait(for: 2)
        }
    }

    @Test("from a new connection instead of one that has said nothing, and says that it had to choose")
    func silentConnections() async throws {
        let sink = CollectingSink()
        let log = CollectingLog()
        try await withRunning(Self.source(.tcp, log: log, change: { $0.limits.connections = 2 }), into: sink) {
            endpoint in
            let silent = try SocketClient(port: endpoint.port, .stream)
            let speaker = try SocketClient(port: endpoint.port, .stream)
            try await speaker.send("<13>one\n")
            // Connections that come at the same moment may be admitted in either order, so the newcomer comes later.
            await sink.wait(for: 1)
            let newcomer = try SocketClient(port: endpoint.port, .stream)
            #expect(await silent.receive().isEmpty)
            try await newcomer.send("<13>two\n")
            try await speaker.send("<13>three\n")
            await sink.wait(for: 3)
        }
        #expect(log.lines.count == 1)
        #expect(log.lines.first?.hasPrefix("closed a connection that had said nothing") == true)
    }

    @Test("from others while an address has many that say nothing, and goes on with those that have spoken")
    func crowdOfOneAddress() async throws {
        let sink = CollectingSink()
        let log = CollectingLog()
        try await withRunning(Self.source(.tcp, log: log, change: { $0.limits.peers.newcomers = 8 }), into: sink) {
            endpoint in
            let speaker = try SocketClient(port: endpoint.port, .stream)
            try await speaker.send("<13>one\n")
            await sink.wait(for: 1)
            let strangers = try (0..<20).map { _ in try SocketClient(port: endpoint.port, .stream) }
            let other = try SocketClient(port: endpoint.port, .stream, from: "127.0.0.2")
            try await other.send("<13>two\n")
            try await speaker.send("<13>three\n")
            await sink.wait(for: 3)
            let last = try SocketClient(port: endpoint.port, .stream)
            try await last.send("<13>four\n")
            await sink.wait(for: 4)
            #expect(await strangers[0].receive().isEmpty, "the oldest has given way")
            try await speaker.send("<13>five\n")
            await sink.wait(for: 5)
        }
        #expect(log.lines.first?.hasPrefix("closed a connection that had said nothing") == true)
    }

    @Test("from a thousand of one address, all of which go on")
    func thousandOfOneAddress() async throws {
        DescriptorLimit.raise()
        try #require(DescriptorLimit.current > 5000, "this test needs descriptors for both ends")
        let sink = CollectingSink()
        try await withRunning(Self.source(.tcp), into: sink) { endpoint in
            var senders: [SocketClient] = []
            for _ in 0..<1000 {
                senders.append(try SocketClient(port: endpoint.port, .stream))
                try await senders.last?.send("<13>x\n")
            }
            await sink.wait(for: 1000)
            for sender in senders { try await sender.send("<13>x\n") }
            await sink.wait(for: 2000)
        }
    }

    @Test("from a proxy without such a limit")
    func proxy() async throws {
        let sink = CollectingSink()
        let change = { (configuration: inout SyslogSource.Configuration) in
            configuration.limits.peers.newcomers = 8
            configuration.limits.peers.proxies = ["127.0.0.1"]
        }
        try await withRunning(Self.source(.tcp, change: change), into: sink) { endpoint in
            let first = try SocketClient(port: endpoint.port, .stream)
            let others = try (0..<50).map { _ in try SocketClient(port: endpoint.port, .stream) }
            for (number, other) in others.enumerated() {
                try await other.send("<13>x\n")
                await sink.wait(for: number + 1)
            }
            try await first.send("<13>the first is still there\n")
            await sink.wait(for: 51)
        }
    }

    @Test("from no peer that never says anything")
    func silentPeer() async throws {
        let change = { (configuration: inout SyslogSource.Configuration) in configuration.limits.firstByteSeconds = 1 }
        try await withRunning(Self.source(.tcp, change: change), into: CollectingSink()) { endpoint in
            let silent = try SocketClient(port: endpoint.port, .stream)
            #expect(await silent.receive().isEmpty)
        }
    }

    @Test("and closes a stream that goes on behind a wrong count")
    func countOfCharacters() async throws {
        let sink = CollectingSink()
        let log = CollectingLog()
        try await withRunning(Self.source(.tcp, log: log), into: sink) { endpoint in
            let client = try SocketClient(port: endpoint.port, .stream)
            // The sender counts characters, and the second message has two of two bytes each.
            try await client.send("7 <13>one9 <13>G\u{F6}\u{DF}en9 <13>three9 <13>four!")
            #expect(await client.receive().isEmpty)
            await sink.wait(for: 2)
        }
        #expect(log.lines.map { $0.hasPrefix("closed a connection: a message began without its length") } == [true])
    }

    @Test("from no peer that stops in the middle of a message, but from silent ones")
    func stalledPeer() async throws {
        let sink = CollectingSink()
        try await withRunning(Self.source(.tcp, change: { $0.limits.stallSeconds = 1 }), into: sink) { endpoint in
            let silent = try SocketClient(port: endpoint.port, .stream)
            let stalled = try SocketClient(port: endpoint.port, .stream)
            try await stalled.send("100 <13>")
            #expect(await stalled.receive().isEmpty)
            try await silent.send("<13>still here\n")
            await sink.wait(for: 2)
        }
    }

    @Test("or says why it cannot")
    func cannotListen() async throws {
        let sink = CollectingSink()
        try await withRunning(Self.source(.tcp), into: sink) { endpoint in
            let second = SyslogSource(
                .init(endpoint: endpoint),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            await #expect(throws: IntakeError(.cannotListen, stage: "", reason: "")) {
                try await second.run(into: sink)
            }
        }
    }
}
