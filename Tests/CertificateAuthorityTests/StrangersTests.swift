import CertificateAuthority
import TestSupport
import Testing

/// What strangers can do to the enrolment service and to the OCSP responder with connections alone.
@Suite(.timeLimit(.minutes(5)), .serialized)
struct StrangersTests {
    /// A service, over TLS or not, and a request that it answers.
    enum Service: String, CaseIterable, Sendable {
        case enrolment
        case ocsp

        /// What a request begins with, and the status of its answer.
        var request: String {
            switch self {
            case .enrolment: #"b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", b"HTTP/1.1 204 ""#
            case .ocsp: #"b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", b"HTTP/1.1 200 ""#
            }
        }
    }

    /// Runs a script against a service with these options.
    private func run(_ service: Service, _ options: [String], _ script: String) async throws {
        let site = try Site()
        let text = RawHTTP.python + "request, status = \(service.request)\n" + script
        switch service {
        case .enrolment:
            let served = try await ServedAuthority(site, options)
            let outcome = try await Tool.python(text, ["\(served.port)", site.root])
            #expect(outcome.isGood, "\(outcome.text)\(served.log)")
            #expect(served.process.poll() == nil)
        case .ocsp:
            let served = try await ServedResponder(site, options)
            let outcome = try await Tool.python(text, ["\(served.port)", ""])
            #expect(outcome.isGood, "\(outcome.text)")
            #expect(served.process.poll() == nil)
        }
    }

    @Test(arguments: Service.allCases)
    func silentConnectionsKeepNobodyOut(_ service: Service) async throws {
        try await self.run(
            service,
            ["--patience", "600"],
            """
            known = secure(dial())
            assert ask(known, request).startswith(status)
            silent = [dial() for _ in range(80)]
            assert ask(secure(dial("127.0.0.2")), request).startswith(status), "another address"
            assert ask(known, request).startswith(status), "a connection that was there before"
            assert ask(secure(dial()), request).startswith(status), "the same address"
            assert until_closed(silent[0]) == b"", "the oldest has given way"
            silent[-1].settimeout(0)
            try: assert silent[-1].recv(1), "the last one is still there"
            except BlockingIOError: pass
            assert ask(known, request).startswith(status), "a connection that was there before, at the end"
            """
        )
    }

    @Test(arguments: Service.allCases)
    func whoTakesTooLongIsSentAway(_ service: Service) async throws {
        try await self.run(
            service,
            ["--patience", "1"],
            #"""
            assert until_closed(dial()) == b"", "no handshake, or no request"
            if trust:
                assert drip(dial(), b"\x16\x03\x01\x02\x00\x01\x00", b"\x00"), "a handshake that never ends"
                assert until_closed(secure(dial())) == b"", "no request"
            assert drip(secure(dial()), b"GET /healthz", b"x"), "a line that never ends"
            assert drip(secure(dial()), b"GET /healthz HTTP/1.1\r\nHost: x\r\n", b"X-A: b\r\n"), "fields that never end"
            head = b"POST /v1/enroll HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n"
            assert drip(secure(dial()), head, b"x"), "a body that never ends"
            assert ask(secure(dial()), request).startswith(status)
            """#
        )
    }

    @Test(arguments: Service.allCases)
    func aThousandOfOneAddressAreServed(_ service: Service) async throws {
        try await self.run(
            service,
            ["--patience", "600"],
            """
            peers = []
            for _ in range(1000):
                peers.append(secure(dial()))
                if not trust: assert ask(peers[-1], request).startswith(status)
            for peer in peers: assert ask(peer, request).startswith(status)
            for peer in peers: assert ask(peer, request).startswith(status)
            """
        )
    }

    @Test func aProxyHasNoSuchLimit() async throws {
        try await self.run(
            .enrolment,
            ["--patience", "600", "--newcomers", "8", "--trusted-proxy", "127.0.0.1"],
            """
            silent = [dial() for _ in range(100)]
            for peer in silent: assert ask(secure(peer), request).startswith(status)
            """
        )
    }

    /// Whoever has finished the handshake and says nothing more has no claim to a place.
    @Test func silenceAfterTheHandshakeGivesWay() async throws {
        // Half of the descriptors that strangers may have: 64.
        let site = try Site()
        let log = site.directory.file("log")
        let process = try ChildProcess(
            "sh",
            ["-c", "ulimit -n 160; exec \"$@\"", "sh", Tool.program, "serve", "--listen", "127.0.0.1:0"]
                + ["--host-name", "localhost", "--base-directory", site.base, "--patience", "600"],
            output: log
        )
        var port = ""
        try await eventually("the service") {
            let text = String(decoding: try contents(of: log), as: UTF8.self)
            guard process.poll() == nil else { throw TestFailure("it ended: \(text)") }
            guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("ready: ") }) else { return false }
            port = line.split(separator: ":").last.map(String.init) ?? ""
            return true
        }
        let script = """
            request = b"GET /healthz HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n"
            quiet = [secure(dial()) for _ in range(150)]
            assert ask(secure(dial()), request).startswith(b"HTTP/1.1 204 ")
            assert until_closed(quiet[0]) == b""
            """
        let outcome = try await Tool.python(RawHTTP.python + script, [port, site.root])
        #expect(outcome.isGood, "\(outcome.text)")
        #expect(String(decoding: try contents(of: log), as: UTF8.self).contains("as many connections as it may have"))
        await process.stop()
    }

    @Test(arguments: [["--patience", "0"], ["--newcomers", "7"], ["--trusted-proxy", "proxy.example.com"]])
    func settingsOutOfRangeAreRefused(_ options: [String]) async throws {
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--base-directory", "/nonexistent"] + options
        let outcome = try await Tool.run(Tool.program, arguments)
        #expect(outcome.status == 64 && outcome.errors.contains(options[0]), "\(outcome.text)")
    }
}
