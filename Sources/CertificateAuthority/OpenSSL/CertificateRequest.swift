internal import COpenSSL

/// A request for a certificate (PKCS#10): a name, a key, and the proof that the requester has it.
public final class CertificateRequest {
    let pointer: OpaquePointer

    private init(owning pointer: OpaquePointer) { self.pointer = pointer }

    deinit { X509_REQ_free(self.pointer) }

    /// Writes and signs a request.
    public convenience init(
        subject: DistinguishedName,
        alternativeNames: [SubjectAlternativeName],
        key: PrivateKey
    ) throws {
        guard let pointer = X509_REQ_new() else { fatalError("out of memory") }
        self.init(owning: pointer)
        let step = "writing the request"
        X509_REQ_set_version(pointer, Int(X509_REQ_VERSION_1))
        try openSSLSucceeds(step) { try subject.withX509Name { X509_REQ_set_subject_name(pointer, $0) } }
        try openSSLSucceeds(step) { X509_REQ_set_pubkey(pointer, key.pointer) }
        if !alternativeNames.isEmpty {
            let names = GeneralNames(alternativeNames)
            guard let list = OPENSSL_sk_new_null() else { fatalError("out of memory") }
            defer { OPENSSL_sk_free(list) }
            let critical: Int32 = subject.attributes.isEmpty ? 1 : 0
            let extended = X509V3_EXT_i2d(NID_subject_alt_name, critical, UnsafeMutableRawPointer(names.pointer))
            defer { X509_EXTENSION_free(extended) }
            OPENSSL_sk_push(list, UnsafeRawPointer(extended))
            try openSSLSucceeds(step) { X509_REQ_add_extensions(pointer, list) }
        }
        try openSSLSucceeds(step) { X509_REQ_sign(pointer, key.pointer, key.digest) }
    }

    /// Reads a request in PEM or DER.
    public convenience init(bytes: [UInt8], from source: String) throws {
        let step = "reading the request \(source)"
        defer { ERR_clear_error() }
        let bio = MemoryBIO(bytes)
        let pointer =
            bytes.first == 0x30
            ? decoded(bytes, free: { X509_REQ_free($0) }, { d2i_X509_REQ(nil, $0, $1) })
            : PEM_read_bio_X509_REQ(bio.pointer, nil, nil, nil)
        guard let pointer else {
            throw AuthorityError(
                .input,
                step,
                "it holds no certificate request",
                advice: "'hatohol-ca create' makes one, named req.pem"
            )
        }
        self.init(owning: pointer)
    }

    /// PEM.
    public var pem: [UInt8] {
        let bio = MemoryBIO()
        PEM_write_bio_X509_REQ(bio.pointer, self.pointer)
        return bio.bytes
    }

    /// The name asked for.
    public var subject: DistinguishedName { DistinguishedName(X509_REQ_get_subject_name(self.pointer)) }

    /// The key to be certified; nil if libcrypto does not know its kind.
    public var publicKey: PrivateKey? { X509_REQ_get_pubkey(self.pointer).map(PrivateKey.init(owning:)) }

    /// The alternative names asked for, of the types we handle.
    public var alternativeNames: [SubjectAlternativeName] { self.generalNames?.names ?? [] }

    /// How many alternative names of other types are asked for.
    public var unknownNameCount: Int { self.generalNames?.unknownCount ?? 0 }

    private var generalNames: GeneralNames? {
        self.withExtension(NID_subject_alt_name) {
            X509V3_EXT_d2i($0).map { GeneralNames(owning: OpaquePointer($0)) }
        }
    }

    /// Whether the requester asks to become an authority.
    public var asksForAuthority: Bool {
        self.withExtension(NID_basic_constraints) { found -> Bool? in
            guard let raw = X509V3_EXT_d2i(found) else { return true }
            let constraints = raw.assumingMemoryBound(to: BASIC_CONSTRAINTS.self)
            defer { BASIC_CONSTRAINTS_free(constraints) }
            return constraints.pointee.ca != 0
        } ?? false
    }

    /// The short names of all extensions asked for.
    public var extensionNames: [String] {
        self.withExtensions { list in
            list.compactMap { found in
                openSSLText(capacity: 128) { OBJ_obj2txt($0, Int32($1), X509_EXTENSION_get_object(found), 0) > 0 }
            }
        }
    }

    /// The algorithm of the signature, as in `ecdsa-with-SHA256`.
    public var signatureAlgorithm: String {
        OBJ_nid2ln(X509_REQ_get_signature_nid(self.pointer)).map { String(cString: $0) } ?? "unknown"
    }

    /// Whether the requester has the key.
    public var hasValidSignature: Bool {
        defer { ERR_clear_error() }
        guard let key = self.publicKey else { return false }
        return X509_REQ_verify(self.pointer, key.pointer) == 1
    }

    private func withExtension<Value>(_ nid: Int32, _ body: (OpaquePointer) -> Value?) -> Value? {
        self.withExtensions { list in
            list.first { OBJ_obj2nid(X509_EXTENSION_get_object($0)) == nid }.flatMap(body)
        }
    }

    private func withExtensions<Value>(_ body: ([OpaquePointer]) -> Value) -> Value {
        guard let list = X509_REQ_get_extensions(self.pointer) else { return body([]) }
        defer {
            for element in elements(of: list) { X509_EXTENSION_free(OpaquePointer(element)) }
            OPENSSL_sk_free(list)
        }
        return body(elements(of: list).map { OpaquePointer($0) })
    }
}
