internal import ArgumentParser
internal import CertificateAuthority
internal import Escaping
internal import Glibc

struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a new authority.",
        discussion: """
            Makes openssl.cnf and CA/ below the directory, in the layout of 'openssl
            ca'. An authority that is there already is never touched: with --if-needed
            that is fine, with --renew its certificate is renewed with the same key and
            name, so that everything it signed keeps verifying.

            At a terminal an authority as the original scripts made it, whose certificate
            ends after 30 days, is offered its renewal.

            EXAMPLES
              hatohol-ca init --base-directory /etc/hatohol/ca --name 'Example Co. CA'
              hatohol-ca init --base-directory ca --if-needed --no-passphrase
              hatohol-ca init --base-directory /var/lib/hatohol --renew
              hatohol-ca init --key 'pkcs11:token=authority;object=root' --passphrase-file pin

            An authority below another one waits for its certificate:

              hatohol-ca init --below --base-directory issuing --name 'Issuing CA'
              hatohol-ca sign ca issuing/CA/ca-req.pem --out issuing.pem      (by the one above)
              hatohol-ca init --base-directory issuing --certificate issuing.pem --chain ca-cert.pem
            """
    )

    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var preview: DryRunOptions

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

    @Option(
        name: .customLong("key"),
        help: ArgumentHelp("Use this key of a PKCS#11 token, whose PIN is the passphrase: pkcs11:…", valueName: "uri"),
        transform: tokenURI
    )
    var tokenKey: TokenURI?

    @Flag(help: "Prepare an authority below another one: its directory, its key and a request.")
    var below = false

    @Option(
        name: .customLong("certificate"),
        help: ArgumentHelp(
            "Take this certificate by the authority above, the first or a renewed one.",
            valueName: "file"
        ),
        completion: .file()
    )
    var signed: String?

    @Option(
        name: .customLong("chain"),
        help: ArgumentHelp("The certificates above that one, as far as it does not hold them.", valueName: "file"),
        completion: .file()
    )
    var chain: String?

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
        guard [self.renew, self.below, self.signed != nil].count(where: \.self) <= 1 else {
            throw ValidationError("--renew, --below and --certificate exclude each other")
        }
        guard !(self.noPassphrase && self.tokenKey != nil) else {
            throw ValidationError("a token wants its PIN: --key and --no-passphrase exclude each other")
        }
        guard self.permitted.isEmpty || !self.below else {
            throw ValidationError("the authority above limits the names: 'sign ca --permit'")
        }
    }

    func run() throws {
        if self.renew { return try self.renewExisting() }
        if let signed { return try self.adopt(signed) }
        if Authority.exists(base: self.directory.baseDirectory) { return try self.meetExisting() }
        var new = NewAuthority()
        if let name { new.name = name }
        new.keyType = self.keyType
        new.lifetime = self.lifetime
        new.permitted = self.permitted
        new.derivation = self.keyDerivation
        new.tokenKey = self.tokenKey
        if self.preview.dryRun { return try self.announce(new) }
        new.passphrase = try self.newPassphrase()
        if self.below { return try self.prepareBelow(new) }
        let authority = try Authority.initialize(new, base: self.directory.baseDirectory)
        if self.tokenKey == nil, let warning = self.keyType.warning { tell(["note: \(warning)"]) }
        self.show(authority, "A new authority", created: true)
    }

    private func newPassphrase() throws -> Passphrase? {
        if self.noPassphrase { return nil }
        let asked =
            try self.passphrase.given
            ?? (self.tokenKey == nil ? PassphraseSource.promptForNew() : PassphraseSource.prompt("PIN of the token: "))
        if let asked { return asked }
        throw AuthorityError(
            .passphrase,
            "making an authority",
            "there is no terminal to ask for a passphrase",
            advice: self.tokenKey == nil
                ? "give --passphrase-file, or --no-passphrase to leave the key open"
                : "give --passphrase-file with the token's PIN"
        )
    }

    private func announce(_ new: NewAuthority) throws {
        let layout = Layout(base: self.directory.baseDirectory)
        try Authority.check(new, base: layout.base)
        let key = new.tokenKey == nil ? layout.key : layout.keyLocation
        let certificates = self.below ? [layout.request] : [layout.certificate, layout.certificateLink]
        self.preview.show([layout.configuration, key] + certificates, self.output)
    }

    private func prepareBelow(_ new: NewAuthority) throws {
        let request = try Authority.prepareBelow(new, base: self.directory.baseDirectory)
        let base = self.directory.baseDirectory
        self.output.show(
            ["created": true, "baseDirectory": .string(base), "requestFile": .string(request)],
            or: [
                "", "The next action:", "Copy \(request) to the host of the authority above and run there:",
                "  % hatohol-ca sign ca ca-req.pem --out ca-cert-below.pem",
                "Copy that file and the root's certificate back and run:",
                "  % hatohol-ca init --base-directory \(base.escaped(for: .shellWord)) --certificate ca-cert-below.pem --chain ca-cert.pem",
            ]
        )
    }

    private func adopt(_ signed: String) throws {
        var certificates = try Certificate.list(bytes: Files.read(signed), from: signed)
        if let chain { certificates += try Certificate.list(bytes: Files.read(chain), from: chain) }
        let base = self.directory.baseDirectory
        if self.preview.dryRun {
            let layout = try Authority.adoption(of: certificates, base: base).layout
            return self.preview.show([layout.chain, layout.certificateDER, layout.certificate], self.output)
        }
        let authority = try Authority.adopt(certificates, base: base, patience: self.directory.patience)
        self.show(authority, "The authority has its certificate by \(authority.certificate.issuer)", created: false)
    }

    private func meetExisting() throws {
        let authority = try self.directory.open()
        if self.ifNeeded {
            return self.show(authority, "There is an authority already; nothing was changed", created: false)
        }
        let found = "\(authority.certificate.subject), until \(authority.certificate.notAfter.day)"
        if authority.isShortLived, authority.certificate.isSelfSigned, !self.preview.dryRun, !self.output.json {
            let question = Question("There is an authority already (\(found)). Renew it with the same key and name?")
            if question.isAffirmed == true { return try self.renewExisting() }
        }
        throw AuthorityError(
            .exists,
            "making an authority in \(self.directory.baseDirectory)",
            "there is one already (\(found)) and nothing was changed",
            advice: self.advice(to: authority)
        )
    }

    private func advice(to authority: Authority) -> String {
        guard authority.isShortLived else { return "--if-needed makes that no failure" }
        return authority.certificate.isSelfSigned
            ? "--renew renews it with the same key and name"
            : "have the authority above sign its request again, and take the answer by --certificate"
    }

    private func renewExisting() throws {
        let authority = try self.directory.open()
        if self.preview.dryRun {
            try authority.checkRenewable()
            return self.preview.show([authority.layout.certificateDER, authority.layout.certificate], self.output)
        }
        let renewed = try authority.renewSelf(lifetime: self.lifetime, key: self.passphrase.key(of: authority))
        self.show(renewed, "The authority's certificate, renewed with the same key and name", created: false)
    }

    private func show(_ authority: Authority, _ title: String, created: Bool) {
        let key = (try? authority.tokenKey?.description) ?? authority.layout.key
        self.output.show(
            [
                "created": .bool(created), "baseDirectory": .string(authority.layout.base),
                "certificateFile": .string(authority.layout.certificate), "certificate": JSON(authority.certificate),
            ],
            or: [
                "\(title):", "  name         \(authority.certificate.subject)",
                "  valid        \(authority.certificate.notBefore) to \(authority.certificate.notAfter)",
                "  certificate  \(authority.layout.certificate)", "  key          \(key)",
                "  sha256       \(authority.certificate.fingerprint)",
            ]
        )
    }
}
