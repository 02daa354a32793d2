internal import ArgumentParser
internal import CertificateAuthority

struct Rekey: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sign a certificate again with a new key, for the same names.",
        discussion: """
            Writes key.pem and PROFILE-cert.pem; a key that is there already is replaced
            only with --force, and then kept as key.pem.old. The old certificate stays
            valid until its end or its revocation. When something fails, key and
            certificate that are there stay together.

            EXAMPLES
              hatohol-ca rekey broker.example.com --output-directory broker-new
              hatohol-ca rekey web1 --key-type p384 --output-directory web1 --force
            """
    )

    @OptionGroup var selection: CertificateOptions
    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var signing: SigningOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("p256, p384, p521, rsa:2048 to rsa:4096, or ed25519.", valueName: "type"))
    var keyType: KeyType = .p256

    @Option(help: ArgumentHelp("Where the files are written.", valueName: "directory"))
    var outputDirectory = "."

    @Option(help: ArgumentHelp("The first line encrypts the new key.", valueName: "file"))
    var keyPassphraseFile: String?

    @Flag(help: "Replace files that are there already; the old ones get the ending .old.")
    var force = false

    func run() throws {
        let authority = try self.directory.open()
        let entry = try self.selection.entry(of: authority, in: [.valid, .expired])
        let profile = authority.profile(of: entry)
        let files = KeyFiles(directory: self.outputDirectory)
        let file = self.signing.out ?? "\(self.outputDirectory)/\(profile?.defaultFileName ?? "cert.pem")"
        if self.signing.dryRun {
            return self.output.show(
                ["wouldRekey": JSON(entry), "certificateFile": .string(file)],
                or: ["would rekey \(entry.line)"]
            )
        }
        try Files.refuseExisting([files.key, file], force: self.force)
        let authorityKey = try self.passphrase.key(of: authority)
        let key = try PrivateKey.generate(self.keyType)
        try files.writePending(key: key, passphrase: self.keyPassphraseFile.map(PassphraseSource.file))
        let renewed = try files.certifyingPending {
            try authority.renew(entry, newKey: key, lifetime: self.signing.lifetime, key: authorityKey)
        }
        try authority.write(renewed, to: file, force: self.force)
        try files.takePending(force: self.force)
        if let warning = self.keyType.warning { tell(["note: \(warning)"]) }
        self.output.show(
            ["keyFile": .string(files.key), "certificateFile": .string(file), "certificate": JSON(renewed)],
            or: renewed.lines + [files.key, file]
        )
    }
}
