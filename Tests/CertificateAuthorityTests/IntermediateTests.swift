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
}
