import Daemon
import Glibc
import Logging
import Operations
import Store
import TestSupport
import Testing

@testable import Console

/// What strangers can do with connections alone, before anybody has said who they are.
@Suite("Connections", .timeLimit(.minutes(5)), .serialized)
struct ConnectionTests {
    private static func configuration(patience: Int64 = 600, newcomers: Int = 64) -> ConsoleConfiguration {
        var configuration = ConsoleConfiguration(port: 0)
        configuration.patience = patience
        configuration.newcomersPerAddress = newcomers
        return configuration
    }

    @Test("over plain HTTP are for this machine only, unless that is asked for")
    func plain() throws {
        let directory = try TemporaryDirectory()
        let store = try MonitoringStore(directory: directory.path)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        for (host, isAllowed, isServed) in [
            ("127.0.0.1", false, true), ("::1", false, true), ("0.0.0.0", false, false), ("192.0.2.1", false, false),
            ("0.0.0.0", true, true),
        ] {
            var configuration = ConsoleConfiguration(host: host)
            configuration.allowsPlainHTTP = isAllowed
            let console = try? Console(store: store, configuration: configuration, logger: logger)
            #expect((console != nil) == isServed, "\(host)")
        }
        try store.close()
    }

    @Test("that say nothing, or never say all, are closed")
    func deadlines() async throws {
        try await ConsoleHarness.serve(configuration: Self.configuration(patience: 1)) { _, port in
            async let silent = Peer(port).read()
            async let header = Peer(port).drip("GET /healthz HTTP/1.1\r\nHost: x\r\n", "X-Header: x\r\n")
            async let body = Peer(port).drip(
                "POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n"
                    + "Content-Type: application/x-www-form-urlencoded\r\n\r\n",
                "x"
            )
            let readings = try await [silent, header, body]
            #expect(readings.map(\.isClosed) == [true, true, true])
        }
    }

