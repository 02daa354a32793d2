internal import ArgumentParser
internal import CertificateAuthority
internal import Glibc

struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a new authority.",
        discussion: """
            Makes openssl.cnf and CA/ below the directory, in the layout of 'openssl
            ca'. An authority that is there already is never touched: with --if-needed
            that is fine, with --renew its certificate is renewed with the same key and
            name, so that everything it signed keeps verifying.

            EXAMPLES
              hatohol-ca init --base-directory /etc/hatohol/ca --name 'Example Co. CA'
              hatohol-ca init --base-directory ca --if-needed --no-passphrase
              hatohol-ca init --base-directory /var/lib/hatohol --renew
            """
    )

    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("The common name; the default differs between sites.", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("p256, p384, p521, rsa:2048 to rsa:4096, or ed25519.", valueName: "type"))
    var keyType: KeyType = .p384

    @Option(name: .customLong("days"), help: ArgumentHelp("How long the certificate is good for.", valueName: "days"))
    var lifetime: Lifetime = .days(3650)

    @Option(help: "What turns the passphrase into a key: pbkdf2 or scrypt.")
    var keyDerivation: KeyDerivation = .pbkdf2

    @Option(
        name: .customLong("permit"),
        help: ArgumentHelp(
            "Limit the names below: DNS:example.com or IP:10.0.0.0/8; repeatable.",
            valueName: "type:value"
        ),
        transform: nameConstraint
    )
    var permitted: [NameConstraint] = []

    @Flag(help: "Leave the key unencrypted, for tests and unattended machines.")
    var noPassphrase = false

    @Flag(help: "Do nothing when there is an authority already.")
    var ifNeeded = false

    @Flag(help: "Renew the certificate of the authority that is there, with the same key and name.")
    var renew = false

    func validate() throws {
        guard !(self.renew && self.ifNeeded) else {
            throw ValidationError("--renew and --if-needed exclude each other")
        }
    }

    func run() throws {
        if self.renew { return try self.renewExisting() }
        if Authority.exists(base: self.directory.baseDirectory) { return try self.meetExisting() }
        var new = NewAuthority()
        if let name { new.name = name }
        new.keyType = self.keyType
        new.lifetime = self.lifetime
        new.permitted = self.permitted
        new.derivation = self.keyDerivation
        new.passphrase = try self.newPassphrase()
        let authority = try Authority.initialize(new, base: self.directory.baseDirectory)
        if let warning = self.keyType.warning { tell(["note: \(warning)"]) }
        self.show(authority, "A new authority", created: true)
    }

    private func newPassphrase() throws -> Passphrase? {
        if self.noPassphrase { return nil }
        if let given = try self.passphrase.given ?? PassphraseSource.promptForNew() { return given }
        throw AuthorityError(
            .passphrase,
            "making an authority",
            "there is no terminal to ask for a passphrase",
            advice: "give --passphrase-file, or --no-passphrase to leave the key open"
        )
    }

    private func meetExisting() throws {
        let authority = try self.directory.open()
        guard self.ifNeeded else {
            let certificate = authority.certificate
            let isOld = certificate.notAfter.days(since: certificate.notBefore) < 365 || certificate.notAfter < .now
            throw AuthorityError(
                .exists,
                "making an authority in \(self.directory.baseDirectory)",
                "there is one already (\(certificate.subject), until \(certificate.notAfter.day)) and nothing was changed",
                advice: isOld ? "--renew renews it with the same key and name" : "--if-needed makes that no failure"
            )
        }
        self.show(authority, "There is an authority already; nothing was changed", created: false)
    }

    private func renewExisting() throws {
        let authority = try self.directory.open()
        let renewed = try authority.renewSelf(lifetime: self.lifetime, key: self.passphrase.key(of: authority))
        self.show(renewed, "The authority's certificate, renewed with the same key and name", created: false)
    }

    private func show(_ authority: Authority, _ title: String, created: Bool) {
        self.output.show(
            [
                "created": .bool(created), "baseDirectory": .string(authority.layout.base),
                "certificateFile": .string(authority.layout.certificate), "certificate": JSON(authority.certificate),
            ],
            or: [
                "\(title):", "  name         \(authority.certificate.subject)",
                "  valid        \(authority.certificate.notBefore) to \(authority.certificate.notAfter)",
                "  certificate  \(authority.layout.certificate)", "  key          \(authority.layout.key)",
                "  sha256       \(authority.certificate.fingerprint)",
            ]
        )
    }
}
