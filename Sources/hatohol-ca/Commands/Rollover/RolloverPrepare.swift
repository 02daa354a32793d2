internal import ArgumentParser
internal import CertificateAuthority

struct RolloverPrepare: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepare",
        abstract: "Make the new authority, its cross certificate, and a bundle of both roots.",
        discussion: """
            The bundle, ca-bundle.pem, must then get to every host as its trusted
            authorities; nothing else changes yet.

            EXAMPLES
              hatohol-ca rollover prepare --name 'Example Co. CA 2' --base-directory /etc/hatohol/ca
              hatohol-ca rollover prepare --passphrase-file old --new-passphrase-file new
            """
    )

    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var preview: DryRunOptions

    @Option(help: ArgumentHelp("The common name of the new authority.", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("p256, p384, p521, rsa:2048 to rsa:4096, or ed25519.", valueName: "type"))
    var keyType: KeyType = .p384

    @Option(
        name: .customLong("key"),
        help: ArgumentHelp("Use this key of a token for the new authority: pkcs11:…", valueName: "uri"),
        transform: tokenURI
    )
    var tokenKey: TokenURI?

    @Option(help: ArgumentHelp("The first line encrypts the new authority's key.", valueName: "file"))
    var newPassphraseFile: String?

    @Flag(help: "Leave the new key unencrypted.")
    var noPassphrase = false

    func run() throws {
        let authority = try self.directory.open()
        let rollover = Rollover(authority)
        var new = NewAuthority()
        if let name { new.name = name }
        new.keyType = self.keyType
        new.tokenKey = self.tokenKey
        if self.preview.dryRun {
            try rollover.checkPreparing(new)
            return self.preview.show([authority.layout.next, authority.layout.bundle], self.output)
        }
        let key = try self.passphrase.key(of: authority)
        if !self.noPassphrase {
            new.passphrase = try self.newPassphraseFile.map(PassphraseSource.file) ?? PassphraseSource.promptForNew()
            guard new.passphrase != nil else {
                throw AuthorityError(
                    .passphrase,
                    "preparing a new root",
                    "there is no terminal to ask for a passphrase",
                    advice: "give --new-passphrase-file, or --no-passphrase to leave the key open"
                )
            }
        }
        let next = try rollover.prepare(new, key: key)
        self.output.show(
            [
                "stage": .string(rollover.stage.rawValue), "root": JSON(next.certificate),
                "bundle": .string(authority.layout.bundle),
            ],
            or: next.certificate.lines + rollover.advice
        )
    }
}
