internal import CertificateAuthority

/// Answers OCSP requests one after the other; an actor, because the signer's key is OpenSSL's.
///
/// The directory is read for each request: what another command revoked a moment ago is in the next answer.
actor Responder {
    private let directory: DirectoryOptions
    private let signer: ResponderIdentity
    private let lifetime: Lifetime

    init(_ directory: DirectoryOptions, signer: sending ResponderIdentity, lifetime: Lifetime) {
        self.directory = directory
        self.signer = signer
        self.lifetime = lifetime
    }

    /// The answer to a request, both in DER.
    func answer(_ request: [UInt8]) throws -> [UInt8] {
        try self.directory.open().answer(
            ocspRequest: request,
            signer: self.signer.certificate,
            key: self.signer.key,
            lifetime: self.lifetime
        )
    }
}
