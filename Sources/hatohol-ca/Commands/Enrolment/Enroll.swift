internal import ArgumentParser
internal import CertificateAuthority
internal import Enrolment
internal import Escaping
internal import JSONRPC

struct Enroll: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Have this node certified by an enrolment service; the key is made here and stays here.",
        discussion: """
            Writes key.pem (readable by you only), PROFILE-cert.pem and ca-cert.pem. The
            service is known by the fingerprint of its authority; without it nothing is
            sent. What was interrupted is completed by the same command.

            EXAMPLE
              hatohol-ca enroll --url https://ca.example.com:8443 --key-file web.key \\
                  --fingerprint 5d0c…e1 --host-name web1.example.com --output-directory /etc/hatohol
            """
    )

    @Option(help: ArgumentHelp("The enrolment service.", valueName: "url"), transform: serviceURL)
    var url: ServiceAddress

    @Option(help: ArgumentHelp("The registration key: the first line.", valueName: "file"))
    var keyFile: String

    @Option(
        help: ArgumentHelp("SHA-256 of the authority's certificate, as 'key add' shows it.", valueName: "sha256"),
        transform: fingerprintOption
    )
    var fingerprint: Fingerprint

    @Option(help: "What the registration key is for: client, server or peer.")
    var profile = HostProfile.client

    @Option(help: ArgumentHelp("How long to try while the service is busy or away.", valueName: "seconds"))
    var patience = 60

    @OptionGroup var key: KeyOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var preview: DryRunOptions

    func validate() throws {
        guard (0...86_400).contains(self.patience) else { throw ValidationError("--patience is at most 86400 seconds") }
    }

    func run() throws {
        let files = NodeFiles(
            directory: self.key.outputDirectory,
            certificateName: self.profile.profile.defaultFileName
        )
        let registration = try self.registrationKey()
        let identity = try self.key.identity(self.profile.profile)
        try files.refuseExisting(force: self.key.force)
        if self.preview.dryRun {
            return self.preview.show([files.key, files.certificate, files.roots], self.output)
        }
        let passphrase = try self.key.keyPassphrase
        let key = try files.pendingKey(self.key.keyType, passphrase: passphrase, force: self.key.force)
        tell((identity.notices + [self.key.keyType.warning].compactMap(\.self)).map { "note: \($0)" })
        let request = String(decoding: try identity.request(key: key).pem, as: UTF8.self)
        let client = ServiceClient(self.url, trust: .fingerprint(self.fingerprint))
        let order = EnrolmentOrder(key: registration, request: request).encoded()
        let body = try Persistence(seconds: self.patience).send(.post("/v1/enroll", order), by: client)
        let answer = try NodeAnswer(EnrolmentAnswer(bytes: body), key: key, from: "\(self.url)")
        guard answer.roots.contains(where: { $0.fingerprint == self.fingerprint.description }) else {
            throw AuthorityError(.refused, "enrolling at \(self.url)", "its roots are not the authority you named")
        }
        try files.write(answer, force: self.key.force)
        self.output.show(
            [
                "keyFile": .string(files.key), "certificateFile": .string(files.certificate),
                "caFile": .string(files.roots), "certificate": JSON(answer.certificate),
            ],
            or: [files.key, files.certificate, files.roots] + self.nextAction(files)
        )
    }

    private func registrationKey() throws -> String {
        let text = String(decoding: try Files.read(self.keyFile), as: UTF8.self)
        guard let line = text.split(whereSeparator: \.isNewline).first, RegistrationKey.id(of: String(line)) != nil
        else {
            throw AuthorityError(
                .input,
                "reading the registration key \(self.keyFile)",
                "its first line is none",
                advice: "'hatohol-ca key add' makes one at the authority"
            )
        }
        return String(line)
    }

    private func nextAction(_ files: NodeFiles) -> [String] {
        guard self.profile == .client else { return [] }
        let (roots, certificate, key) = (
            files.roots.escaped(for: .shellWord), files.certificate.escaped(for: .shellWord),
            files.key.escaped(for: .shellWord)
        )
        return [
            "", "The next action, if RabbitMQ knows this node:",
            "  % hap2-fluentd --amqp-auth external --amqp-ssl-ca \(roots) \\",
            "      --amqp-ssl-cert \(certificate) --amqp-ssl-key \(key) … --test-connection",
        ]
    }
}

/// Reads a fingerprint for an option.
func fingerprintOption(_ text: String) throws -> Fingerprint {
    guard let fingerprint = Fingerprint(text) else {
        throw ValidationError("a fingerprint has 64 hexadecimal digits, with or without colons")
    }
    return fingerprint
}
