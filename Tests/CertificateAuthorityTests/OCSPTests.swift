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

    /// Clients do not believe a signer that has ended or was revoked; it must not sign on in silence.
    @Test func anUnfitSignerIsRefused() async throws {
        let (site, _) = try Site.withEndedClient("ended")
        let past = try Authority(base: site.base, clock: { .now + -399 * 86_400 })
        let key = try PrivateKey.generate(.p256)
        let identity = Identity(.ocsp, host: try HostName("ocsp.example.com"))
        let ended = try past.sign(past.plan(identity, key: key, SigningOrder(.ocsp)), key: site.key)
        let revoked = try site.issue(.ocsp, "ocsp.example.com")
        // While it runs: what is good at the start must be good for each answer.
        let running = try ResponderIdentity(certificate: revoked.certificate, key: revoked.key, of: site.authority)
        _ = try site.authority.revoke([revoked.certificate.serial], reason: .superseded, key: site.key)
        for (certificate, key, words) in [(ended, key, "good from"), (revoked.certificate, revoked.key, "is revoked")] {
            let error = #expect(throws: AuthorityError.self) {
                try ResponderIdentity(certificate: certificate, key: key, of: site.authority)
            }
            #expect(error?.code == .refused && error?.reason.contains(words) == true, "\(error as Any)")
        }
        let error = #expect(throws: AuthorityError.self) {
            try site.authority.answer(ocspRequest: [], signer: running.certificate, key: running.key)
        }
        #expect(error?.reason.contains("is revoked") == true)
        let failure = site.directory.file("failure.der")
        try OperatorFile(failure).write(Authority.ocspFailure())
        let shown = try await Tool.openssl("ocsp", "-respin", failure, "-resp_text", "-noverify")
        #expect(shown.text.contains("internalerror"), "\(shown.text)")
    }
}
