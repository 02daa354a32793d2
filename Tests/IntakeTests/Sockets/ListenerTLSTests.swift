import Daemon
import Intake
import TestSupport
import Testing

@Suite("Listening with TLS", .timeLimit(.minutes(2)))
struct ListenerTLSTests {
    let authority: TestAuthority
    let server: TestAuthority.Identity

    init() throws {
        self.authority = try TestAuthority.shared.get()
        self.server = try self.authority.issue("server")
    }

    private func tls(_ clients: TLSFiles.Clients = .none) throws -> ListenerTLS {
        try ListenerTLS(self.files(clients))
    }

    private func files(_ clients: TLSFiles.Clients = .none, server: TestAuthority.Identity? = nil) -> TLSFiles {
        TLSFiles(
            certificate: (server ?? self.server).certificate,
            key: (server ?? self.server).key,
            authorities: clients == .none ? nil : self.authority.certificate,
            clients: clients
        )
    }

    private func syslog(
        _ tls: ListenerTLS,
        _ log: CollectingLog = CollectingLog(),
        change: (inout SyslogSource.Configuration) -> Void = { _ in }
    ) -> (@escaping @Sendable (SocketEndpoint) -> Void) -> SyslogSource {
        var configuration = SyslogSource.Configuration(endpoint: SocketEndpoint(.tls, host: "127.0.0.1"))
        configuration.tls = tls
        change(&configuration)
        return { [configuration] listening in
            var configuration = configuration
            configuration.listening = listening
            return SyslogSource(configuration, logger: log.logger)
        }
    }

    @Test(
        "takes syslog in version 1.2 and 1.3, from clients with and without a certificate, as configured",
        arguments: ["TLSv1_2", "TLSv1_3"],
        TLSFiles.Clients.allCases
    )
    func versions(_ version: String, _ clients: TLSFiles.Clients) async throws {
        let sink = CollectingSink()
        let log = CollectingLog()
        let identity = clients == .required ? try self.authority.issue("client") : nil
        let client = TLSClient(version: version, identity: identity, authority: self.authority.certificate)
        try await withRunning(self.syslog(try self.tls(clients), log), into: sink) { endpoint in
            let isSent = try await client.send("8 <11>o\nne12 <11>two äö", port: endpoint.port)
            #expect(isSent)
            await sink.wait(for: 2)
        }
        let bodies = await sink.bodies
        #expect(bodies.map { String($0.prefix(21)) } == [#"{"message":"o\nne","h"#, #"{"message":"two äö",""#])
        #expect(log.lines.isEmpty)
    }

    enum Stranger: String, CaseIterable {
        case nameless = "it has no client certificate"
        case expired = "its certificate has expired"
        case foreign = "its certificate is not one for clients by an authority that we trust"
    }

