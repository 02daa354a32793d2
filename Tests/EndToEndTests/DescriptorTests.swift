internal import Glibc
import TestSupport
import Testing

/// What the programs do when strangers open more connections than there are descriptors, and say nothing.
@Suite(.timeLimit(.minutes(5)))
struct DescriptorTests {
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    private var log: String {
        get throws { String(decoding: try contents(of: self.directory.file("log")), as: UTF8.self) }
    }

    /// Starts a program that may have so many descriptors and no more.
    private func start(_ program: String, _ arguments: [String], descriptors: Int = 128) throws -> ChildProcess {
        try ChildProcess(
            "sh",
            ["-c", "ulimit -n \(descriptors); exec \"$@\"", "sh", program] + arguments,
            output: self.directory.file("log")
        )
    }

    /// Opens connections, as many as the program and the system's queue take.
    private func connect(_ count: Int, to port: UInt16) -> [CInt] {
        (0..<count).compactMap { _ in Loopback.connect(port) }
    }

    /// Closes so many connections as soon as they come, without blocking a thread while none does.
    private func refuse(_ count: Int, at listener: CInt) async throws {
        _ = fcntl(listener, F_SETFL, O_NONBLOCK)
        for number in 1...count {
            try await eventually(timeout: .seconds(60), "connection \(number)") {
                let peer = accept(listener, nil, nil)
                if peer >= 0 { close(peer) }
                return peer >= 0
            }
        }
    }

    /// Waits for an answer on a connection; a connection that is closed instead has none.
    private func ask(_ request: String, on port: UInt16) throws -> String {
        let peer = try #require(Loopback.connect(port))
        defer { close(peer) }
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let bytes = Array(request.utf8)
        _ = send(peer, bytes, bytes.count, CInt(MSG_NOSIGNAL))
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = read(peer, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    @Test
    func `an agent goes on, takes what others send, and says that it refuses connections`() async throws {
        let syslog = try Loopback.closedPort()
        let forward = try Loopback.closedPort()
        let metrics = try Loopback.closedPort()
        // The broker closes each connection at once, so that the agent needs new descriptors again and again.
        let broker = try Loopback.listen()
        defer { close(broker.descriptor) }
        let agent = try self.start(
            Programs.agent,
            ["--syslog", "tcp://127.0.0.1:\(syslog)", "--forward", "127.0.0.1:\(forward)"]
                + ["--amqp-broker", "127.0.0.1:\(broker.port)", "--metrics", "127.0.0.1:\(metrics)"]
                + ["--state-dir", self.directory.file("state")]
        )
        try await eventually("two sources") { try self.log.split(separator: "source started").count > 2 }
        let strangers = self.connect(150, to: syslog) + self.connect(150, to: forward)
        defer { for stranger in strangers { close(stranger) } }
        try await self.refuse(3, at: broker.descriptor)
        let speaker = try #require(Loopback.connect(syslog))
        defer { close(speaker) }
        #expect(send(speaker, "<13>x\n", 6, CInt(MSG_NOSIGNAL)) == 6)
        try await eventually("the message, and a problem") {
            let answer = try self.ask("GET /metrics HTTP/1.1\r\n\r\n", on: metrics)
            return answer.contains("source=\"syslog tcp://127.0.0.1:\(syslog)\"} 1\n")
                && answer.contains("hap2_fluentd_problem 1")
        }
        #expect(try self.log.contains("to make room for another"))
        agent.signal(SIGTERM)
        #expect(try await agent.wait() == 0)
    }

    @Test
    func `an agent reads many more files than it may have open, connects anew, and says how it is`() async throws {
        let files = 10_000
        let site = try await Site(.shared)
        let proxy = try TCPProxy(target: site.broker.tlsPort)
        let logs = self.directory.file("logs")
        try #require(mkdir(logs, 0o700) == 0)
        func addLines() throws {
            for number in 0..<files {
                let file = open("\(logs)/\(number).log", O_WRONLY | O_CREAT | O_APPEND, 0o600)
                try #require(file >= 0 && write(file, "line\n", 5) == 5)
                close(file)
            }
        }
        try addLines()
        let connection = site.connection(port: proxy.port)
        let agent = try self.start(
            Programs.agent,
            connection + ["--tail", "\(logs)/*.log", "--from", "beginning"],
            descriptors: 1024
        )
        for round in 1...2 {
            proxy.cut()
            try await eventually(timeout: .seconds(120), "\(round) lines of each file") {
                let status = try await Outcome.of(Programs.agent, connection + ["--stdin", "--status", "--json"])
                return status.output.contains("\"deliveredEvents\":\(round * files),")
            }
            if round < 2 { try addLines() }
        }
        #expect(try self.log.contains("there are more files than descriptors"))
        agent.signal(SIGTERM)
        #expect(try await agent.wait() == 0)
        await site.stop()
        proxy.stop()
    }

    @Test
    func `a server goes on, and serves its console when they are gone`() async throws {
        let broker = try Loopback.listen()
        defer { close(broker.descriptor) }
        let data = self.directory.file("data")
        let added = try await Outcome.of(
            Programs.server,
            ["--data-dir", data, "server", "add", "--nickname", "a", "--queue", "a"]
                + ["--broker-url", "amqp://127.0.0.1:\(broker.port)/x"]
        )
        #expect(added.status == 0, "\(added.errors)")
        let console = try Loopback.closedPort()
        let server = try self.start(
            Programs.server,
            ["--data-dir", data, "serve", "--listen", "127.0.0.1:\(console)"]
        )
        try await eventually("a console") {
            Loopback.connect(console).map { close($0) } != nil
        }
        let strangers = self.connect(200, to: console)
        try await self.refuse(3, at: broker.descriptor)
        try await eventually("a warning") { try self.log.contains("as many connections as it may have") }
        for stranger in strangers { close(stranger) }
        #expect(try self.ask("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", on: console).hasPrefix("HTTP/1.1 200"))
        server.signal(SIGTERM)
        #expect(try await server.wait() == 0)
    }

    @Test
    func `an authority goes on, and answers when they are gone`() async throws {
        let base = self.directory.file("ca")
        let made = try await Outcome.of(
            Programs.authority,
            ["init", "--base-directory", base, "--no-passphrase", "--name", "Test CA"]
        )
        #expect(made.status == 0, "\(made.errors)")
        let port = try Loopback.closedPort()
        let authority = try self.start(
            Programs.authority,
            ["serve", "--listen", "127.0.0.1:\(port)", "--host-name", "localhost", "--base-directory", base]
        )
        try await eventually("the service") { try self.log.contains("ready: ") }
        let strangers = self.connect(200, to: port)
        for stranger in strangers { close(stranger) }
        let answer = try await Outcome.of(
            "curl",
            ["--silent", "--insecure", "--max-time", "30", "https://127.0.0.1:\(port)/v1/ca"]
        )
        #expect(answer.output.contains("BEGIN CERTIFICATE"), "\(answer.errors)")
        authority.signal(SIGTERM)
        #expect(try await authority.wait() == 0)
    }
}
