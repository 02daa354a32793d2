import CertificateAuthority
import TestSupport
import Testing

/// Every certificate of every profile and key type, judged by programs that are not ours.
struct CheckerTests {
    let world: Everything.World

    init() throws { self.world = try Everything.shared.get() }

    /// Authorities and OCSP signers serve no purpose of TLS, and name no host.
    private func isHost(_ issued: Issued) -> Bool { ![.ca, .ocsp].contains(issued.profile) }

    private func purposes(_ profile: Profile) -> [(openssl: String, oid: String?)] {
        let client = (openssl: "sslclient", oid: String?.some("1.3.6.1.5.5.7.3.2"))
        let server = (openssl: "sslserver", oid: String?.some("1.3.6.1.5.5.7.3.1"))
        return switch profile {
        case .client: [client]
        case .server: [server]
        case .peer: [client, server]
        case .ca: [(openssl: "any", oid: nil)]
        case .ocsp: [(openssl: "ocsphelper", oid: "1.3.6.1.5.5.7.3.9")]
        }
    }

    @Test func everyProfileAndKeyTypeIsThere() {
        let made = Set(self.world.issued.map { "\($0.profile) \($0.certificate.publicKey?.typeDescription ?? "")" })
        #expect(made.count == Profile.allCases.count * Everything.keyTypes.count, "\(made.sorted())")
    }

    @Test func opensslStrict() async throws {
        for issued in self.world.issued {
            let names = self.isHost(issued) ? ["-verify_hostname", Everything.host, "-verify_ip", "192.0.2.1"] : []
            for purpose in self.purposes(issued.profile) {
                let outcome = try await Tool.run(
                    "openssl",
                    ["verify", "-x509_strict", "-CAfile", self.world.site.root, "-purpose", purpose.openssl] + names
                        + [issued.certificateFile]
                )
                #expect(outcome.isGood, "\(issued.profile) \(outcome.text)")
            }
        }
    }

    @Test func opensslStrictRefusesTheOtherPurpose() async throws {
        let client = try #require(self.world.issued.first { $0.profile == .client })
        let outcome = try await Tool.openssl(
            "verify",
            "-x509_strict",
            "-CAfile",
            self.world.site.root,
            "-purpose",
            "sslserver",
            client.certificateFile
        )
        #expect(!outcome.isGood)
    }

    @Test func gnutls() async throws {
        for issued in self.world.issued {
            for purpose in self.purposes(issued.profile) {
                let host = self.isHost(issued) ? ["--verify-hostname", Everything.host] : []
                let outcome = try await Tool.run(
                    "certtool",
                    [
                        "--verify", "--verify-profile", "medium", "--load-ca-certificate", self.world.site.root,
                        "--infile", issued.certificateFile,
                    ] + (purpose.oid.map { ["--verify-purpose", $0] } ?? []) + host
                )
                #expect(outcome.isGood, "\(issued.profile) \(outcome.text)")
            }
        }
    }

    @Test func nss() async throws {
        let database = "sql:\(self.world.site.directory.file("nss"))"
        _ = try await Tool.run("mkdir", [self.world.site.directory.file("nss")])
        #expect(try await Tool.run("certutil", ["-N", "-d", database, "--empty-password"]).isGood)
        #expect(
            try await Tool.run(
                "certutil",
                ["-A", "-d", database, "-n", "ca", "-t", "CT,,", "-i", self.world.site.root]
            ).isGood
        )
        // NSS 3.87 does not know Ed25519 in certificates.
        for issued in self.world.issued where issued.certificate.publicKey?.type != .ed25519 {
            let name = issued.certificate.serial.description
            _ = try await Tool.run(
                "certutil",
                ["-A", "-d", database, "-n", name, "-t", ",,", "-i", issued.certificateFile]
            )
            let usages: [Profile: [String]] = [
                .client: ["C"], .server: ["V"], .peer: ["C", "V"], .ca: ["L"], .ocsp: ["O"],
            ]
            for usage in usages[issued.profile] ?? [] {
                let outcome = try await Tool.run("certutil", ["-V", "-d", database, "-n", name, "-u", usage])
                #expect(outcome.isGood, "\(issued.profile) \(outcome.text)")
            }
        }
    }

    @Test func pkilint() async throws {
        let script = """
            import subprocess, sys, concurrent.futures as f
            def lint(path):
                command = ["lint_pkix_cert", "lint", "-s", "ERROR", path]
                if path.startswith("chain:"):
                    command = ["lint_pkix_signer_signee_cert_chain", "lint", "-s", "ERROR"] + path[6:].split(",")
                return subprocess.run(command, capture_output=True, text=True)
            with f.ThreadPoolExecutor(2) as pool:
                results = list(pool.map(lint, sys.argv[1:]))
            for result in results: print(result.stdout, result.stderr)
            sys.exit(any(result.returncode for result in results))
            """
        let first = try #require(self.world.issued.first)
        let chains = self.world.issued.filter { $0.certificateFile == first.certificateFile || $0.profile == .ca }
            .map { "chain:\(self.world.site.root),\($0.certificateFile)" }
        let outcome = try await Tool.python(
            script,
            [self.world.site.root] + chains + self.world.issued.map(\.certificateFile)
        )
        #expect(outcome.isGood, "\(outcome.text)")
    }

    @Test func pythonCryptography() async throws {
        let script = """
            import sys
            from cryptography import x509
            from cryptography.x509.verification import PolicyBuilder, Store
            root = x509.load_pem_x509_certificate(open(sys.argv[1], "rb").read())
            for argument in sys.argv[2:]:
                profile, path = argument.split(":", 1)
                leaf = x509.load_pem_x509_certificate(open(path, "rb").read())
                builder = PolicyBuilder().store(Store([root]))
                if profile != "client":
                    builder.build_server_verifier(x509.DNSName("node1.example.com")).verify(leaf, [])
                if profile != "server":
                    builder.build_client_verifier().verify(leaf, [])
            """
        // The verifier follows the rules for browsers, which know no Ed25519.
        let arguments = self.world.issued.filter { self.isHost($0) && $0.certificate.publicKey?.type != .ed25519 }
            .map { "\($0.profile.rawValue):\($0.certificateFile)" }
        let outcome = try await Tool.python(script, [self.world.site.root] + arguments)
        #expect(outcome.isGood, "\(outcome.text)")
    }

    @Test func erlangPathValidation() async throws {
        let files = self.world.issued.map { "\"\($0.certificateFile)\"" }.joined(separator: ",")
        let outcome = try await Tool.erlang(
            """
            Read = fun(F) -> {ok, B} = file:read_file(F), [{'Certificate', D, _} | _] = public_key:pem_decode(B), D end,
            Root = Read("\(self.world.site.root)"),
            Results = [public_key:pkix_path_validation(Root, [Read(F)], []) || F <- [\(files)]],
            Bad = [R || R <- Results, element(1, R) =/= ok],
            io:format("~p~n", [Bad]), halt(length(Bad)).
            """
        )
        #expect(outcome.isGood, "\(outcome.text)")
    }

    @Test func ourOwnVerificationAndLintAgree() throws {
        for issued in self.world.issued {
            var options = VerificationOptions(trusted: [self.world.site.authority.certificate])
            if self.isHost(issued) { options.host = try HostName(Everything.host) }
            #expect(try Verification(issued.certificate, options).isGood)
            let findings = Lint.findings(issued.certificate).filter { $0.severity == .error }
            #expect(findings.isEmpty, "\(findings)")
        }
        #expect(Lint.findings(self.world.site.authority.certificate).isEmpty)
    }
}
