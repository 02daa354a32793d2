internal import COpenSSL

/// A certificate, immutable once it exists.
public final class Certificate {
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
        // Parses the extensions once, so that the questions below are cheap.
        X509_check_purpose(pointer, -1, 0)
    }

    deinit { X509_free(self.pointer) }

    /// Reads one certificate in PEM or DER.
    public convenience init(bytes: [UInt8], from source: String) throws {
        let list = try Self.list(bytes: bytes, from: source)
        guard let first = list.first, X509_up_ref(first.pointer) == 1 else {
            throw AuthorityError(.input, "reading the certificate \(source)", "it holds no certificate in PEM or DER")
        }
        self.init(owning: first.pointer)
    }

    /// Reads all certificates of a PEM file, or the one of a DER file; at most 1000.
    public static func list(bytes: [UInt8], from source: String) throws -> [Certificate] {
        defer { ERR_clear_error() }
        if bytes.first == 0x30 {
            guard let certificate = decoded(bytes, free: { X509_free($0) }, { d2i_X509(nil, $0, $1) }) else {
                throw AuthorityError(.input, "reading the certificate \(source)", "it is not a certificate in DER")
            }
            return [Certificate(owning: certificate)]
        }
        let bio = MemoryBIO(bytes)
        var found: [Certificate] = []
        while found.count < 1000, let certificate = PEM_read_bio_X509(bio.pointer, nil, nil, nil) {
            found.append(Certificate(owning: certificate))
        }
        let last = ERR_peek_last_error()
        guard found.count == 1000 || last == 0 || last & 0x7F_FFFF == UInt(PEM_R_NO_START_LINE) else {
            throw AuthorityError(
                .input,
                "reading the certificate \(source)",
                "block \(found.count + 1) is damaged (\(drainedOpenSSLErrors() ?? "no reason"))"
            )
        }
        return found
    }

    /// DER.
    public var der: [UInt8] { encoded { i2d_X509(self.pointer, $0) } }

    /// PEM, one block.
    public var pem: [UInt8] {
        let bio = MemoryBIO()
        PEM_write_bio_X509(bio.pointer, self.pointer)
        return bio.bytes
    }

    /// SHA-256 of the DER in lower-case hexadecimal.
    public var fingerprint: String { self.der.sha256.hexadecimal }

    /// The serial number.
    public var serial: SerialNumber { SerialNumber(X509_get0_serialNumber(self.pointer)) }

    /// Who is certified.
    public var subject: DistinguishedName { DistinguishedName(X509_get_subject_name(self.pointer)) }

    /// Who certifies.
    public var issuer: DistinguishedName { DistinguishedName(X509_get_issuer_name(self.pointer)) }

    /// Whether its subject is that name, by the rules for comparing names (RFC 5280 section 7.1): case and blanks do not count.
    func hasSubject(_ name: DistinguishedName) throws -> Bool {
        try name.withX509Name { X509_NAME_cmp(X509_get_subject_name(self.pointer), $0) == 0 }
    }

    /// The subject by RFC 4514, last attribute first.
    public var subjectRFC4514: String { DistinguishedName.rfc4514(X509_get_subject_name(self.pointer)) }

    /// The subject in the form of `index.txt`.
    public var subjectLine: String { DistinguishedName.oneLine(X509_get_subject_name(self.pointer)) }

    /// The first second of validity; the epoch if the certificate holds no date.
    public var notBefore: Timestamp { Timestamp(X509_get0_notBefore(self.pointer)) ?? Timestamp(seconds: 0) }

    /// The last second of validity; the epoch if the certificate holds no date.
    public var notAfter: Timestamp { Timestamp(X509_get0_notAfter(self.pointer)) ?? Timestamp(seconds: 0) }

    /// When two thirds of its life have passed, and it should be renewed.
    public var renewalTime: Timestamp {
        self.notBefore + (self.notAfter.seconds - self.notBefore.seconds) / 3 * 2
    }

    /// The public key; nil if libcrypto does not know its kind.
    public var publicKey: PrivateKey? { X509_get_pubkey(self.pointer).map(PrivateKey.init(owning:)) }

    /// The algorithm of the signature, as in `ecdsa-with-SHA256`.
    public var signatureAlgorithm: String {
        let nid = X509_get_signature_nid(self.pointer)
        return OBJ_nid2ln(nid).map { String(cString: $0) } ?? "unknown"
    }

    /// Whether issuer and subject are one and the certificate's own key signed it.
    public var isSelfSigned: Bool {
        defer { ERR_clear_error() }
        return X509_self_signed(self.pointer, 1) == 1
    }

    /// Whether the given certificate's key signed this one and its name and key identifier agree.
    public func isIssued(by issuer: Certificate) -> Bool {
        defer { ERR_clear_error() }
        guard X509_check_issued(issuer.pointer, self.pointer) == X509_V_OK, let key = issuer.publicKey else {
            return false
        }
        return X509_verify(self.pointer, key.pointer) == 1
    }
}

extension Certificate: Equatable {
    /// Byte for byte.
    public static func == (left: Certificate, right: Certificate) -> Bool {
        X509_cmp(left.pointer, right.pointer) == 0
    }
}
