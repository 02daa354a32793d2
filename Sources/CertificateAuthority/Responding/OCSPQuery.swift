internal import COpenSSL

/// A stranger's request for the states of certificates (RFC 6960 section 4.1).
public final class OCSPQuery {
    /// The most certificates in one request.
    static let limit = 100

    let pointer: OpaquePointer
    /// The certificates it asks about, as libcrypto's `OCSP_CERTID`, which the request owns.
    let certificates: [OpaquePointer]

    /// Reads a request in DER; nil for anything else, and for one about no certificate or more than 100.
    public init?(der bytes: [UInt8]) {
        guard let pointer = decoded(bytes, free: { OCSP_REQUEST_free($0) }, { d2i_OCSP_REQUEST(nil, $0, $1) }) else {
            return nil
        }
        self.pointer = pointer
        let count = OCSP_request_onereq_count(pointer)
        self.certificates = (0..<max(0, count)).compactMap { index in
            OCSP_request_onereq_get0(pointer, index).flatMap { OCSP_onereq_get0_id($0) }
        }
        guard (1...Self.limit).contains(self.certificates.count) else { return nil }
    }

    deinit { OCSP_REQUEST_free(self.pointer) }

    /// The serial numbers it asks about, each with the name of the digest by which its issuer is meant.
    public var serials: [(digest: String, serial: SerialNumber)] {
        self.certificates.map { id in
            let (digest, serial) = Self.parts(of: id)
            return (digest.map { String(cString: EVP_MD_get0_name($0)) } ?? "unknown", serial)
        }
    }

    /// The digest of an id, nil for one that libcrypto does not know, and the serial number.
    static func parts(of id: OpaquePointer) -> (digest: OpaquePointer?, serial: SerialNumber) {
        var serial: UnsafeMutablePointer<ASN1_INTEGER>?
        var algorithm: OpaquePointer?
        OCSP_id_get0_info(nil, &algorithm, nil, &serial, id)
        return (EVP_get_digestbyname(OBJ_nid2sn(OBJ_obj2nid(algorithm))), SerialNumber(serial))
    }
}
