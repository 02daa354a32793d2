import CertificateAuthority
import TestSupport
import Testing

/// An authority whose key never leaves a token.
struct TokenTests {
    let directory: TemporaryDirectory
    var base: String { self.directory.file("ca") }

    init() throws { self.directory = try TemporaryDirectory() }

    @Test(arguments: ["EC:prime256v1", "EC:secp384r1", "rsa:2048"])
    func theTokenSigns(_ type: String) async throws {
        let token = try await Token()
        let uri = try await token.makeKey("root", type)
        let place = ["--base-directory", self.base, "--passphrase-file", token.pinFile]
        func run(_ arguments: String...) async throws -> Outcome {
            try await Tool.run(Tool.program, arguments + place, environment: token.environment)
        }
        let made = try await run("init", "--name", "Token CA", "--key", uri)
        #expect(made.isGood && made.output.contains(uri), "\(made.text)")
        #expect(!OperatorFile("\(self.base)/CA/private/ca-key.pem").exists)
        let out = self.directory.file("broker")
        let issued = try await run("issue", "server", "--host-name", "localhost", "--output-directory", out)
        #expect(issued.isGood, "\(issued.text)")
        let verified = try await Tool.openssl(
            "verify",
            "-x509_strict",
            "-CAfile",
            "\(out)/ca-cert.pem",
            "-purpose",
            "sslserver",
            "\(out)/server-cert.pem"
        )
        #expect(verified.isGood, "\(verified.text)")
        let revoked = try await run("revoke", "localhost", "--reason", "superseded")
        #expect(revoked.isGood, "\(revoked.text)")
        let renewed = try await run("init", "--renew")
        #expect(renewed.isGood, "\(renewed.text)")

        // openssl ca works on the same directory, with the same key.
        let pin = String(decoding: try contents(of: token.pinFile), as: UTF8.self).filter(\.isNumber)
        let list = try await Tool.run(
            "openssl",
            [
                "ca", "-config", "\(self.base)/openssl.cnf", "-engine", "pkcs11", "-keyform", "engine", "-passin",
                "pass:\(pin)", "-gencrl", "-out", self.directory.file("theirs.pem"),
            ],
            environment: token.environment.merging(["PKCS11_MODULE_PATH": Token.module]) { $1 }
        )
        #expect(list.isGood, "\(list.text)")
        let doctor = try await Tool.hatoholCA("doctor", "--base-directory", self.base)
        #expect(doctor.isGood && doctor.output.contains("a token keeps it"), "\(doctor.text)")
    }

    @Test func whatATokenRefusesChangesNothing() async throws {
        let token = try await Token()
        let uri = try await token.makeKey("root", "EC:prime256v1")
        let wrong = try self.directory.write("111111\n", to: "wrong")
        for (key, pin) in [(uri, wrong), (uri + "x", token.pinFile), ("pkcs11:object=none", token.pinFile)] {
            let outcome = try await token.hatoholCA(
                "init",
                "--base-directory",
                self.base,
                "--key",
                key,
                "--passphrase-file",
                pin
            )
            #expect(outcome.status == 1 && outcome.errors.contains("opening the key pkcs11:"), "\(outcome.text)")
            #expect(!OperatorFile("\(self.base)/CA").exists)
        }
        let revealing = try await token.hatoholCA("init", "--base-directory", self.base, "--key", uri + "&pin-value=1")
        #expect(revealing.status == 64 && revealing.errors.contains("PIN"), "\(revealing.text)")
    }
}
