internal import ArgumentParser
internal import CertificateAuthority

struct LintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract: "Find what peers will dislike about certificates; ends with 1 on errors.",
        discussion: """
            EXAMPLES
              hatohol-ca lint server-cert.pem
              hatohol-ca lint --target rabbitmq-4 *.pem
            """
    )

    @Argument(help: "Files with certificates.", completion: .file())
    var files: [String]

    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("rabbitmq-3.10 or rabbitmq-4.", valueName: "peer"))
    var target: LintTarget = .rabbitmq310

    func run() throws {
        var hasErrors = false
        for file in self.files {
            let certificates = try Certificate.list(bytes: Files.read(file), from: file)
            guard !certificates.isEmpty else {
                throw AuthorityError(.input, "reading the certificate \(file)", "it holds no certificate")
            }
            for certificate in certificates {
                let findings = Lint.findings(certificate, target: self.target)
                hasErrors = hasErrors || findings.contains { $0.severity == .error }
                self.output.show(
                    [
                        "file": .string(file), "serial": JSON(certificate.serial),
                        "findings": .array(
                            findings.map {
                                [
                                    "severity": .string($0.severity.rawValue), "rule": .string($0.rule),
                                    "text": .string($0.text),
                                ]
                            }
                        ),
                    ],
                    or: findings.isEmpty
                        ? ["\(file): \(certificate.subject): nothing to say"]
                        : findings.map {
                            "\(file): \(certificate.subject): \($0.severity.rawValue): \($0.text) [\($0.rule)]"
                        }
                )
            }
        }
        if hasErrors { throw ExitCode.failure }
    }
}
