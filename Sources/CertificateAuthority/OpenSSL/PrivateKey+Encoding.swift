internal import COpenSSL

/// How a passphrase becomes the key that encrypts a private key.
public enum KeyDerivation: String, Sendable, CaseIterable {
    /// PBKDF2 with HMAC-SHA-256 and 600,000 rounds: every reader of PKCS#8 understands it.
    case pbkdf2
    /// scrypt with N = 2^15, r = 8, p = 1: harder to guess at, but Erlang/OTP 25 cannot read it.
    case scrypt
}

extension PrivateKey {
    /// Rounds of PBKDF2, as OWASP asks for with SHA-256.
    static let rounds: Int32 = 600_000

    /// The key as PKCS#8 in PEM, encrypted by AES-256 (PBES2, RFC 8018) when there is a passphrase.
    ///
    /// An encrypted key is decrypted again and its algorithm compared before anybody sees it.
    public func pem(encryptedWith passphrase: Passphrase? = nil, derivation: KeyDerivation = .pbkdf2) throws -> [UInt8]
    {
        guard let passphrase else {
            let bio = MemoryBIO()
            try openSSLSucceeds("encoding the key") {
                PEM_write_bio_PKCS8PrivateKey(bio.pointer, self.pointer, nil, nil, 0, nil, nil)
            }
            return bio.bytes
        }
        let pem = try self.encryptedPEM(passphrase, derivation)
        let step = "verifying the encrypted key"
        guard try PrivateKey(pem: pem, passphrase: passphrase, from: "just encrypted").matches(self),
            let encryption = KeyEncryption(pem: pem), encryption.isStrong
        else { throw AuthorityError(.library, step, "it does not read back as it was written") }
        return pem
    }

    private func encryptedPEM(_ passphrase: Passphrase, _ derivation: KeyDerivation) throws -> [UInt8] {
        let bio = MemoryBIO()
        try openSSLSucceeds("encrypting the key") {
            guard let information = EVP_PKEY2PKCS8(self.pointer) else { return 0 }
            defer { PKCS8_PRIV_KEY_INFO_free(information) }
            let algorithm =
                switch derivation {
                case .pbkdf2:
                    PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), Self.rounds, nil, 16, nil, NID_hmacWithSHA256)
                case .scrypt:
                    PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), nil, 16, nil, 1 << 15, 8, 1)
                }
            guard let algorithm else { return 0 }
            let sealed = passphrase.withBytes {
                PKCS8_set0_pbe($0.baseAddress, Int32($0.count), information, algorithm)
            }
            guard let sealed else {
                X509_ALGOR_free(algorithm)
                return 0
            }
            defer { X509_SIG_free(sealed) }
            return PEM_write_bio_PKCS8(bio.pointer, sealed)
        }
        return bio.bytes
    }
}
