internal import COpenSSL

/// A certificate being written; it becomes a ``Certificate`` by being signed.
final class CertificateDraft {
    private let pointer: OpaquePointer

    /// Begins a certificate of version 3.
    init(
        subject: DistinguishedName,
        key: PrivateKey,
        serial: SerialNumber,
        notBefore: Timestamp,
        notAfter: Timestamp
    ) throws {
        guard notBefore < notAfter else {
            throw AuthorityError(
                .refused,
                "writing the certificate",
                "it would end at \(notAfter), before it begins at \(notBefore)",
                advice: "look at the clock; nothing is signed beyond \(Timestamp.lastUTCTime)"
            )
        }
        guard let pointer = X509_new() else { fatalError("out of memory") }
        self.pointer = pointer
        X509_set_version(pointer, Int(X509_VERSION_3))
        _ = try subject.withX509Name { X509_set_subject_name(pointer, $0) }
        _ = serial.withASN1 { X509_set_serialNumber(pointer, $0) }
        _ = notBefore.withASN1 { X509_set1_notBefore(pointer, $0) }
        _ = notAfter.withASN1 { X509_set1_notAfter(pointer, $0) }
        try openSSLSucceeds("writing the public key") { X509_set_pubkey(pointer, key.pointer) }
    }

    deinit { X509_free(self.pointer) }

    /// Takes over the subject of another certificate as it is, string types included.
    func setSubject(of certificate: Certificate) {
        X509_set_subject_name(self.pointer, X509_get_subject_name(certificate.pointer))
    }

    /// Whether the key may sign certificates, and how many authorities may follow; critical.
    func add(isAuthority: Bool, pathLength: Int?) throws {
        guard let constraints = BASIC_CONSTRAINTS_new() else { fatalError("out of memory") }
        defer { BASIC_CONSTRAINTS_free(constraints) }
        constraints.pointee.ca = isAuthority ? 0xFF : 0
        if let pathLength {
            constraints.pointee.pathlen = ASN1_INTEGER_new()
            ASN1_INTEGER_set(constraints.pointee.pathlen, pathLength)
        }
        try self.add(NID_basic_constraints, constraints, critical: true)
    }

    /// What the key may be used for; critical.
    func add(keyUsage: [KeyUsage]) throws {
        guard let bits = ASN1_BIT_STRING_new() else { fatalError("out of memory") }
        defer { ASN1_STRING_free(bits) }
        for usage in keyUsage { ASN1_BIT_STRING_set_bit(bits, usage.rawValue, 1) }
        try self.add(NID_key_usage, bits, critical: true)
    }

    /// Purposes in TLS; not critical, because Erlang has stumbled over critical ones.
    func add(extendedKeyUsage purposes: [Int32]) throws {
        guard !purposes.isEmpty else { return }
        guard let list = OPENSSL_sk_new_null() else { fatalError("out of memory") }
        defer { EXTENDED_KEY_USAGE_free(list) }
        for purpose in purposes { OPENSSL_sk_push(list, UnsafeRawPointer(OBJ_nid2obj(purpose))) }
        try self.add(NID_ext_key_usage, UnsafeMutableRawPointer(list), critical: false)
    }

    /// The names for which the certificate speaks; critical when the subject is empty (RFC 5280 section 4.2.1.6).
    func add(alternativeNames: [SubjectAlternativeName]) throws {
        guard !alternativeNames.isEmpty else { return }
        let names = GeneralNames(alternativeNames)
        let isSubjectEmpty = X509_NAME_entry_count(X509_get_subject_name(self.pointer)) == 0
        try self.add(NID_subject_alt_name, UnsafeMutableRawPointer(names.pointer), critical: isSubjectEmpty)
    }

    /// Limits the names below an authority; critical.
    func add(permitted: [NameConstraint]) throws {
        guard !permitted.isEmpty else { return }
        guard let constraints = NAME_CONSTRAINTS_new(), let subtrees = OPENSSL_sk_new_null() else {
            fatalError("out of memory")
        }
        defer { NAME_CONSTRAINTS_free(constraints) }
        constraints.pointee.permittedSubtrees = subtrees
        for constraint in permitted { OPENSSL_sk_push(subtrees, constraint.makeSubtree()) }
        try self.add(NID_name_constraints, constraints, critical: true)
    }

    /// Identifiers of the certified and, unless it is its own, of the signing key.
    func addKeyIdentifiers(issuer: Certificate?) throws {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        // Method 1 of RFC 5280 section 4.2.1.2, as `subjectKeyIdentifier=hash` of the original scripts.
        try openSSLSucceeds("hashing the public key") {
            X509_pubkey_digest(self.pointer, EVP_sha1(), &digest, &count)
        }
        guard let own = ASN1_STRING_type_new(V_ASN1_OCTET_STRING) else { fatalError("out of memory") }
        defer { ASN1_STRING_free(own) }
        ASN1_STRING_set(own, digest, Int32(count))
        try self.add(NID_subject_key_identifier, own, critical: false)
        guard let issuer, let identifier = issuer.subjectKeyIdentifier else { return }
        guard let authority = AUTHORITY_KEYID_new() else { fatalError("out of memory") }
        defer { AUTHORITY_KEYID_free(authority) }
        authority.pointee.keyid = ASN1_STRING_type_new(V_ASN1_OCTET_STRING)
        ASN1_STRING_set(authority.pointee.keyid, identifier, Int32(identifier.count))
        try self.add(NID_authority_key_identifier, authority, critical: false)
    }

    /// Copies the extensions of another certificate byte for byte, except those that the profile and the keys decide.
    func copyNamesAndOthers(of certificate: Certificate) throws {
        let decided = [
            NID_basic_constraints, NID_key_usage, NID_ext_key_usage, NID_subject_key_identifier,
            NID_authority_key_identifier,
        ]
        try self.copy(certificate) { !decided.contains($0) }
    }

    private func copy(_ certificate: Certificate, where isWanted: (Int32) -> Bool) throws {
        for index in 0..<max(0, X509_get_ext_count(certificate.pointer)) {
            guard let found = X509_get_ext(certificate.pointer, index) else { continue }
            guard isWanted(OBJ_obj2nid(X509_EXTENSION_get_object(found))) else { continue }
            try openSSLSucceeds("copying an extension") { X509_add_ext(self.pointer, found, -1) }
        }
    }

    /// An extension that says nothing but that it is there, as the OCSP signer's "do not check me".
    func addOCSPNoCheck() throws {
        guard let null = ASN1_NULL_new() else { fatalError("out of memory") }
        defer { ASN1_NULL_free(null) }
        try self.add(
            NID_id_pkix_OCSP_noCheck,
            UnsafeMutableRawPointer(mutating: UnsafeRawPointer(null)),
            critical: false
        )
    }

    private func add(_ nid: Int32, _ value: UnsafeMutableRawPointer, critical: Bool) throws {
        try openSSLSucceeds("writing an extension") { X509_add1_ext_i2d(self.pointer, nid, value, critical ? 1 : 0, 0) }
    }

    /// Signs by an issuer's key; without an issuer's certificate the key is the certificate's own.
    func sign(issuer: Certificate?, key: PrivateKey) throws -> Certificate {
        let step = "signing the certificate"
        let name = X509_get_subject_name(issuer?.pointer ?? self.pointer)
        try openSSLSucceeds(step) { X509_set_issuer_name(self.pointer, name) }
        try openSSLSucceeds(step) { X509_sign(self.pointer, key.pointer, key.digest) }
        guard let copy = X509_dup(self.pointer) else { fatalError("out of memory") }
        return Certificate(owning: copy)
    }
}
