import CertificateAuthority
import TestSupport
import Testing

/// An authority below ours, limited to a part of the names.
struct IntermediateTests {
    @Test func limitsOfAnIntermediateHold() async throws {
        let site = try Site()
        let path = site.directory.path
        _ = try await Tool.openssl(
            "genpkey",
            "-algorithm",
            "EC",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-out",
            "\(path)/sub.key"
        )
        _ = try await Tool.openssl(
            "req",
            "-new",
            "-key",
            "\(path)/sub.key",
            "-subj",
            "/CN=Issuing CA",
            "-out",
            "\(path)/sub.req"
        )
        var order = SigningOrder(.ca)
        order.permitted = [try NameConstraint("DNS:example.com"), try NameConstraint("IP:192.0.2.0/24")]
        let request = try CertificateRequest(bytes: contents(of: "\(path)/sub.req"), from: "sub.req")
        let intermediate = try site.authority.sign(site.authority.plan(request, order, from: "sub.req"), key: site.key)
        #expect(intermediate.isAuthority)
        #expect(intermediate.pathLength == 0)
        #expect(intermediate.notAfter <= site.authority.certificate.notAfter)
        try OperatorFile("\(path)/sub.pem").write(intermediate.pem)
        for (name, isGood) in [("web1.example.com", true), ("web1.example.org", false)] {
            let extensions = try site.directory.write(
                "subjectAltName=DNS:\(name)\nbasicConstraints=critical,CA:FALSE\n",
                to: "ext"
            )
            _ = try await Tool.openssl(
                "req",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-keyout",
                "\(path)/leaf.key",
                "-subj",
                "/O=x/OU=\(name)",
                "-out",
                "\(path)/leaf.req"
            )
            _ = try await Tool.openssl(
                "x509",
                "-req",
                "-in",
                "\(path)/leaf.req",
                "-CA",
                "\(path)/sub.pem",
                "-CAkey",
                "\(path)/sub.key",
                "-extfile",
                extensions,
                "-out",
                "\(path)/leaf.pem"
            )
            let outcome = try await Tool.openssl(
                "verify",
                "-CAfile",
                site.root,
                "-untrusted",
                "\(path)/sub.pem",
                "\(path)/leaf.pem"
            )
            #expect(outcome.isGood == isGood, "\(name): \(outcome.text)")
        }
    }

    @Test func anAuthorityBelowGetsADirectoryOfItsOwn() async throws {
        let site = try Site()
        let below = site.directory.file("below")
        func run(_ arguments: String...) async throws -> Outcome { try await Tool.run(Tool.program, arguments) }
        let prepared = try await run(
            "init",
            "--below",
            "--base-directory",
            below,
            "--name",
            "Issuing CA",
            "--no-passphrase"
        )
        #expect(prepared.isGood && prepared.output.contains("sign ca"), "\(prepared.text)")
        let waiting = try await run("list", "--base-directory", below)
        #expect(waiting.status == 1 && waiting.errors.contains("waits for its certificate"), "\(waiting.text)")
        let again = try await run("init", "--below", "--base-directory", below, "--no-passphrase")
        #expect(again.status == 1, "\(again.text)")

        func certify(_ name: String) async throws -> String {
            let file = site.directory.file(name)
            let signed = try await run(
                "sign",
                "ca",
                "\(below)/CA/ca-req.pem",
                "--base-directory",
                site.base,
                "--permit",
                "DNS:example.com",
                "--out",
                file
            )
            #expect(signed.isGood, "\(signed.text)")
            return file
        }
        let first = try await certify("first.pem")
        let noRoot = try await run("init", "--base-directory", below, "--certificate", first)
        #expect(noRoot.status == 1 && noRoot.errors.contains("--chain"), "\(noRoot.text)")
        let wrong = try await run("init", "--base-directory", below, "--certificate", site.root)
        #expect(wrong.status == 1 && wrong.errors.contains("none of the certificates"), "\(wrong.text)")
        let adopted = try await run("init", "--base-directory", below, "--certificate", first, "--chain", site.root)
        #expect(adopted.isGood, "\(adopted.text)")

        let out = site.directory.file("broker")
        let issued = try await run(
            "issue",
            "server",
            "--base-directory",
            below,
            "--host-name",
            "broker.example.com",
            "--output-directory",
            out
        )
        #expect(issued.isGood, "\(issued.text)")
        #expect(try contents(of: "\(out)/ca-cert.pem") == contents(of: site.root))
        // What TLS sends holds the authority below, so that a peer needs the root alone.
        let verified = try await Tool.openssl(
            "verify",
            "-x509_strict",
            "-CAfile",
            site.root,
            "-untrusted",
            "\(out)/server-cert.pem",
            "\(out)/server-cert.pem"
        )
        #expect(verified.isGood, "\(verified.text)")
        let list = try await run("crl", "--base-directory", below, "--install", site.directory.file("crl"))
        #expect(list.isGood, "\(list.text)")

        // Renewed by the one above, with the same key.
        let serial = try Authority(base: below).certificate.serial
        let second = try await certify("second.pem")
        let renewed = try await run("init", "--base-directory", below, "--certificate", second, "--chain", site.root)
        #expect(renewed.isGood, "\(renewed.text)")
        #expect(try Authority(base: below).certificate.serial != serial)
        #expect(try !Doctor(base: below, repair: false).hasErrors)
    }
}
