internal import COpenSSL

extension Authority {
    /// Answers an OCSP request (RFC 6960) about certificates of this authority, signed with the given identity.
    ///
    /// At most 100 certificates in one request. The answer is good for `lifetime`; keep it short, for it is not taken back.
    /// A request that cannot be read is answered with `malformedRequest`, as the protocol wants it.
    public func answer(
        ocspRequest bytes: [UInt8],
        signer: Certificate,
        key: PrivateKey,
        lifetime: Lifetime = .hours(24)
    ) throws -> [UInt8] {
        let step = "answering an OCSP request"
        try self.refuseUnfitSigner(signer)
        guard let query = OCSPQuery(der: bytes) else {
            return try Self.refusal(OCSP_RESPONSE_STATUS_MALFORMEDREQUEST, step)
        }
        // It takes no input: only a system without memory fails here.
        guard let basic = OCSP_BASICRESP_new() else { fatalError("out of memory") }
        defer { OCSP_BASICRESP_free(basic) }
        let entries = Dictionary(try self.entries().map { ($0.row.serial, $0) }) { first, _ in first }
        try withExtendedLifetime(query) {
            for id in query.certificates { try self.add(id, entries, lifetime, to: basic, step) }
            OCSP_copy_nonce(basic, query.pointer)
        }
        let digest = key.digest
        try openSSLSucceeds(step) { OCSP_basic_sign(basic, signer.pointer, key.pointer, digest, nil, 0) }
        let response = try openSSL(step) { OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic) }
        defer { OCSP_RESPONSE_free(response) }
        return encoded { i2d_OCSP_RESPONSE(response, $0) }
    }

    /// The answer `internalError`, which says that it is not the request that is wrong; in DER.
    public static func ocspFailure() throws -> [UInt8] {
        try self.refusal(OCSP_RESPONSE_STATUS_INTERNALERROR, "answering an OCSP request")
    }

    private static func refusal(_ status: Int32, _ step: String) throws -> [UInt8] {
        let response = try openSSL(step) { OCSP_response_create(status, nil) }
        defer { OCSP_RESPONSE_free(response) }
        return encoded { i2d_OCSP_RESPONSE(response, $0) }
    }

    /// One line of the answer: good, revoked, or unknown for other authorities and numbers that were never given.
    private func add(
        _ id: OpaquePointer,
        _ entries: [SerialNumber: CertificateEntry],
        _ lifetime: Lifetime,
        to basic: OpaquePointer,
        _ step: String
    ) throws {
        let (digest, serial) = OCSPQuery.parts(of: id)
        var entry: CertificateEntry?
        if let digest, let own = OCSP_cert_to_id(digest, nil, self.certificate.pointer) {
            defer { OCSP_CERTID_free(own) }
            if OCSP_id_issuer_cmp(own, id) == 0 { entry = entries[serial] }
        }
        let now = self.clock()
        let status: Int32 =
            switch entry?.state {
            case nil: V_OCSP_CERTSTATUS_UNKNOWN
            case .revoked, .held: V_OCSP_CERTSTATUS_REVOKED
            case .valid, .expired: V_OCSP_CERTSTATUS_GOOD
            }
        let reason = status == V_OCSP_CERTSTATUS_REVOKED ? entry?.reason?.code ?? -1 : 0
        try openSSLSucceeds(step) {
            (entry?.row.revocation?.time ?? now).withASN1 { revoked in
                now.withASN1 { this in
                    (now + lifetime.seconds).withASN1 { next in
                        OCSP_basic_add1_status(basic, id, status, reason, revoked, this, next) == nil ? 0 : 1
                    }
                }
            }
        }
    }
}
