internal import COpenSSL

/// A list of revoked certificates (RFC 5280 section 5).
public final class RevocationList {
    let pointer: OpaquePointer

    private init(owning pointer: OpaquePointer) { self.pointer = pointer }

    deinit { X509_CRL_free(self.pointer) }

    /// One revoked certificate.
    public struct Entry: Hashable, Sendable {
        /// Which.
        public let serial: SerialNumber
        /// When.
        public let time: Timestamp
        /// Why; nil for no reason given.
        public let reason: RevocationReason?

        /// An entry.
        public init(serial: SerialNumber, time: Timestamp, reason: RevocationReason?) {
            self.serial = serial
            self.time = time
            self.reason = reason
        }
    }

    /// Writes and signs a list of version 2 with a number and the issuer's key identifier.
    ///
    /// It names no distribution point: a critical one makes RabbitMQ reject every client.
    convenience init(
        _ entries: [Entry],
        number: SerialNumber,
        issuer: Certificate,
        key: PrivateKey,
        thisUpdate: Timestamp,
        nextUpdate: Timestamp
    ) throws {
        guard let pointer = X509_CRL_new() else { fatalError("out of memory") }
        self.init(owning: pointer)
        let step = "writing the revocation list"
        X509_CRL_set_version(pointer, Int(X509_CRL_VERSION_2))
        try openSSLSucceeds(step) { X509_CRL_set_issuer_name(pointer, X509_get_subject_name(issuer.pointer)) }
        _ = thisUpdate.withASN1 { X509_CRL_set1_lastUpdate(pointer, $0) }
        _ = nextUpdate.withASN1 { X509_CRL_set1_nextUpdate(pointer, $0) }
        for entry in entries { try self.add(entry) }
        X509_CRL_sort(pointer)
        try openSSLSucceeds(step) {
            number.withASN1 { X509_CRL_add1_ext_i2d(pointer, NID_crl_number, $0, 0, 0) }
        }
        try self.addAuthorityKeyIdentifier(of: issuer)
        try openSSLSucceeds(step) { X509_CRL_sign(pointer, key.pointer, key.digest) }
    }

    private func add(_ entry: Entry) throws {
        guard let revoked = X509_REVOKED_new() else { fatalError("out of memory") }
        _ = entry.serial.withASN1 { X509_REVOKED_set_serialNumber(revoked, $0) }
        _ = entry.time.withASN1 { X509_REVOKED_set_revocationDate(revoked, $0) }
        // RFC 5280 section 5.3.1: unspecified is said by leaving the reason out.
        if let reason = entry.reason, reason != .unspecified {
            guard let code = ASN1_ENUMERATED_new() else { fatalError("out of memory") }
            defer { ASN1_STRING_free(code) }
            ASN1_ENUMERATED_set(code, Int(reason.code))
            X509_REVOKED_add1_ext_i2d(revoked, NID_crl_reason, code, 0, 0)
        }
        try openSSLSucceeds("writing the revocation list") { X509_CRL_add0_revoked(self.pointer, revoked) }
    }

    private func addAuthorityKeyIdentifier(of issuer: Certificate) throws {
        guard let identifier = issuer.subjectKeyIdentifier else { return }
        guard let authority = AUTHORITY_KEYID_new() else { fatalError("out of memory") }
        defer { AUTHORITY_KEYID_free(authority) }
        authority.pointee.keyid = ASN1_STRING_type_new(V_ASN1_OCTET_STRING)
        ASN1_STRING_set(authority.pointee.keyid, identifier, Int32(identifier.count))
        try openSSLSucceeds("writing the revocation list") {
            X509_CRL_add1_ext_i2d(self.pointer, NID_authority_key_identifier, authority, 0, 0)
        }
    }

