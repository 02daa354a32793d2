internal import ArgumentParser
internal import CertificateAuthority

struct Issue: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a key and its certificate in one step, on the authority's host.",
        discussion: """
            Writes key.pem (readable by you only), PROFILE-cert.pem and ca-cert.pem: the
            three files that a program needs. For a server or peer whose key is not
            encrypted, server.pem holds certificate, chain and key together: the file
            that the configuration of `broker-config` names.

            EXAMPLES
              hatohol-ca issue server --host-name broker.example.com --output-directory broker
              hatohol-ca issue client --host-name web1 --output-directory web1 --days 90
            """
    )

    @Argument(help: "client, server, peer (both), or ocsp, which signs OCSP answers.")
    var profile: KeyProfile

    @OptionGroup var key: KeyOptions
    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var signing: SigningOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let authority = try self.directory.open()
        let identity = try self.key.identity(self.profile.profile)
        let files = self.key.files
        let file = self.signing.out ?? "\(self.key.outputDirectory)/\(self.profile.profile.defaultFileName)"
        let combined = self.combinedFile
        if !self.signing.dryRun {
            try Files.refuseExisting([files.key, file] + (combined.map { [$0] } ?? []), force: self.key.force)
        }
        let key = try PrivateKey.generate(self.key.keyType)
        let plan = try authority.plan(identity, key: key, self.signing.order(self.profile.profile))
        if self.signing.dryRun { return self.output.show(JSON(plan), or: plan.lines) }
        if !self.output.json { tell(plan.lines) }
        let authorityKey = try self.passphrase.key(of: authority)
        // First the key: a certificate whose key was lost to a full disk would stay on record for nothing.
        try files.writePending(key: key, passphrase: self.key.keyPassphrase)
        let certificate = try files.certifyingPending { try authority.sign(plan, key: authorityKey) }
        try authority.write(certificate, to: file, force: self.key.force)
        if let combined {
            let bytes = try authority.fullChain(certificate) + key.pem()
            try Files.write(bytes, to: combined, mode: 0o600, force: self.key.force)
        }
        try authority.writeRoot(to: self.key.outputDirectory, force: self.key.force)
        try files.takePending(force: self.key.force)
        let root = "\(self.key.outputDirectory)/ca-cert.pem"
        self.output.show(
            [
                "keyFile": .string(files.key), "certificateFile": .string(file),
                "combinedFile": JSON(combined), "caFile": .string(root), "plan": JSON(plan),
                "certificate": JSON(certificate),
            ],
            or: [files.key, file] + (combined.map { [$0] } ?? []) + [root]
        )
    }

    /// The file that a broker reads, for profiles that brokers use.
    ///
    /// An encrypted key stays out of it: RabbitMQ would ask for the passphrase at each handshake, and the file must not
    /// hold in the clear what was to be encrypted.
    private var combinedFile: String? {
        guard [.server, .peer].contains(self.profile), self.key.keyPassphraseFile == nil else { return nil }
        return "\(self.key.outputDirectory)/\(BrokerConfiguration.combinedFileName)"
    }
}
