internal import COpenSSL

/// A private key, or the public half of one.
public final class PrivateKey {
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) { self.pointer = pointer }

    deinit { EVP_PKEY_free(self.pointer) }

    /// Makes a new key.
    public static func generate(_ type: KeyType) throws -> PrivateKey {
        let name = type.isRSA ? "RSA" : type == .ed25519 ? "ED25519" : "EC"
        let key = try openSSL("making a key of type \(type)") { () -> OpaquePointer? in
            guard let context = EVP_PKEY_CTX_new_from_name(nil, name, nil) else { return nil }
            defer { EVP_PKEY_CTX_free(context) }
            guard EVP_PKEY_keygen_init(context) > 0 else { return nil }
            let ready: Int32 =
                switch type {
                case .p256: EVP_PKEY_CTX_set_group_name(context, "P-256")
                case .p384: EVP_PKEY_CTX_set_group_name(context, "P-384")
                case .p521: EVP_PKEY_CTX_set_group_name(context, "P-521")
                case .rsa(let bits): EVP_PKEY_CTX_set_rsa_keygen_bits(context, Int32(bits))
                case .ed25519: 1
                }
            var key: OpaquePointer?
            guard ready > 0, EVP_PKEY_generate(context, &key) > 0 else { return nil }
            return key
        }
        return PrivateKey(owning: key)
    }

    /// Reads a key in PEM.
    ///
    /// Without a passphrase an encrypted key is an error of code `passphrase`; nothing ever prompts.
    public convenience init(pem: [UInt8], passphrase: Passphrase? = nil, from source: String) throws {
        let step = "reading the key \(source)"
        var answer = PassphraseAnswer(passphrase: passphrase)
        let bio = MemoryBIO(pem)
        ERR_clear_error()
        defer { ERR_clear_error() }
        let key = withUnsafeMutablePointer(to: &answer) {
            PEM_read_bio_PrivateKey(bio.pointer, nil, answerWithPassphrase, $0)
        }
        if let key {
            self.init(owning: key)
        } else if answer.asked, passphrase == nil {
            throw AuthorityError(
                .passphrase,
                step,
                "it is encrypted",
                advice: "give --passphrase-file or answer at a terminal"
            )
        } else if answer.asked {
            throw AuthorityError(.passphrase, step, "the passphrase is wrong, or the file is damaged")
        } else {
            let reason = drainedOpenSSLErrors().map { " (\($0))" } ?? ""
            throw AuthorityError(.input, step, "it holds no private key in PEM\(reason)")
        }
    }

    /// What kind of key this is; nil for kinds we neither make nor sign.
    public var type: KeyType? {
        if EVP_PKEY_is_a(self.pointer, "ED25519") == 1 { return .ed25519 }
        if EVP_PKEY_is_a(self.pointer, "RSA") == 1 { return .rsa(Int(EVP_PKEY_get_bits(self.pointer))) }
        guard EVP_PKEY_is_a(self.pointer, "EC") == 1, !self.hasExplicitParameters else { return nil }
        return openSSLText(capacity: 64) { EVP_PKEY_get_group_name(self.pointer, $0, $1, nil) == 1 }.flatMap(
            KeyType.init
        )
    }

    /// The kind of key in words, also for kinds we refuse.
    public var typeDescription: String {
        if let type { return "\(type)" }
        let name = EVP_PKEY_get0_type_name(self.pointer).map { String(cString: $0) } ?? "unknown"
        let curve = openSSLText(capacity: 64) { EVP_PKEY_get_group_name(self.pointer, $0, $1, nil) == 1 }
        return "\(name) \(self.hasExplicitParameters ? "with explicit parameters" : curve ?? "")"
    }

    /// RFC 5480 section 2.1.1 forbids curves spelled out instead of named; they have been used to forge keys.
    private var hasExplicitParameters: Bool {
        openSSLText(capacity: 32) { EVP_PKEY_get_utf8_string_param(self.pointer, "encoding", $0, $1, nil) == 1 }
            == "explicit"
    }

    /// The public key as SubjectPublicKeyInfo in DER.
    public var publicDER: [UInt8] { encoded { i2d_PUBKEY(self.pointer, $0) } }

    /// Whether both have the same public key.
    public func matches(_ other: PrivateKey) -> Bool { EVP_PKEY_eq(self.pointer, other.pointer) == 1 }

    /// The digest that fits the key, in libcrypto's form; nil for Ed25519.
    var digest: OpaquePointer? {
        guard let name = (self.type ?? .p256).digestName else { return nil }
        return EVP_get_digestbyname(name)
    }
}
