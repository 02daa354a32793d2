import CertificateAuthority
import TestSupport
import Testing

/// What is said about certificates that we would not make ourselves.
struct LintTests {
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    /// A certificate by OpenSSL, which is good for ten days.
    private func certificate(
        key: String = "rsa:2048",
        serial: String = "0x4000000000000001",
        names: Int = 0
    ) throws -> Certificate {
        let path = self.directory.file("cert.pem")
        let list = (0..<names).map { "DNS:web\(1000 + $0).example.com" }
        try Command.run(
            "openssl",
            [
                "req", "-x509", "-nodes", "-newkey", key, "-keyout", self.directory.file("key.pem"), "-out", path,
                "-subj", "/CN=web1.example.com", "-days", "10", "-set_serial", serial,
            ] + (names == 0 ? [] : ["-addext", "subjectAltName=\(list.joined(separator: ","))"])
        )
        return try Certificate(bytes: contents(of: path), from: path)
    }

    private func findings(_ certificate: Certificate, now: Timestamp = .now) -> [String: LintFinding.Severity] {
        let findings = Lint.findings(certificate, now: now).map { ($0.rule, $0.severity) }
        return Dictionary(findings, uniquingKeysWith: { first, _ in first })
    }

    @Test(
        arguments: [
            ("7F", 19, nil), ("80", 19, .error), ("FF", 19, .error), ("01", 20, .error), ("01", 7, nil),
        ] as [(String, Int, LintFinding.Severity?)]
    )
    func theSerialNumberHasTwentyOctetsAtMost(first: String, more: Int, severity: LintFinding.Severity?) throws {
        let found = self.findings(try self.certificate(serial: "0x\(first)\(String(repeating: "A5", count: more))"))
        #expect(found["serial-length"] == severity)
        #expect(found["serial-entropy"] == nil)
    }

    @Test func aSerialNumberThatCanBeGuessedIsSaid() throws {
        #expect(self.findings(try self.certificate(serial: "0xA5A5A5A5A5A5A5"))["serial-entropy"] == .notice)
    }

    @Test(arguments: [(1024, .error), (2048, nil)] as [(Int, LintFinding.Severity?)])
    func aWeakKeyIsAnError(bits: Int, severity: LintFinding.Severity?) throws {
        #expect(self.findings(try self.certificate(key: "rsa:\(bits)"))["weak-key"] == severity)
    }

    /// OpenSSL takes 100 KiB of certificates in a handshake, and each handshake pays for every name.
    @Test(arguments: [(20, nil), (800, .warning), (5000, .error)] as [(Int, LintFinding.Severity?)])
    func aCertificateOfManyNamesIsSaidToBeLarge(names: Int, severity: LintFinding.Severity?) throws {
        #expect(self.findings(try self.certificate(names: names))["size"] == severity)
    }

    @Test func aCertificateIsGoodFromItsFirstToItsLastSecond() throws {
        let certificate = try self.certificate()
        for (now, rule) in [
            (certificate.notBefore + -1, "not-yet-valid"), (certificate.notBefore, nil), (certificate.notAfter, nil),
            (certificate.notAfter + 1, "expired"),
        ] {
            let found = self.findings(certificate, now: now)
            for each in ["not-yet-valid", "expired"] { #expect(found[each] == (each == rule ? .error : nil), "\(now)") }
        }
    }
}
