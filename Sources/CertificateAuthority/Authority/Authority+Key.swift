extension Authority {
    /// Where a token keeps the private key; nil when a file does.
    public var tokenKey: TokenURI? {
        get throws { try Self.tokenKey(self.layout) }
    }

    private static func tokenKey(_ layout: Layout) throws -> TokenURI? {
        try FileSystem.readIfThere(layout.keyLocation, limit: 4096).map {
            try TokenURI(String(String(decoding: $0, as: UTF8.self).prefix { !$0.isNewline }))
        }
    }

    /// Whether the private key needs a passphrase, or its token a PIN.
    public var needsPassphrase: Bool {
        if FileSystem.exists(self.layout.keyLocation) { return true }
        return (try? FileSystem.read(self.layout.key)).map {
            String(decoding: $0, as: UTF8.self).contains("ENCRYPTED")
        } ?? false
    }

    /// How the private key is protected; nil when it is not.
    public var keyEncryption: KeyEncryption? {
        (try? FileSystem.read(self.layout.key)).flatMap(KeyEncryption.init(pem:))
    }

    /// Opens the private key, which must be the certificate's.
    public func key(_ passphrase: Passphrase?) throws -> PrivateKey {
        let key = try Self.openKey(self.layout, passphrase)
        guard let certified = self.certificate.publicKey, key.matches(certified) else {
            throw AuthorityError(
                .damaged,
                "opening the authority's key",
                "\(try self.tokenKey?.description ?? self.layout.key) is not the key of \(self.layout.certificate)",
                advice: "restore both from one backup"
            )
        }
        return key
    }

    /// Throws when a token keeps the key: its PIN is changed by the token's own tool.
    public func refuseTokenKey() throws {
        guard let token = try self.tokenKey else { return }
        throw AuthorityError(
            .refused,
            "setting the passphrase",
            "a token keeps the key: \(token)",
            advice: "change its PIN by the token's tool, as 'pkcs11-tool --change-pin'"
        )
    }

    /// Encrypts the authority's key with another passphrase, or leaves it open without one.
    ///
    /// The file with the old passphrase is not kept: whoever knows that passphrase shall not have the key.
    public func encryptKey(_ key: PrivateKey, with passphrase: Passphrase?, derivation: KeyDerivation = .pbkdf2) throws
    {
        try self.refuseTokenKey()
        let session = try self.session()
        try FileSystem.write(
            key.pem(encryptedWith: passphrase, derivation: derivation),
            to: self.layout.key,
            mode: 0o600
        )
        try session.note("key-passphrase", [("encrypted", passphrase == nil ? "no" : "yes")])
    }

    /// Opens the key of a directory, from its file or its token.
    static func openKey(_ layout: Layout, _ passphrase: Passphrase?) throws -> PrivateKey {
        if let token = try self.tokenKey(layout) { return try PrivateKey.inToken(token, pin: passphrase) }
        return try PrivateKey(pem: FileSystem.read(layout.key), passphrase: passphrase, from: layout.key)
    }
}
