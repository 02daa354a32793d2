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

    /// A signer for an authority; refused when clients would not believe it (RFC 6960 section 4.2.2.2), which
    /// ``Authority/answer(ocspRequest:signer:key:lifetime:)`` looks at for each answer again.
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
        try authority.refuseUnfitSigner(certificate)
        self.init(certificate: certificate, key: key)
    }
}

extension Authority {
    /// Throws for a signer of OCSP answers that has ended or was revoked; the authority itself is none of these.
    func refuseUnfitSigner(_ certificate: Certificate) throws {
        guard certificate != self.certificate else { return }
        let step = "choosing the signer of OCSP answers"
        let now = self.clock()
        guard certificate.notBefore <= now, now <= certificate.notAfter else {
            throw AuthorityError(
                .refused,
                step,
                "\(certificate.subject) is good from \(certificate.notBefore) to \(certificate.notAfter), and not now",
                advice: "'hatohol-ca sign ocsp' makes another"
            )
        }
        let state = try self.entries().first { $0.row.serial == certificate.serial }?.state
        guard state == .valid else {
            throw AuthorityError(
                .refused,
                step,
                "\(certificate.subject) is \(state?.rawValue ?? "not on record")",
                advice: "'hatohol-ca sign ocsp' makes another"
            )
        }
    }
}
