internal import Glibc

/// What a new authority shall be.
public struct NewAuthority {
    /// Its common name.
    public var name: String
    /// The kind of its key.
    public var keyType: KeyType = .p384
    /// How long its certificate is good for.
    public var lifetime: Lifetime = .days(3650)
    /// What encrypts its key; nil to leave it open.
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
        let mark = (try? randomBytes(3).hexadecimal) ?? "000000"
        return "Hatohol CA \(HostName.current.prefix(40)) \(mark)"
    }
}

extension Authority {
    /// Whether there is an authority below a directory.
    public static func exists(base: String) -> Bool {
        let layout = Layout(base: base)
        return FileSystem.exists(layout.certificate) || FileSystem.exists(layout.key)
    }

    /// Makes a new authority; an existing one is never touched.
    ///
    /// Everything is made beside its place and moved there at once, so that a crash leaves all or nothing.
    public static func initialize(
        _ new: NewAuthority,
        base: String,
        clock: @escaping @Sendable () -> Timestamp = { .now }
    ) throws -> Authority {
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
            !new.name.unicodeScalars.contains(where: { $0.value < 0x20 })
        else {
            throw AuthorityError(.input, step, "the name has 1 to 64 printable characters")
        }
        try FileSystem.makeDirectory(base)
        let layout = Layout(base: try FileSystem.absolute(base))
        let key = try PrivateKey.generate(new.keyType)
        let certificate = try self.root(new, key: key, now: clock())
        let staging = Layout(base: "\(layout.base)/.new-authority.\(getpid())")
        try self.fill(
            staging,
            with: certificate,
            key: try key.pem(encryptedWith: new.passphrase, derivation: new.derivation)
        )
        try AuditLog(path: staging.audit).append(
            "init",
            [("subject", certificate.subjectLine), ("serial", "\(certificate.serial)")],
            at: clock()
        )
        try self.writeConfiguration(layout)
        try FileSystem.rename(staging.directory, to: layout.directory)
        rmdir(staging.base)
        try self.link(layout)
        return try Authority(base: layout.base, clock: clock)
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
    private static func fill(_ layout: Layout, with certificate: Certificate, key: [UInt8]) throws {
        for (directory, mode) in [
            (layout.directory, 0o755), (layout.certificates, 0o755), ("\(layout.directory)/certs", 0o755),
            ("\(layout.directory)/crl", 0o755), ("\(layout.directory)/private", 0o700), (layout.records, 0o700),
        ] {
            try FileSystem.makeDirectory(directory, mode: mode_t(mode))
        }
        try FileSystem.write(key, to: layout.key, mode: 0o600)
        try FileSystem.write(certificate.pem, to: layout.certificate)
        try FileSystem.write(certificate.der, to: layout.certificateDER)
        try FileSystem.write([], to: layout.index)
        try FileSystem.write(Array("unique_subject = no\n".utf8), to: layout.indexAttributes)
        try NumberFile(path: layout.serial).write(.random())
        try NumberFile(path: layout.revocationListNumber).write(NumberFile.one)
    }

    private static func writeConfiguration(_ layout: Layout) throws {
        guard !FileSystem.exists(layout.configuration) else { return }
        try FileSystem.write(
            Array(OpenSSLConfiguration.text(directory: layout.directory).utf8),
            to: layout.configuration
        )
    }

    /// Puts the certificate where people look first.
    static func link(_ layout: Layout) throws {
        guard !FileSystem.exists(layout.certificateLink) else { return }
        guard symlink("CA/ca-cert.pem", layout.certificateLink) == 0 else {
            throw FileSystem.failure("linking \(layout.certificateLink)")
        }
    }
}
