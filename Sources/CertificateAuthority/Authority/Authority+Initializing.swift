internal import Glibc

/// What a new authority shall be.
public struct NewAuthority {
    /// Its common name.
    public var name: String
    /// The kind of its key.
    public var keyType: KeyType = .p384
    /// How long its certificate is good for.
    public var lifetime: Lifetime = .days(3650)
    /// Where a token keeps its key already; nil to make one in a file.
    public var tokenKey: TokenURI?
    /// What encrypts its key, nil to leave it open; the PIN of a token.
    public var passphrase: Passphrase?
    /// How the passphrase becomes a key.
    public var derivation: KeyDerivation = .pbkdf2
    /// Names it may speak for; empty for all.
    public var permitted: [NameConstraint] = []
    /// How many authorities may follow below it; nil for no limit.
    public var pathLength: Int?

    /// An authority with the usual settings.
    public init(name: String = NewAuthority.defaultName) { self.name = name }

    /// A name that differs between sites: revocation lists are found by a hash of it.
    public static var defaultName: String {
        // Without random bytes no key can be made either, and that says so.
        let mark = (try? randomBytes(3).hexadecimal) ?? "000000"
        return "Hatohol CA \(HostName.current.prefix(40)) \(mark)"
    }
}

extension Authority {
    /// Whether there is an authority below a directory.
    public static func exists(base: String) -> Bool {
        let layout = Layout(base: base)
        return [layout.certificate, layout.key, layout.keyLocation].contains(where: FileSystem.exists)
    }

    /// Makes a new authority; an existing one is never touched.
    ///
    /// Everything is made beside its place and moved there at once, so that a crash leaves all or nothing.
    public static func initialize(
        _ new: NewAuthority,
        base: String,
        clock: @escaping @Sendable () -> Timestamp = { .now }
    ) throws -> Authority {
        let layout = try self.begin(new, base: base)
        let key = try self.makeKey(new)
        let certificate = try self.root(new, key: key, now: clock())
        try self.build(layout, new, key: key, certificate: certificate) { staging in
            try AuditLog(path: staging.audit).append(
                "init",
                [("subject", certificate.subjectLine), ("serial", "\(certificate.serial)")],
                at: clock()
            )
        }
        try self.link(layout)
        return try Authority(base: layout.base, clock: clock)
    }

    /// Refuses what cannot be, and makes the directory.
    static func begin(_ new: NewAuthority, base: String) throws -> Layout {
        try self.check(new, base: base)
        try FileSystem.makeDirectory(base)
        FileSystem.removeUnfinished(in: base) { $0 == Layout.staging }
        return Layout(base: try FileSystem.absolute(base))
    }

    /// Throws where an authority is already, and when the new one's name cannot be.
    public static func check(_ new: NewAuthority, base: String) throws {
        let step = "making an authority in \(base)"
        guard !self.exists(base: base) else {
            throw AuthorityError(
                .exists,
                step,
                "there is one already",
                advice: "use another directory; an authority is never replaced"
            )
        }
        guard (1...64).contains(new.name.unicodeScalars.count),
            new.name.isVisible
        else {
            throw AuthorityError(.input, step, "the name has 1 to 64 printable characters")
        }
    }

    /// A new key, or the one in the token.
    static func makeKey(_ new: NewAuthority) throws -> PrivateKey {
        guard let token = new.tokenKey else { return try PrivateKey.generate(new.keyType) }
        let key = try PrivateKey.inToken(token, pin: new.passphrase)
        let isWeak = if case .rsa(let bits)? = key.type { bits < 2048 } else { key.type == nil }
        guard !isWeak else {
            throw AuthorityError(
                .refused,
                "making an authority",
                "the token's key is of a kind we do not sign with: \(key.typeDescription)",
                advice: "make one of type P-256, P-384, P-521 or RSA from 2048 bits in the token"
            )
        }
        return key
    }

    /// Fills a directory beside its place, and moves it there at once.
    static func build(
        _ layout: Layout,
        _ new: NewAuthority,
        key: PrivateKey,
        certificate: Certificate?,
        _ finish: (Layout) throws -> Void
    ) throws {
        let staging = Layout(base: try FileSystem.temporaryName(for: "\(layout.base)/\(Layout.staging)"))
        do {
            try self.fill(staging, new, key: key, certificate: certificate)
            try finish(staging)
            if !FileSystem.exists(layout.configuration) {
                let text = OpenSSLConfiguration.text(directory: layout.directory, key: new.tokenKey)
                try FileSystem.write(Array(text.utf8), to: layout.configuration)
            }
            try FileSystem.rename(staging.directory, to: layout.directory)
        } catch {
            // A full disk must not keep half an authority, and a key nobody will use.
            FileSystem.removeTree(staging.base)
            throw error
        }
        rmdir(staging.base)
    }

    private static func root(_ new: NewAuthority, key: PrivateKey, now: Timestamp) throws -> Certificate {
        let draft = try CertificateDraft(
            subject: DistinguishedName([.init("CN", new.name)]),
            key: key,
            serial: .random(),
            notBefore: now + -300,
            notAfter: min(now + new.lifetime.seconds, .lastUTCTime)
        )
        try draft.add(isAuthority: true, pathLength: new.pathLength)
        try draft.add(keyUsage: [.keyCertSign, .crlSign])
        try draft.add(permitted: new.permitted)
        try draft.addKeyIdentifiers(issuer: nil)
        return try draft.sign(issuer: nil, key: key)
    }

    /// The files of a new directory of `openssl ca`.
    private static func fill(
        _ layout: Layout,
        _ new: NewAuthority,
        key: PrivateKey,
        certificate: Certificate?
    ) throws {
        for (directory, mode) in [
            (layout.directory, 0o755), (layout.certificates, 0o755), ("\(layout.directory)/certs", 0o755),
            ("\(layout.directory)/crl", 0o755), ("\(layout.directory)/private", 0o700), (layout.records, 0o700),
        ] {
            try FileSystem.makeDirectory(directory, mode: mode_t(mode))
        }
        if let token = new.tokenKey {
            try FileSystem.write(Array("\(token)\n".utf8), to: layout.keyLocation, mode: 0o600)
        } else {
            let pem = try key.pem(encryptedWith: new.passphrase, derivation: new.derivation)
            try FileSystem.write(pem, to: layout.key, mode: 0o600)
        }
        if let certificate {
            try FileSystem.write(certificate.pem, to: layout.certificate)
            try FileSystem.write(certificate.der, to: layout.certificateDER)
        }
        try FileSystem.write([], to: layout.index)
        try FileSystem.write(Array("unique_subject = no\n".utf8), to: layout.indexAttributes)
        try NumberFile(path: layout.serial).write(.random())
        try NumberFile(path: layout.revocationListNumber).write(NumberFile.one)
    }

    /// Puts the certificate where people look first.
    static func link(_ layout: Layout) throws {
        guard !FileSystem.exists(layout.certificateLink) else { return }
        try FileSystem.link(layout.certificateLink, to: "CA/ca-cert.pem")
    }
}
