/// Who signs OCSP answers.
public struct ResponderIdentity {
    /// The signer's certificate.
    public let certificate: Certificate
    /// Its key.
    public let key: PrivateKey

    /// The authority itself, whose key is known to be its certificate's.
    public init(certificate: Certificate, key: PrivateKey) {
        self.certificate = certificate
        self.key = key
    }

    /// A signer for an authority; refused when clients would not believe it (RFC 6960 section 4.2.2.2).
    public init(certificate: Certificate, key: PrivateKey, of authority: Authority) throws {
        let step = "choosing the signer of OCSP answers"
        guard certificate.publicKey?.matches(key) == true else {
            throw AuthorityError(.input, step, "the key is not the certificate's")
        }
        guard certificate.isIssued(by: authority.certificate), certificate.extendedKeyUsage.contains("OCSPSigning")
        else {
            throw AuthorityError(
                .refused,
                step,
                "\(certificate.subject) is not this authority's certificate for signing OCSP answers",
                advice: "'hatohol-ca sign ocsp' makes one"
            )
        }
        self.init(certificate: certificate, key: key)
    }
}