    @Test("that say nothing do not keep others out, from the same address either")
    func silence() async throws {
        try await ConsoleHarness.serve(configuration: Self.configuration(newcomers: 8)) { _, port in
            let strangers = (0..<100).map { _ in Peer(port) }
            let answer = try await Peer(port).ask("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(answer.text.hasSuffix("ok\n"))
            withExtendedLifetime(strangers) {}
        }
    }

    @Test("have a number that is never exceeded; without a sign-in they give way")
    func room() async throws {
        var configuration = Self.configuration(newcomers: 1000)
        configuration.mostConnections = 40
        try await ConsoleHarness.serve(configuration: configuration) { console, port in
            let caller = try await console.session(try await console.user("hana", .readonly))
            let pages = (0..<10).map { _ in Peer(port) }
            for page in pages { page.send(Self.livePage(caller)) }
            try await eventually("ten live pages") { console.site.metrics.livePages == 10 }
            let strangers = (0..<100).map { _ in Peer(port) }
            let answer = try await Peer(port).ask("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(answer.text.hasSuffix("ok\n"))
            #expect(console.site.metrics.livePages == 10)
            withExtendedLifetime((pages, strangers)) {}
        }
    }

    @Test("of a thousand live pages behind one address are all served, beside those that say nothing")
    func livePages() async throws {
        DescriptorLimit.raise()
        try #require(DescriptorLimit.current > 5000, "this test needs descriptors for both ends")
        var configuration = Self.configuration(newcomers: 16)
        configuration.mostConnections = 2000
        try await ConsoleHarness.serve(configuration: configuration) { console, port in
            let strangers = (0..<50).map { _ in Peer(port) }
            let caller = try await console.session(try await console.user("hana", .readonly))
            let pages = (0..<1000).map { _ in Peer(port) }
            for page in pages { page.send(Self.livePage(caller)) }
            try await eventually(timeout: .seconds(120), "a thousand live pages") {
                console.site.metrics.livePages == 1000
            }
            withExtendedLifetime((pages, strangers)) {}
        }
    }

    @Test("that send slowly act with the rights of the end of a request")
    func slowRights() async throws {
        try await ConsoleHarness.serve(configuration: Self.configuration()) { console, port in
            _ = try await console.user("root", .admin)
            let hana = try await console.user("hana", .admin)
            let caller = try await console.session(hana)
            let body = #"{"name":"spy","role":"admin","password":"seven grey herons wade"}"#
            let peer = Peer(port)
            peer.send(
                "POST /api/v1/users HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: \(Site.cookie)=\(caller.cookie)\r\n"
                    + "X-CSRF-Token: \(caller.csrf)\r\nContent-Type: application/json\r\n"
                    + "Content-Length: \(body.utf8.count)\r\n\r\n" + body.prefix(10)
            )
            try await eventually("the request") { try await console.isKnown(port) }
            _ = try await console.store.change(hana) { $0.role = .readonly }
            #expect(try await peer.ask(String(body.dropFirst(10))).text.contains(" 403 "))
            #expect(try await console.store.users().map(\.name).sorted() == ["hana", "root"])
        }
    }

    @Test("over TLS are closed when the handshake or the request does not come, and offer only what is safe")
    func tls() async throws {
        let authority = try TestAuthority.shared.get()
        let identity = try authority.issue("console")
        var configuration = Self.configuration(patience: 1)
        configuration.tls = .init(certificate: identity.certificate, key: identity.key)
        try await ConsoleHarness.serve(configuration: configuration) { _, port in
            let script = """
                import socket, ssl, sys
                port, authority = int(sys.argv[1]), sys.argv[2]
                def connected():
                    return socket.create_connection(("127.0.0.1", port), 60)
                def context(version, suites=None):
                    made = ssl.create_default_context(cafile=authority)
                    made.minimum_version = made.maximum_version = version
                    if suites: made.set_ciphers(suites + ":@SECLEVEL=0")
                    return made
                def agreed(*what):
                    try:
                        with context(*what).wrap_socket(connected(), server_hostname="localhost") as peer:
                            peer.sendall(b"GET /healthz HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n")
                            assert b" 200 " in peer.recv(4096)
                            return peer.cipher()[0]
                    except ssl.SSLError as error:
                        return error.reason
                with connected() as silent:
                    assert silent.recv(1) == b"", "a connection without a handshake is closed"
                with connected() as slow:
                    slow.sendall(b"\\x16\\x03\\x01\\x02\\x00\\x01\\x00")
                    while slow.recv(100): pass
                with context(ssl.TLSVersion.TLSv1_2).wrap_socket(connected(), server_hostname="localhost") as quiet:
                    assert quiet.recv(1) == b"", "a connection without a request is closed"
                new, old = ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2
                assert agreed(new) in ("TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256")
                for suite in ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"):
                    assert agreed(old, suite) == suite, suite
                for suite in ("ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA", "ECDHE-ECDSA-AES128-SHA256", "AES128-SHA", "AES128-GCM-SHA256"):
                    assert "FAILURE" in agreed(old, suite), suite
                print("done")
                """
            let output = try await blocking {
                try Command.run("python3", ["-c", script, "\(port)", authority.certificate])
            }
            #expect(output == "done\n")
        }
    }

    @Test(
        "of clients whose certificate was revoked are refused from the next handshake on, and all without a list that counts"
    )
    func revocation() async throws {
        let (own, clients) = (try TestAuthority.shared.get(), try TestAuthority(name: "Clients"))
        let identity = try own.issue("console")
        let (good, bad) = (try clients.issue("good"), try clients.issue("bad"))
        // What the file holds, one after the other, and who is let in then.
        let none = try clients.revocationList()
        let one = try clients.revocationList(revoking: [bad])
        let steps = [
            (none, "good bad"), (one, "good"), (try clients.revocationList(isExpired: true), ""), (one, "good"),
            (try own.revocationList(), ""), ("", ""), (one, "good"),
        ]
        let directory = try TemporaryDirectory()
        let lists = try directory.write(String(decoding: try contents(of: none), as: UTF8.self), to: "lists")
        var configuration = Self.configuration()
        configuration.tls = .init(
            certificate: identity.certificate,
            key: identity.key,
            clientAuthority: clients.certificate,
            clientRevocationLists: lists
        )
        try await ConsoleHarness.serve(configuration: configuration) { _, port in
            let script = """
                import os, shutil, socket, ssl, sys
                port, authority, lists = int(sys.argv[1]), sys.argv[2], sys.argv[3]
                identities = {"good": sys.argv[4:6], "bad": sys.argv[6:8], "nobody": None}
                contexts, sessions = {}, {}
                def ask(name, version, resumes):
                    key = name, version
                    if key not in contexts:
                        contexts[key] = ssl.create_default_context(cafile=authority)
                        contexts[key].minimum_version = contexts[key].maximum_version = version
                        if identities[name]: contexts[key].load_cert_chain(*identities[name])
                    try:
                        with socket.create_connection(("127.0.0.1", port), 60) as raw, contexts[key].wrap_socket(
                                raw, server_hostname="localhost", session=sessions.get(key) if resumes else None) as peer:
                            peer.sendall(b"GET /healthz HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
                            answer = peer.recv(4096)
                            sessions[key] = peer.session
                            return b" 200 " in answer
                    except OSError:
                        return False
                for path in sys.argv[8:]:
                    if path: shutil.copy(path, lists + ".new"); os.replace(lists + ".new", lists)
                    else: os.unlink(lists)
                    answers = {name: {ask(name, version, resumes) for resumes in (True, False)
                                      for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)} for name in identities}
                    print(*(name if answer == {True} else f"sometimes-{name}" for name, answer in answers.items() if True in answer))
                """
            let output = try await blocking {
                try Command.run(
                    "python3",
                    ["-c", script, "\(port)", own.certificate, lists, good.certificate, good.key]
                        + [bad.certificate, bad.key] + steps.map(\.0)
                )
            }
            #expect(output == steps.map { $0.1 + "\n" }.joined())
        }
        withExtendedLifetime(directory) {}
        #expect(throws: ConsoleError.self) {
            try ClientCertificates(authority: clients.certificate, revocationLists: clients.certificate)
        }
    }

    private static func livePage(_ caller: ConsoleHarness.Caller) -> String {
        "GET /events/stream HTTP/1.1\r\nHost: x\r\nCookie: \(Site.cookie)=\(caller.cookie)\r\n\r\n"
    }
}

extension ConsoleHarness {
    /// Whether somebody who came before this call is being served: whoever comes later is answered.
    fileprivate func isKnown(_ port: UInt16) async throws -> Bool {
        try await Peer(port).ask("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").text.contains(" 200 ")
    }
}

/// One connection to a console on this machine, byte by byte.
private final class Peer: Sendable {
    /// What came on a connection, and whether the other side has closed it.
    struct Reading {
        var text = ""
        var isClosed = false
    }

