import CertificateAuthority
import TestSupport
import Testing

/// Answers about single certificates, read by OpenSSL.
struct OCSPTests {
    @Test func goodRevokedAndUnknown() async throws {
        let site = try Site()
        let path = site.directory.path
        let good = try site.issue(.client, "good")
        let revoked = try site.issue(.client, "revoked")
        _ = try site.authority.revoke([revoked.certificate.serial], reason: .keyCompromise, key: site.key)
        func ask(_ arguments: String...) async throws -> Outcome {
            let request = ["ocsp", "-no_nonce", "-issuer", site.root] + arguments
            _ = try await Tool.run("openssl", request + ["-reqout", "\(path)/req.der"])
            let answered = try await Tool.hatoholCA(
                "ocsp",
                "\(path)/req.der",
                "--base-directory",
                site.base,
                "--out",
                "\(path)/resp.der",
                "--force"
            )
            #expect(answered.isGood, "\(answered.text)")
            return try await Tool.run("openssl", request + ["-respin", "\(path)/resp.der", "-CAfile", site.root])
        }
        let first = try await ask("-cert", good.certificateFile)
        #expect(first.output.contains(": good") && first.text.contains("Response verify OK"), "\(first.text)")
        let second = try await ask("-cert", revoked.certificateFile)
        #expect(second.output.contains(": revoked") && second.output.contains("keyCompromise"), "\(second.text)")
        let third = try await ask("-serial", "0x1234")
        #expect(third.output.contains(": unknown"), "\(third.text)")
        // The same number of another authority is nothing we know about.
        let stranger = try Site()
        let other = try await Tool.openssl(
            "ocsp",
            "-no_nonce",
            "-issuer",
            stranger.root,
            "-serial",
            "0x\(good.certificate.serial)",
            "-reqout",
            "\(path)/req.der"
        )
        try #require(other.isGood, "\(other.text)")
        let bytes = try site.authority.answer(
            ocspRequest: contents(of: "\(path)/req.der"),
            signer: site.authority.certificate,
            key: site.key
        )
        try OperatorFile("\(path)/other.der").write(bytes)
        let foreign = try await Tool.openssl("ocsp", "-respin", "\(path)/other.der", "-resp_text", "-noverify")
        #expect(foreign.output.contains("Cert Status: unknown"), "\(foreign.text)")
        try OperatorFile("\(path)/req.der").write(Array("nonsense".utf8), force: true)
        let malformed = try await Tool.hatoholCA(
            "ocsp",
            "\(path)/req.der",
            "--base-directory",
            site.base,
            "--out",
            "\(path)/bad.der"
        )
        #expect(malformed.isGood)
        let shown = try await Tool.openssl("ocsp", "-respin", "\(path)/bad.der", "-resp_text", "-noverify")
        #expect(shown.text.contains("malformedrequest"), "\(shown.text)")
    }
}