    @Test(
        "refuses who has no good certificate, and says why in one line",
        arguments: Stranger.allCases,
        ["TLSv1_2", "TLSv1_3"]
    )
    func strangers(_ stranger: Stranger, _ version: String) async throws {
        let identity: TestAuthority.Identity? =
            switch stranger {
            case .nameless: nil
            case .expired: try self.authority.issue("late", isExpired: true)
            case .foreign: try TestAuthority(name: "Another authority").issue("client")
            }
        let sink = CollectingSink()
        let log = CollectingLog()
        let client = TLSClient(version: version, identity: identity, authority: self.authority.certificate)
        try await withRunning(self.syslog(try self.tls(.required), log), into: sink) { endpoint in
            // In version 1.3 the client may be done before the server has judged it.
            _ = try await client.send("5 <13>x", port: endpoint.port)
            try await eventually("a line") { !log.lines.isEmpty }
        }
        #expect(await sink.records.isEmpty)
        #expect(
            log.lines == ["refused a peer peer=127.0.0.1 reason=\(stranger.rawValue) source=syslog tls://127.0.0.1:0"]
        )
    }

    @Test("refuses a bad certificate where one is optional")
    func optional() async throws {
        let late = try self.authority.issue("late", isExpired: true)
        let client = TLSClient(identity: late, authority: self.authority.certificate)
        let sink = CollectingSink()
        let log = CollectingLog()
        try await withRunning(self.syslog(try self.tls(.optional), log), into: sink) { endpoint in
            _ = try await client.send("5 <13>x", port: endpoint.port)
            try await eventually("a line") { !log.lines.isEmpty }
        }
        #expect(await sink.records.isEmpty)
    }

    @Test(
        "says in one line what speaks no TLS, and goes on",
        arguments: [
            ("<13>plain\n", "what it sends is not TLS"), ("GET / HTTP/1.1\r\n\r\n", "it speaks HTTP, not TLS"),
        ]
    )
    func plain(_ text: String, _ reason: String) async throws {
        let sink = CollectingSink()
        let log = CollectingLog()
        try await withRunning(self.syslog(try self.tls(), log), into: sink) { endpoint in
            for _ in 0..<3 {
                let client = try SocketClient(port: endpoint.port, .stream)
                try await client.send(text)
                while await !client.receive().isEmpty {}
            }
            let good = TLSClient(authority: self.authority.certificate)
            let isSent = try await good.send("5 <13>x", port: endpoint.port)
            #expect(isSent)
            await sink.wait(for: 1)
        }
        #expect(log.lines == ["refused a peer peer=127.0.0.1 reason=\(reason) source=syslog tls://127.0.0.1:0"])
    }

    @Test("ends a handshake that does not go on")
    func silence() async throws {
        let log = CollectingLog()
        try await withRunning(self.syslog(try self.tls(), log) { $0.limits.peers.patience = 1 }, into: CollectingSink())
        {
            endpoint in
            let silent = try SocketClient(port: endpoint.port, .stream)
            let slow = try SocketClient(port: endpoint.port, .stream)
            // The start of a record of 512 bytes, which never ends.
            await slow.drip([0x16, 0x03, 0x01, 0x02, 0x00])
            while await !silent.receive().isEmpty {}
        }
        #expect(log.lines.map { $0.contains("its TLS handshake took too long") } == [true])
    }

    @Test("keeps a message that the end of the connection broke off, with and without a farewell")
    func brokenOff() async throws {
        let sink = CollectingSink()
        try await withRunning(self.syslog(try self.tls()), into: sink) { endpoint in
            let client = TLSClient(authority: self.authority.certificate)
            let isSent = try await client.send("5 <13>a99 <13>broken", port: endpoint.port)
            #expect(isSent)
            await sink.wait(for: 2)
            let command =
                "printf '5 <13>b99 <13>ragged' | openssl s_client -quiet -no_ign_eof -connect 127.0.0.1:\(endpoint.port)"
            _ = try await run("sh", ["-c", "\(command) 2>/dev/null"])
            await sink.wait(for: 4)
        }
        #expect(await sink.records.map(\.isTruncated) == [false, true, false, true])
    }

    @Test("uses replaced files for new connections, and keeps the old ones when the new do not fit")
    func replacement() async throws {
        let other = try TestAuthority(name: "Second authority")
        let tls = try self.tls()
        let sink = CollectingSink()
        try await withRunning(self.syslog(tls), into: sink) { endpoint in
            let second = TLSClient(authority: other.certificate)
            let isSentToSecond = try await second.send("5 <13>x", port: endpoint.port)
            #expect(!isSentToSecond)
            let new = try other.issue("server")
            var mixed = self.files(server: new)
            mixed.key = self.server.key
            #expect(throws: IntakeError.self) { try tls.replace(by: mixed) }
            let first = TLSClient(authority: self.authority.certificate)
            let isSentToFirst = try await first.send("5 <13>y", port: endpoint.port)
            #expect(isSentToFirst)
            try tls.replace(by: self.files(server: new))
            let isSentToSecondAgain = try await second.send("5 <13>z", port: endpoint.port)
            #expect(isSentToSecondAgain)
            await sink.wait(for: 2)
        }
    }

    @Test("says which file does not fit")
    func wrongFiles() throws {
        func reason(_ change: (inout TLSFiles) -> Void) throws -> String {
            var files = self.files(.required)
            change(&files)
            do {
                _ = try ListenerTLS(files)
                return ""
            } catch {
                return error.reason
            }
        }
        let other = try self.authority.issue("other")
        #expect(try reason { _ in } == "")
        #expect(try reason { $0.certificate = "/none.pem" } == "/none.pem cannot be read: No such file or directory")
        #expect(try reason { $0.certificate = self.server.key } == "\(self.server.key) has no certificate in PEM")
        #expect(
            try reason { $0.key = self.server.certificate }
                == "\(self.server.certificate) is no private key in PEM without a passphrase"
        )
        #expect(try reason { $0.key = other.key } == "\(other.key) is not the key of \(self.server.certificate)")
        #expect(
            try reason { $0.authorities = nil }
                == "the TLS listener needs a file of authorities to ask clients for certificates"
        )
    }

    @Test("takes Forward, and acknowledges")
    func forward() async throws {
        let sink = CollectingSink()
        var configuration = ForwardSource.Configuration(endpoint: SocketEndpoint(.tls, host: "127.0.0.1"))
        configuration.tls = try self.tls(.required)
        let client = try self.authority.issue("client")
        let script = """
            import socket, ssl, sys
            context = ssl.create_default_context(cafile=sys.argv[2])
            context.load_cert_chain(sys.argv[3], sys.argv[4])
            peer = context.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[1]))), server_hostname="localhost")
            peer.sendall(b"\\x93\\xa1t\\x91\\x92\\x01\\x81\\xa1a\\x01\\x81\\xa5chunk\\xa2id")
            assert peer.recv(100) == b"\\x81\\xa3ack\\xa2id"
            peer.unwrap()
            print("acknowledged")
            """
        let source = { [configuration] (listening: @escaping @Sendable (SocketEndpoint) -> Void) -> ForwardSource in
            var configuration = configuration
            configuration.listening = listening
            return ForwardSource(configuration, logger: CollectingLog().logger)
        }
        try await withRunning(source, into: sink) { endpoint in
            let arguments = ["\(endpoint.port)", self.authority.certificate, client.certificate, client.key]
            let result = try await run("python3", ["-c", script] + arguments)
            #expect(result.output == "acknowledged\n")
        }
        #expect(await sink.bodies == [#"{"a":1}"#])
    }
}
