import Daemon
import Glibc
import Logging
import Rules
import Spool
import TestSupport
import Testing

@testable import ArmPlugin
@testable import FluentdArm
@testable import Intake

@Suite struct LoggingTests {
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    private func logger(_ settings: LogSettings) throws -> (Logger, LogOutput) {
        let output = try LogOutput(settings)
        return (Logger(label: "test") { _ in LineLogHandler(settings, output: output, environment: [:]) }, output)
    }

    private func lines(_ path: String) throws -> [String] {
        String(decoding: try contents(of: path), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func textIsOneLineWithItsMetadata() throws {
        var settings = LogSettings()
        settings.path = self.directory.file("log")
        let (logger, _) = try self.logger(settings)
        logger.warning("two\nlines", metadata: ["reason": "a \"b\"", "count": "2"])
        logger.debug("not shown")
        let lines = try self.lines(self.directory.file("log"))
        #expect(lines.count == 1)
        #expect(lines[0].hasSuffix(" warning two lines count=2 reason=\"a \\\"b\\\"\""))
        let time = try Regex(#"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z "#)
        #expect(try time.prefixMatch(in: lines[0]) != nil)
    }

    @Test func jsonIsOneObject() throws {
        var settings = LogSettings()
        settings.path = self.directory.file("log")
        settings.format = .json
        let (logger, _) = try self.logger(settings)
        logger.error("broken \"thing\"", metadata: ["file": "a\nb"])
        let line = try #require(try self.lines(self.directory.file("log")).first)
        #expect(line.hasSuffix(#""level":"error","message":"broken \"thing\"","metadata":{"file":"a\nb"}}"#))
    }

    @Test func levelChangesWhileRunning() throws {
        var settings = LogSettings()
        settings.path = self.directory.file("log")
        let (logger, output) = try self.logger(settings)
        logger.debug("before")
        output.level = .debug
        logger.debug("after")
        #expect(try self.lines(self.directory.file("log")).count == 1)
    }

    @Test func followsARotatedFile() throws {
        var settings = LogSettings()
        settings.path = self.directory.file("log")
        let (logger, _) = try self.logger(settings)
        logger.info("one")
        rename(self.directory.file("log"), self.directory.file("log.1"))
        logger.info("two")
        #expect(try self.lines(self.directory.file("log.1")).count == 1)
        #expect(try self.lines(self.directory.file("log")).count == 1)
    }
}

private enum Machine {
    /// There is no IPv6.
    static var hasNoIPv6: Bool { access("/proc/net/if_inet6", F_OK) != 0 }
}

@Suite struct StatusTests {
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    private func status() throws -> AgentStatus {
        let spool = try Spool.inMemory(limit: 1 << 20, logger: Logger(label: "test"))
        return AgentStatus(
            arm: ArmStatus(
                broker: "localhost:5671",
                isEstablished: true,
                server: "hatohol",
                window: 3,
                counters: DeliveryCounters(),
                spool: spool.status,
                spoolID: "S",
                nextSequence: 7,
                problem: "the spool is full"
            ),
            lags: [FileTail.Lag(path: "/var/log/\"x\"", bytes: 12, seconds: 3.5, holeBytes: 6)],
            listeners: [
                ListenerCounts(
                    source: "syslog udp://127.0.0.1:514",
                    records: 5,
                    troubles: [.droppedDatagrams: 4, .cutRecords: 1]
                )
            ],
            rules: try self.counts()
        )
    }

    /// Three records of a rule that samples one in two, and then drops.
    private func counts() throws -> [RuleCounts] {
        let rules = try RuleSet(reading: "rule noise\n  when message = \"x\"\n  sample 1 in 2\n  drop\n")
        var engine = RuleEngine(rules)
        for _ in 0..<3 { _ = engine.apply(to: "x".utf8.span, isJSON: false, tag: "", now: 0) }
        return engine.counts
    }

    @Test func socketShowsTheState() async throws {
        let json = try self.status().json
        let path = self.directory.file(StatusService.socketName)
        let listener = try Listener(path: path) { _ in json }
        defer { listener.stop() }
        var info = stat()
        #expect(stat(path, &info) == 0 && info.st_mode & 0o077 == 0)
        let request = StatusRequest(stateDirectory: self.directory.path)
        #expect(await blocking { request.run(asJSON: false) })
        #expect(StatusRequest.table(json).contains("nextSequence: 7\n"))
        let table = StatusRequest.table(json)
        #expect(table.contains(#"file: path="/var/log/\"x\"" bytesBehind=12 secondsBehind=3 holeBytes=6"#))
        #expect(table.contains(#"rule: rule="noise" dropped=2 sampledAway=1 aboveLimit=0"#))
        #expect(
            table.contains(#"listener: source="syslog udp://127.0.0.1:514" records=5 droppedDatagrams=4 cutRecords=1"#)
        )
        #expect(StatusRequest.table(json).contains("problem: \"the spool is full\"\n"))
    }

    @Test func nobodyThereIsSaid() {
        #expect(!StatusRequest(stateDirectory: self.directory.path).run(asJSON: true))
    }

    @Test func metricsAreThoseOfPrometheus() throws {
        let text = String(decoding: try self.status().metrics, as: UTF8.self)
        #expect(
            text.contains("# TYPE hap2_fluentd_delivered_events_total counter\nhap2_fluentd_delivered_events_total 0\n")
        )
        #expect(text.contains("hap2_fluentd_problem 1\n"))
        #expect(text.contains(#"hap2_fluentd_file_lag_bytes{path="/var/log/\"x\""} 12"#))
        #expect(text.contains(#"hap2_fluentd_file_lag_seconds{path="/var/log/\"x\""} 3.5"#))
        #expect(text.contains(#"hap2_fluentd_file_hole_bytes_total{path="/var/log/\"x\""} 6"#))
        let source = #"source="syslog udp://127.0.0.1:514""#
        #expect(text.contains("hap2_fluentd_listener_records_total{\(source)} 5\n"))
        #expect(text.contains("hap2_fluentd_listener_trouble_total{\(source),kind=\"droppedDatagrams\"} 4\n"))
        #expect(text.contains("hap2_fluentd_listener_trouble_total{\(source),kind=\"refusedPeers\"} 0\n"))
        #expect(text.contains(#"hap2_fluentd_rule_dropped_records_total{rule="noise",action="drop"} 2"#))
        #expect(text.contains(#"hap2_fluentd_rule_dropped_records_total{rule="noise",action="sample"} 1"#))
        #expect(text.contains(#"hap2_fluentd_rule_dropped_records_total{rule="noise",action="limit"} 0"#))
        let names = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE") }.map { $0.split(separator: " ")[2] }
        #expect(Set(names).count == names.count)
    }

    @Test func anAgentThatCannotBeginSaysWhy() throws {
        let status = AgentStatus(waitingBecause: "the disk is full")
        #expect(StatusRequest.table(status.json).contains("problem: \"the disk is full\"\n"))
        #expect(String(decoding: status.metrics, as: UTF8.self).contains("hap2_fluentd_problem 1\n"))
    }

    @Test(arguments: ["127.0.0.1:0", ":0", "[::1]:0"])
    func metricsAddresses(text: String) throws {
        do {
            try Listener(address: text, limits: PeerLimits()) { _ in [] }.stop()
        } catch {
            // The address is understood; there is just no such protocol here.
            #expect(text.hasPrefix("[") && Machine.hasNoIPv6 && error.reason.contains("cannot be listened on"))
        }
    }

    @Test(.timeLimit(.minutes(5))) func slowClientsHoldUpNobody() async throws {
        let path = self.directory.file("metrics")
        let answer = [UInt8](repeating: 0x78, count: 4 << 20)
        // A client of a Unix socket gets its answer at once; these do not read it.
        // Nobody is sent away for being slow.
        var limits = PeerLimits()
        limits.patience = 600
        let listener = try Listener(path: path, limits: limits) { _ in answer }
        defer { listener.stop() }
        let slow = try (0..<ListenerPeers.most + 20).map { _ in try Self.connect(path) }
        defer { for descriptor in slow { close(descriptor) } }
        let quick = try Self.connect(path)
        defer { close(quick) }
        let count = await blocking {
            var (chunk, count) = ([UInt8](repeating: 0, count: 1 << 20), 0)
            while case let more = read(quick, &chunk, chunk.count), more > 0 { count += more }
            return count
        }
        #expect(count == answer.count)
    }

    @Test(.timeLimit(.minutes(5))) func strangersKeepNobodyFromTheMetrics() async throws {
        var limits = PeerLimits()
        limits.patience = 600
        try await self.askMetrics(
            limits,
            """
            silent = [dial() for _ in range(80)]
            assert ask(dial("127.0.0.2"), request).endswith(b"numbers"), "another address"
            assert ask(dial(), request).endswith(b"numbers"), "the same address"
            assert until_closed(silent[0]) == b"", "the oldest has given way"
            many = [dial(f"127.0.1.{number // 60}") for number in range(600)]
            assert ask(dial("127.0.0.3"), request).endswith(b"numbers"), "when there are as many as there may be"
            """
        )
    }

    @Test(.timeLimit(.minutes(5))) func whoAsksSlowlyForMetricsIsSentAway() async throws {
        var limits = PeerLimits()
        limits.patience = 1
        try await self.askMetrics(
            limits,
            #"""
            assert until_closed(dial()) == b""
            assert drip(dial(), b"GET /metrics", b"x")
            assert drip(dial(), b"GET /metrics HTTP/1.1\r\nHost: x\r\n", b"X-A: b\r\n")
            assert ask(dial(), request).endswith(b"numbers")
            """#
        )
    }

    @Test(.timeLimit(.minutes(5))) func aThousandOfOneAddressGetMetrics() async throws {
        try await self.askMetrics(
            PeerLimits(),
            """
            for _ in range(20):
                peers = [dial() for _ in range(50)]
                for peer in peers: peer.sendall(request)
                for peer in peers: assert until_closed(peer).endswith(b"numbers")
            """
        )
    }

    private func askMetrics(_ limits: PeerLimits, _ script: String) async throws {
        let port = try Loopback.closedPort()
        let listener = try Listener(address: "127.0.0.1:\(port)", limits: limits) { _ in
            Array("HTTP/1.1 200 OK\r\n\r\nnumbers".utf8)
        }
        defer { listener.stop() }
        let request = #"request = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n""# + "\n"
        try await blocking {
            _ = try Command.run("python3", ["-c", RawHTTP.python + request + script, "\(port)", ""])
        }
    }

    private static func connect(_ path: String) throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let isConnected = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isConnected else { throw TestFailure("connect: \(String(cString: strerror(errno)))") }
        return descriptor
    }

    @Test func rulesCountOverAReload() async throws {
        let rules = try RuleSet(reading: "rule noise\n  when message = x\n  drop\n")
        let spool = try Spool.inMemory(limit: 1 << 20, logger: Logger(label: "test"))
        let recorder = EventRecorder(spool: spool, doubt: NumberingDoubt(), rules: rules)
        let batch = RecordBatch(storage: Array("x".utf8), records: [Record(tag: "t", body: .text(0..<1))])
        try await recorder.accept(batch, host: [])
        await recorder.setRules(rules)
        try await recorder.accept(batch, host: [])
        #expect(await recorder.ruleCounts.map(\.total) == [2])
        await recorder.setRules(nil)
        #expect(await recorder.ruleCounts.map(\.total) == [2])
        await spool.close()
    }

    @Test(arguments: [
        "nonsense", "1.2.3.4", "localhost:1", "127.0.0.1:99999", "[::1]", "[::g]:1", "::1:9100", "[127.0.0.1]:1",
    ])
    func addressesThatAreNone(text: String) {
        #expect(throws: SettingsError.self) { try Listener(address: text, limits: PeerLimits()) { _ in [] } }
    }

    @Test func systemdIsTold() throws {
        let path = self.directory.file("notify")
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let isBound = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        #expect(isBound)
        let notifier = SystemdNotifier(environment: ["NOTIFY_SOCKET": path, "WATCHDOG_USEC": "60000000"])
        #expect(notifier.watchdogInterval == .seconds(30))
        notifier.notify("READY=1")
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self) == "READY=1")
        SystemdNotifier(environment: [:]).notify("READY=1")
        let other = SystemdNotifier(environment: ["WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"])
        #expect(other.watchdogInterval == nil)
    }
}
