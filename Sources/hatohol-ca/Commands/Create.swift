internal import ArgumentParser
internal import CertificateAuthority

struct Create: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a key and a request for a certificate, on the host that will use it.",
        discussion: """
            Writes key.pem (readable by you only) and req.pem. The key never leaves the
            host; copy req.pem to the authority.

            EXAMPLES
              hatohol-ca create client --host-name web1.example.com --output-directory /etc/hatohol/tls
              hatohol-ca create server --host-name broker.example.com --san DNS:rabbit --san IP:192.0.2.5
            """
    )

    @Argument(help: "client, server, peer (both), or ocsp, which signs OCSP answers.")
    var profile: KeyProfile

    @OptionGroup var key: KeyOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var preview: DryRunOptions

    func run() throws {
        let identity = try self.key.identity(self.profile.profile)
        let files = self.key.files
        try Files.refuseExisting([files.key, files.request], force: self.key.force)
        if self.preview.dryRun { return self.preview.show([files.key, files.request], self.output) }
        let key = try PrivateKey.generate(self.key.keyType)
        let request = try identity.request(key: key)
        try files.write(key: key, passphrase: self.key.keyPassphrase, force: self.key.force)
        try files.write(request: request, force: self.key.force)
        tell((identity.notices + [self.key.keyType.warning].compactMap(\.self)).map { "note: \($0)" })
        self.output.show(
            [
                "keyFile": .string(files.key), "requestFile": .string(files.request), "subject": JSON(identity.subject),
                "names": JSON(identity.alternativeNames), "key": JSON(self.key.keyType),
            ],
            or: [
                "", "The next action:", "Copy \(files.request) to CA host and run the following command:",
                "  % hatohol-ca sign \(self.profile.rawValue) req.pem",
            ]
        )
    }
}
