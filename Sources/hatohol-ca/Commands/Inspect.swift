internal import ArgumentParser
internal import CertificateAuthority

struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tell what a file holds: certificates, requests, keys, revocation lists, in PEM, DER or PKCS#12.",
        discussion: """
            EXAMPLES
              hatohol-ca inspect req.pem
              hatohol-ca inspect bundle.p12 --passphrase-file p12-passphrase
            """
    )

    @Argument(help: "The file.", completion: .file())
    var file: String

    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let objects = try Inspection.objects(Files.read(self.file), passphrase: self.passphrase.given, from: self.file)
        for object in objects { self.output.show(Self.json(object), or: Self.lines(object)) }
    }

    private static func json(_ object: InspectedObject) -> JSON {
        switch object {
        case .certificate(let certificate): ["type": "certificate", "certificate": JSON(certificate)]
        case .revocationList(let list): ["type": "crl", "crl": JSON(list)]
        case .request(let request):
            [
                "type": "request", "subject": JSON(request.subject), "names": JSON(request.alternativeNames),
                "key": JSON(request.publicKey?.typeDescription), "signatureValid": .bool(request.hasValidSignature),
                "asksForAuthority": .bool(request.asksForAuthority),
            ]
        case .privateKey(let key, let encryption):
            ["type": "key", "key": JSON(key?.typeDescription), "encryption": JSON(encryption)]
        case .other(let label): ["type": "other", "label": .string(label)]
        }
    }

    private static func lines(_ object: InspectedObject) -> [String] {
        switch object {
        case .certificate(let certificate): certificate.lines
        case .revocationList(let list): list.lines
        case .request(let request):
            [
                "Request", "  subject      \(request.subject)",
                "  names        \(request.alternativeNames.map(\.description).joined(separator: ", "))",
                "  key          \(request.publicKey?.typeDescription ?? "unknown")",
                "  signature    \(request.signatureAlgorithm), \(request.hasValidSignature ? "valid" : "NOT VALID")",
            ] + (request.asksForAuthority ? ["  asks to be an authority"] : [])
        case .privateKey(let key, let encryption):
            [
                "Private key", "  key          \(key?.typeDescription ?? "needs a passphrase")",
                "  encryption   \(encryption?.description ?? "none")",
            ]
        case .other(let label): ["\(label), which is not read here"]
        }
    }
}
