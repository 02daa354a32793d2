internal import ArgumentParser
internal import CertificateAuthority

struct KeyPassphrase: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key-passphrase",
        abstract: "Give the authority's key another passphrase, or its first one.",
        discussion: """
            The key stays the same, and so does everything it signed. Files with the old
            passphrase, as jobs and services use them, must follow. While the root changes
            each of the two authorities has a passphrase of its own.

            EXAMPLES
              hatohol-ca key-passphrase --base-directory /etc/hatohol/ca
              hatohol-ca key-passphrase --passphrase-file old --new-passphrase-file new
            """
    )

    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var preview: DryRunOptions

    @Option(help: ArgumentHelp("The first line is the new passphrase.", valueName: "file"))
    var newPassphraseFile: String?

    @Flag(help: "Leave the key unencrypted from now on.")
    var noPassphrase = false

    @Option(help: "What turns the passphrase into a key: pbkdf2 or scrypt.")
    var keyDerivation: KeyDerivation = .pbkdf2

    func validate() throws {
        guard !(self.noPassphrase && self.newPassphraseFile != nil) else {
            throw ValidationError("--new-passphrase-file and --no-passphrase exclude each other")
        }
    }

    func run() throws {
        let authority = try self.directory.open()
        try authority.refuseTokenKey()
        if self.preview.dryRun { return self.preview.show([authority.layout.key], self.output) }
        let key = try self.passphrase.key(of: authority)
        try authority.encryptKey(key, with: self.newPassphrase(), derivation: self.keyDerivation)
        let protection = authority.keyEncryption?.description
        self.output.show(
            ["keyFile": .string(authority.layout.key), "encryption": JSON(protection)],
            or: ["\(authority.layout.key): \(protection ?? "not encrypted")"]
        )
    }

    private func newPassphrase() throws -> Passphrase? {
        if self.noPassphrase { return nil }
        if let found = try self.newPassphraseFile.map(PassphraseSource.file) ?? PassphraseSource.promptForNew() {
            return found
        }
        throw AuthorityError(
            .passphrase,
            "setting the passphrase",
            "there is no terminal to ask for it",
            advice: "give --new-passphrase-file, or --no-passphrase to leave the key open"
        )
    }
}
