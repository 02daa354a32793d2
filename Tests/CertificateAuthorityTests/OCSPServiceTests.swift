import CertificateAuthority
import TestSupport
import Testing

/// OCSP over HTTP, asked by OpenSSL.
struct OCSPServiceTests {
    @Test func opensslAsksOverHTTP() async throws {
        let site = try Site()
        let good = try site.issue(.client, "good")
        let revoked = try site.issue(.client, "revoked")
        let service = try await ServedResponder(site)
        let url = service.url
        func ask(_ arguments: String...) async throws -> Outcome {
            try await Tool.run(
                "openssl",
                ["ocsp", "-issuer", site.root, "-CAfile", site.root, "-url", url] + arguments
            )
        }
        let first = try await ask("-cert", good.certificateFile)
        #expect(first.output.contains(": good") && first.text.contains("Response verify OK"), "\(first.text)")
        #expect(!first.text.contains("WARNING: no nonce"), "\(first.text)")
        // What is revoked while it runs is in the next answer.
        _ = try site.authority.revoke([revoked.certificate.serial], reason: .keyCompromise, key: site.key)
        let second = try await ask("-cert", revoked.certificateFile)
        #expect(second.output.contains(": revoked") && second.text.contains("Response verify OK"), "\(second.text)")

        try await self.expectGet(site, url, revoked)
        for (arguments, status) in [
            (["-X", "PUT", "-d", "x"], "405"), (["--data-binary", "@\(site.root)"], "200"),
            (["\(url)/nonsense!"], "200"),
        ] {
            let outcome = try await Tool.run(
                "curl",
                ["-s", "-o", "/dev/null", "-w", "%{http_code}\n", url] + arguments
            )
            #expect(outcome.output.contains(status), "\(arguments): \(outcome.text)")
        }
    }

    /// The same by GET, with the request in the path.
    private func expectGet(_ site: Site, _ url: String, _ revoked: Issued) async throws {
        let script = """
            import base64, sys, urllib.parse, urllib.request
            from cryptography import x509
            from cryptography.hazmat.primitives import hashes, serialization
            from cryptography.x509 import ocsp
            url, issuer, leaf = sys.argv[1:]
            read = lambda path: x509.load_pem_x509_certificate(open(path, "rb").read())
            request = ocsp.OCSPRequestBuilder().add_certificate(read(leaf), read(issuer), hashes.SHA256()).build()
            path = base64.b64encode(request.public_bytes(serialization.Encoding.DER)).decode()
            for escaped in (urllib.parse.quote(path, safe=""), path):
                reply = urllib.request.urlopen(url + "/" + escaped, timeout=60)
                assert reply.headers["Content-Type"] == "application/ocsp-response"
                answer = ocsp.load_der_ocsp_response(reply.read())
                assert answer.certificate_status is ocsp.OCSPCertStatus.REVOKED, answer.certificate_status
                assert answer.revocation_reason is x509.ReasonFlags.key_compromise
                signer = answer.certificates[0]
                signer.verify_directly_issued_by(read(issuer))
                assert signer.extensions.get_extension_for_class(x509.OCSPNoCheck)
            """
        let outcome = try await Tool.python(script, [url, site.root, revoked.certificateFile])
        #expect(outcome.isGood, "\(outcome.text)")
    }

    @Test func aSignerThatNobodyWouldBelieveIsRefused() async throws {
        let site = try Site()
        let other = try Site()
        for wrong in [try site.issue(.client, "node1"), try other.issue(.ocsp, "ocsp.example.com")] {
            let outcome = try await Tool.hatoholCA(
                "ocsp",
                "--serve",
                "127.0.0.1:0",
                "--base-directory",
                site.base,
                "--cert",
                wrong.certificateFile,
                "--key",
                wrong.keyFile
            )
            #expect(outcome.status == 1 && outcome.errors.contains("signing OCSP answers"), "\(outcome.text)")
        }
    }
}
