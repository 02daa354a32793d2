internal import CertificateAuthority
internal import Enrolment

/// What an enrolment service answered, checked before anything is written.
struct NodeAnswer {
    let certificate: Certificate
    let roots: [Certificate]
    let chainPEM: [UInt8]
    let rootsPEM: [UInt8]

    /// Throws unless the certificate is for our key and verifies with the roots that came along.
    init(_ answer: EnrolmentAnswer, key: PrivateKey, from source: String) throws {
        let step = "checking the answer of \(source)"
        let certificate = try Certificate(bytes: Array(answer.certificate.utf8), from: "answered")
        let chain = try Certificate.list(bytes: Array(answer.chain.utf8), from: "answered")
        self.certificate = certificate
        self.roots = try Certificate.list(bytes: Array(answer.authorities.utf8), from: "answered")
        self.chainPEM = ([certificate] + chain).flatMap(\.pem)
        self.rootsPEM = self.roots.flatMap(\.pem)
        guard certificate.publicKey?.matches(key) == true else {
            throw AuthorityError(.refused, step, "the certificate is for another key")
        }
        var options = VerificationOptions(trusted: self.roots)
        options.intermediates = chain
        let verification = try Verification(certificate, options)
        guard verification.isGood else {
            throw AuthorityError(.refused, step, verification.reason ?? "the certificate does not verify")
        }
    }
}
