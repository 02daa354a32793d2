internal import CertificateAuthority
internal import LibFuzzer

@main
struct FuzzCertificates {
    static func main() { runFuzzer(fuzzCertificates) }
}

/// Requests, certificates, revocation lists, keys, PKCS#12 and OCSP from outside: everything that is ever read of them.
private func fuzzCertificates(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
    let passphrase = Passphrase("passphrase".utf8)
    // What cannot be read is refused with an error, which is as good as an object here.
    for object in (try? Inspection.objects(bytes, passphrase: passphrase, from: "fuzz")) ?? [] {
        switch object {
        case .certificate(let certificate): read(certificate)
        case .request(let request): read(request)
        case .revocationList(let list): read(list)
        case .privateKey(let key, let encryption): consume(key?.typeDescription, key?.publicDER, encryption)
        case .other(let label): consume(label)
        }
    }
    if let certificate = try? Certificate.list(bytes: bytes, from: "fuzz").first { read(certificate) }
    if let query = OCSPQuery(der: bytes) { consume(query.serials) }
    if let bytes = OCSPPath.request(in: String(decoding: bytes, as: UTF8.self)), let query = OCSPQuery(der: bytes) {
        consume(query.serials)
    }
    return 0
}

private func read(_ certificate: Certificate) {
    consume(certificate.subject, certificate.issuer, certificate.subjectRFC4514, certificate.subjectLine)
    consume(certificate.serial, certificate.notBefore, certificate.notAfter, certificate.renewalTime)
    consume(certificate.publicKey?.typeDescription, certificate.signatureAlgorithm, certificate.isSelfSigned)
    consume(certificate.pathLength, certificate.keyUsage, certificate.extendedKeyUsage, certificate.extensionNames)
    consume(certificate.subjectKeyIdentifier, certificate.authorityKeyIdentifier, Profile(certificate: certificate))
    if let host = try? HostName("web1.example.com") { consume(certificate.covers(host)) }
    read(certificate.alternativeNames)
    for target in LintTarget.allCases {
        consume(Lint.findings(certificate, target: target, now: Timestamp(seconds: 0)))
    }
    guard let copy = try? Certificate.list(bytes: certificate.pem, from: "copy").first, copy == certificate else {
        preconditionFailure("a certificate does not survive being written and read")
    }
}

private func read(_ request: CertificateRequest) {
    consume(request.subject, request.subject.commonName, request.publicKey?.typeDescription, request.unknownNameCount)
    consume(request.asksForAuthority, request.extensionNames, request.signatureAlgorithm, request.hasValidSignature)
    read(request.alternativeNames)
    guard let copy = try? CertificateRequest(bytes: request.pem, from: "copy"),
        copy.alternativeNames == request.alternativeNames, copy.subject == request.subject
    else { preconditionFailure("a request does not survive being written and read") }
}

private func read(_ list: RevocationList) {
    consume(list.issuer, list.thisUpdate, list.nextUpdate, list.number, list.hashName, list.entries)
    consume(list.hasAuthorityKeyIdentifier, list.hasIssuingDistributionPoint, list.pem)
}

private func read(_ names: [SubjectAlternativeName]) {
    let policy = Policy()
    for name in names {
        consume("\(name)")
        for profile in Profile.allCases { precondition(!policy.allows(name, for: profile)) }
    }
}

/// Has values made, and shown as text.
private func consume(_ values: Any?...) {
    for value in values { precondition("\(value as Any)".utf8.count >= 0) }
}