    /// Reads a list in PEM or DER.
    public convenience init(bytes: [UInt8], from source: String) throws {
        defer { ERR_clear_error() }
        let bio = MemoryBIO(bytes)
        let pointer =
            bytes.first == 0x30
            ? decoded(bytes, free: { X509_CRL_free($0) }, { d2i_X509_CRL(nil, $0, $1) })
            : PEM_read_bio_X509_CRL(bio.pointer, nil, nil, nil)
        guard let pointer else {
            throw AuthorityError(.input, "reading the revocation list \(source)", "it holds none in PEM or DER")
        }
        self.init(owning: pointer)
    }

    /// All lists in a PEM, which may hold other things; at most 1000.
    static func all(inPEM bytes: [UInt8]) throws -> [RevocationList] {
        defer { ERR_clear_error() }
        let bio = MemoryBIO(bytes)
        var found: [RevocationList] = []
        while found.count < 1000, let pointer = PEM_read_bio_X509_CRL(bio.pointer, nil, nil, nil) {
            found.append(RevocationList(owning: pointer))
        }
        return found
    }

    /// PEM.
    public var pem: [UInt8] {
        let bio = MemoryBIO()
        PEM_write_bio_X509_CRL(bio.pointer, self.pointer)
        return bio.bytes
    }

    /// Who signed it.
    public var issuer: DistinguishedName { DistinguishedName(X509_CRL_get_issuer(self.pointer)) }

    /// When it was made.
    public var thisUpdate: Timestamp { Timestamp(X509_CRL_get0_lastUpdate(self.pointer)) ?? Timestamp(seconds: 0) }

    /// When the next one must be there: after that RabbitMQ rejects everybody.
    public var nextUpdate: Timestamp? { Timestamp(X509_CRL_get0_nextUpdate(self.pointer)) }

    /// When half of its time has passed, and a new one should be made; nil when it has no end.
    public var renewalTime: Timestamp? {
        self.nextUpdate.map { self.thisUpdate + ($0.seconds - self.thisUpdate.seconds) / 2 }
    }

    /// Its number; nil when it has none.
    public var number: SerialNumber? {
        guard let raw = X509_CRL_get_ext_d2i(self.pointer, NID_crl_number, nil, nil) else { return nil }
        let integer = raw.assumingMemoryBound(to: ASN1_INTEGER.self)
        defer { ASN1_STRING_free(integer) }
        return SerialNumber(integer)
    }

    /// Whether it names the key that signed it.
    public var hasAuthorityKeyIdentifier: Bool {
        X509_CRL_get_ext_by_NID(self.pointer, NID_authority_key_identifier, -1) >= 0
    }

    /// Whether it speaks only for a distribution point.
    public var hasIssuingDistributionPoint: Bool {
        X509_CRL_get_ext_by_NID(self.pointer, NID_issuing_distribution_point, -1) >= 0
    }

    /// The revoked certificates.
    public var entries: [Entry] {
        elements(of: X509_CRL_get_REVOKED(self.pointer)).map { element in
            let revoked = OpaquePointer(element)
            let code = X509_REVOKED_get_ext_d2i(revoked, NID_crl_reason, nil, nil)?.assumingMemoryBound(
                to: ASN1_ENUMERATED.self
            )
            defer { ASN1_STRING_free(code) }
            return Entry(
                serial: SerialNumber(X509_REVOKED_get0_serialNumber(revoked)),
                time: Timestamp(X509_REVOKED_get0_revocationDate(revoked)) ?? Timestamp(seconds: 0),
                reason: code.flatMap { RevocationReason(code: ASN1_ENUMERATED_get($0)) }
            )
        }
    }

    /// Whether that certificate's key signed it.
    public func isSigned(by issuer: Certificate) -> Bool {
        defer { ERR_clear_error() }
        guard let key = issuer.publicKey else { return false }
        return X509_CRL_verify(self.pointer, key.pointer) == 1
            && X509_NAME_cmp(X509_CRL_get_issuer(self.pointer), X509_get_subject_name(issuer.pointer)) == 0
    }

    /// The name under which OpenSSL and Erlang look for it: a hash of the issuer's name, as `openssl crl -hash` prints it.
    public var hashName: String {
        let hash = X509_NAME_hash_ex(X509_CRL_get_issuer(self.pointer), nil, nil, nil)
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }
}