    private let descriptor: CInt

    init(_ port: UInt16) {
        self.descriptor = Loopback.connect(port) ?? -1
        // A bound against hanging: a console that never closes a connection makes the test fail, not wait.
        var patience = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(self.descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(self.descriptor) }

    /// Sends a text; returns false once the other side takes nothing more.
    @discardableResult
    func send(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return Glibc.send(self.descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count
    }

    /// Reads until the connection is closed.
    func read() async throws -> Reading {
        await blocking { () -> Reading in
            var (reading, bytes) = (Reading(), [UInt8]())
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = Glibc.read(self.descriptor, &buffer, buffer.count)
                reading.isClosed = count == 0 || (count < 0 && errno == ECONNRESET)
                guard count > 0 else { break }
                bytes += buffer[..<count]
            }
            reading.text = String(decoding: bytes, as: UTF8.self)
            return reading
        }
    }

    func ask(_ text: String) async throws -> Reading {
        self.send(text)
        return try await self.read()
    }

    /// Sends a beginning, and then a piece every fifth of a second until the other side takes no more.
    func drip(_ beginning: String, _ piece: String) async throws -> Reading {
        self.send(beginning)
        let sender = Task {
            while !Task.isCancelled, self.send(piece) { try? await Task.sleep(for: .milliseconds(200)) }
        }
        defer { sender.cancel() }
        return try await self.read()
    }
}
