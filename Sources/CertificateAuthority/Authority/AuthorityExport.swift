internal import COpenSSL

/// Certificates and keys in the forms that other programs want.
public enum AuthorityExport {
    /// A PKCS#12 file.
    ///
    /// AES-256 with PBKDF2 and SHA-256, or, for Java 8 and Windows before 2019, triple DES and SHA-1.
    public static func pkcs12(
        key: PrivateKey,
        certificate: Certificate,
        chain: [Certificate],
        name: String,
        passphrase: Passphrase,
        isLegacy: Bool
    ) throws -> [UInt8] {
        let step = "writing the PKCS#12 file"
        guard let certified = certificate.publicKey, key.matches(certified) else {
            throw AuthorityError(.input, step, "the key is not the certificate's")
        }
        guard let list = OPENSSL_sk_new_null() else { fatalError("out of memory") }
        defer { OPENSSL_sk_free(list) }
        for authority in chain { OPENSSL_sk_push(list, UnsafeRawPointer(authority.pointer)) }
        let scheme = isLegacy ? NID_pbe_WithSHA1And3_Key_TripleDES_CBC : NID_aes_256_cbc
        let rounds: Int32 = isLegacy ? 2048 : 600_000
        return try passphrase.withCString { secret in
            try withExtendedLifetime(chain) {
                let file = try openSSL(step) {
                    PKCS12_create(secret, name, key.pointer, certificate.pointer, list, scheme, scheme, rounds, -1, 0)
                }
                defer { PKCS12_free(file) }
                try openSSLSucceeds(step) {
                    PKCS12_set_mac(file, secret, -1, nil, 0, rounds, isLegacy ? EVP_sha1() : EVP_sha256())
                }
                return encoded { i2d_PKCS12(file, $0) }
            }
        }
    }

    /// What a PKCS#12 file holds.
    public static func open(
        pkcs12 bytes: [UInt8],
        passphrase: Passphrase,
        from source: String
    ) throws -> (
        key: PrivateKey?, certificates: [Certificate]
    ) {
        let step = "opening \(source)"
        guard let file = decoded(bytes, free: { PKCS12_free($0) }, { d2i_PKCS12(nil, $0, $1) }) else {
            throw AuthorityError(.input, step, "it is no PKCS#12 file")
        }
        defer { PKCS12_free(file) }
        var key: OpaquePointer?
        var certificate: OpaquePointer?
        var others: OpaquePointer?
        try passphrase.withCString { secret in
            try openSSLSucceeds(step, .passphrase) { PKCS12_parse(file, secret, &key, &certificate, &others) }
        }
        defer { OPENSSL_sk_free(others) }
        let chain = elements(of: others).map { Certificate(owning: OpaquePointer($0)) }
        return (key.map(PrivateKey.init(owning:)), (certificate.map { [Certificate(owning: $0)] } ?? []) + chain)
    }
}

extension Passphrase {
    /// Lends the bytes with a terminating zero; the copy is wiped.
    func withCString<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
        try withUnsafeTemporaryAllocation(of: CChar.self, capacity: self.count + 1) { copy in
            copy.initialize(repeating: 0)
            defer { OPENSSL_cleanse(copy.baseAddress, copy.count) }
            self.withBytes { bytes in
                for (index, byte) in bytes.enumerated() { copy[index] = byte }
            }
            guard let start = copy.baseAddress else { fatalError("an allocation of at least one byte has an address") }
            return try body(start)
        }
    }
}
