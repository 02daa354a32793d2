internal import COpenSSL

/// How a private key in a file is protected, told without its passphrase.
public struct KeyEncryption: Sendable, CustomStringConvertible {
    /// The cipher, as in `AES-256-CBC`.
    public let cipher: String
    /// What turns the passphrase into a key: `PBKDF2`, `scrypt`, or an older scheme.
    public let derivation: String
    /// Rounds of PBKDF2, or the cost N of scrypt.
    public let cost: Int

    /// Looks at `ENCRYPTED PRIVATE KEY` in PEM; nil when there is none.
    public init?(pem: [UInt8]) {
        let bio = MemoryBIO(pem)
        defer { ERR_clear_error() }
        guard let sealed = PEM_read_bio_PKCS8(bio.pointer, nil, nil, nil) else { return nil }
        defer { X509_SIG_free(sealed) }
        var algorithm: UnsafePointer<X509_ALGOR>?
        X509_SIG_get0(sealed, &algorithm, nil)
        guard let algorithm else { return nil }
        guard OBJ_obj2nid(algorithm.pointee.algorithm) == NID_pbes2,
            let scheme = Self.unpack(PBE2PARAM_it(), algorithm.pointee.parameter),
            case let parameters = scheme.assumingMemoryBound(to: PBE2PARAM.self)
        else {
            self.init(cipher: Self.name(algorithm.pointee.algorithm), derivation: "an old scheme", cost: 0)
            return
        }
        defer { PBE2PARAM_free(parameters) }
        guard let function = parameters.pointee.keyfunc, let encryption = parameters.pointee.encryption else {
            return nil
        }
        self.init(
            cipher: Self.name(encryption.pointee.algorithm),
            derivation: Self.name(function.pointee.algorithm),
            cost: Self.cost(of: function)
        )
    }

    private init(cipher: String, derivation: String, cost: Int) {
        self.cipher = cipher
        self.derivation = derivation
        self.cost = cost
    }

    /// Whether guessing passphrases is made slow enough: AES-256 with 600,000 rounds of PBKDF2 or with scrypt.
    public var isStrong: Bool {
        self.cipher == "AES-256-CBC"
            && (self.derivation == "PBKDF2"
                ? self.cost >= 600_000 : self.derivation == "scrypt" && self.cost >= 1 << 14)
    }

    /// One phrase, as in `AES-256-CBC, PBKDF2 600000`.
    public var description: String { "\(self.cipher), \(self.derivation) \(self.cost)" }

    private static func cost(of function: UnsafePointer<X509_ALGOR>) -> Int {
        switch OBJ_obj2nid(function.pointee.algorithm) {
        case NID_id_pbkdf2:
            guard let raw = Self.unpack(PBKDF2PARAM_it(), function.pointee.parameter) else { return 0 }
            let parameters = raw.assumingMemoryBound(to: PBKDF2PARAM.self)
            defer { PBKDF2PARAM_free(parameters) }
            return ASN1_INTEGER_get(parameters.pointee.iter)
        case NID_id_scrypt:
            guard let raw = Self.unpack(SCRYPT_PARAMS_it(), function.pointee.parameter) else { return 0 }
            let parameters = raw.assumingMemoryBound(to: SCRYPT_PARAMS.self)
            defer { SCRYPT_PARAMS_free(parameters) }
            return ASN1_INTEGER_get(parameters.pointee.costParameter)
        default: return 0
        }
    }

    private static func unpack(_ item: OpaquePointer?, _ value: UnsafePointer<ASN1_TYPE>?) -> UnsafeMutableRawPointer? {
        guard let value else { return nil }
        return ASN1_TYPE_unpack_sequence(item, value)
    }

    private static func name(_ object: OpaquePointer?) -> String {
        openSSLText(capacity: 80) { OBJ_obj2txt($0, Int32($1), object, 0) > 0 }
            .map { $0 == "aes-256-cbc" ? "AES-256-CBC" : $0 } ?? "unknown"
    }
}
