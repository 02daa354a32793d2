import CertificateAuthority
import TestSupport
import Testing

/// Files for other programs.
struct ExportTests {
    @Test(arguments: [false, true])
    func pkcs12IsReadByOthers(_ isLegacy: Bool) async throws {
        let site = try Site()
        let issued = try site.issue(.client, "node1")
        let passphrase = try site.directory.write("open sesame\n", to: "passphrase")
        let file = site.directory.file("client.p12")
        let outcome = try await Tool.run(
            Tool.program,
            [
                "export", "--cert", issued.certificateFile, "--key", issued.keyFile, "--ca", site.root, "--out", file,
                "--export-passphrase-file", passphrase,
            ] + (isLegacy ? ["--legacy"] : [])
        )
        #expect(outcome.isGood, "\(outcome.text)")
        let info = try await Tool.openssl("pkcs12", "-in", file, "-passin", "file:\(passphrase)", "-noout", "-info")
        #expect(info.isGood && info.errors.contains(isLegacy ? "TripleDES" : "AES-256-CBC"), "\(info.text)")
        let gnutls = try await Tool.run(
            "certtool",
            ["--p12-info", "--inder", "--infile", file, "--password", "open sesame"]
        )
        #expect(gnutls.isGood && gnutls.text.contains("BEGIN CERTIFICATE"), "\(gnutls.text)")
    }

    @Test func theKeyOfAnotherCertificateIsRefused() async throws {
        let site = try Site()
        let one = try site.issue(.client, "one")
        let two = try site.issue(.client, "two")
        let outcome = try await Tool.hatoholCA(
            "export",
            "--cert",
            one.certificateFile,
            "--key",
            two.keyFile,
            "--format",
            "pem",
            "--out",
            site.directory.file("x.pem")
        )
        #expect(outcome.status == 1 && outcome.errors.contains("is not the key of"))
    }
}
