import CertificateAuthority
import Glibc
import TestSupport
import Testing

/// Handshakes with Erlang's TLS, the broker's own, by the very configuration that we print.
struct ErlangTests {
    /// A TLS server that takes its options from the printed advanced.config, and says what became of each handshake.
    private func startServer(
        _ site: Site,
        _ server: Issued
    ) async throws -> (process: ChildProcess, port: Int) {
        let path = site.directory.path
        var configuration = BrokerConfiguration()
        configuration.directory = path
        configuration.usesRevocationLists = true
        try OperatorFile("\(path)/ca-cert.pem").write(site.authority.root.pem)
        try OperatorFile("\(path)/server.pem").write(
            site.authority.fullChain(server.certificate) + server.key.pem(),
            mode: 0o600
        )
        try site.directory.write(try #require(configuration.advancedConfig), to: "advanced.config")
        let log = site.directory.file("erlang.log")
        let program = """
            {ok, _} = application:ensure_all_started(ssl),
            {ok, [[{rabbit, [{ssl_options, Options}]}]]} = file:consult("\(path)/advanced.config"),
            {ok, Listen} = ssl:listen(0, [{active, false} | Options]),
            {ok, {_, Port}} = ssl:sockname(Listen),
            io:format("port ~p~n", [Port]),
            Serve = fun Serve() ->
                {ok, Socket} = ssl:transport_accept(Listen),
                case ssl:handshake(Socket, 5000) of
                    {ok, Tls} -> ssl:send(Tls, <<"welcome\\n">>), ssl:close(Tls);
                    {error, Reason} -> io:format("refused ~p~n", [Reason])
                end,
                Serve()
            end,
            Serve().
            """
        let process = try ChildProcess(
            "erl",
            ["-noshell", "-eval", program],
            environment: ["HOME": "/tmp"],
            output: log
        )
        var port: Int?
        try await eventually(timeout: .seconds(120), "Erlang listens") {
            let text = String(decoding: try contents(of: log), as: UTF8.self)
            guard process.poll() == nil else { throw TestFailure("Erlang ended: \(text)") }
            let line = text.split(separator: "\n").first { $0.hasPrefix("port ") && text.contains("\n") }
            port = line.flatMap { Int($0.dropFirst(5)) }
            return port != nil
        }
        return (process, try #require(port))
    }

    private func connect(_ port: Int, _ site: Site, _ client: Issued, _ options: [String]) async throws -> Outcome {
        try await Tool.run(
            "timeout",
            [
                "20", "openssl", "s_client", "-connect", "localhost:\(port)", "-CAfile", site.root,
                "-verify_return_error",
                "-verify_hostname", "localhost", "-cert", client.certificateFile, "-key", client.keyFile, "-quiet",
                "-ign_eof",
            ] + options
        )
    }

    @Test func revokedExpiredAndForeignClientsAreRefused() async throws {
        let (site, ended) = try Site.withEndedClient("ended")
        let server = try site.issue(.server, "localhost")
        let good = try site.issue(.client, "good")
        let rsa = try site.issue(.client, "rsa", keyType: .rsa(2048))
        let p384 = try site.issue(.client, "p384", keyType: .p384)
        let revoked = try site.issue(.client, "revoked")
        let wrongPurpose = try site.issue(.server, "wrong")
        let foreign = try Site().issue(.client, "foreign")
        let crl = try #require(
            try site.authority.revoke([revoked.certificate.serial], reason: .keyCompromise, key: site.key)
        )
        _ = try site.authority.install(crl, into: site.directory.file("crl"))
        let broker = try await self.startServer(site, server)
        for version in ["-tls1_2", "-tls1_3"] {
            for client in [good, rsa, p384] {
                let outcome = try await self.connect(broker.port, site, client, [version])
                #expect(outcome.output.contains("welcome"), "\(version) \(client.certificate.subject): \(outcome.text)")
            }
            for client in [revoked, wrongPurpose, ended, foreign] {
                let outcome = try await self.connect(broker.port, site, client, [version])
                #expect(!outcome.output.contains("welcome"), "\(version) \(client.certificate.subject)")
            }
        }
        try await self.expectNoResumption(site, broker.port, good)
        await broker.process.stop()
    }

    /// A session made before the revocation must not bring the client back in.
    private func expectNoResumption(_ site: Site, _ port: Int, _ client: Issued) async throws {
        let session = site.directory.file("session")
        for version in ["-tls1_2", "-tls1_3"] {
            let first = try await self.connect(port, site, client, [version, "-sess_out", session])
            #expect(first.output.contains("welcome"), "\(first.text)")
        }
        let first = try await self.connect(port, site, client, ["-tls1_2", "-sess_out", session])
        #expect(first.output.contains("welcome"))
        let crl = try #require(
            try site.authority.revoke([client.certificate.serial], reason: .keyCompromise, key: site.key)
        )
        _ = try site.authority.install(crl, into: site.directory.file("crl"))
        let again = try await self.connect(port, site, client, ["-tls1_2", "-sess_in", session])
        #expect(!again.output.contains("welcome"), "\(again.text)")
        let fresh = try await self.connect(port, site, client, ["-tls1_3"])
        #expect(!fresh.output.contains("welcome"), "\(fresh.text)")
    }

    @Test func theOriginalServerCertificateFailsAsTheLintSays() async throws {
        let old = try await OldAuthority()
        let rules = Lint.findings(old.certificate).filter { $0.severity == .error }.map(\.rule)
        #expect(rules.contains("no-digital-signature") && rules.contains("no-alternative-name"))
    }
}
