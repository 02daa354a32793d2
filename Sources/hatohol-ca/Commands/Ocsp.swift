internal import ArgumentParser
internal import CertificateAuthority

struct Ocsp: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answer an OCSP request, for tests and small sites.",
        discussion: """
            Reads a request in DER and writes the signed answer. Without --cert the
            authority signs itself; a certificate of profile 'ocsp' spares its key.

            EXAMPLE
              openssl ocsp -no_nonce -issuer ca-cert.pem -cert client-cert.pem -reqout req.der
              hatohol-ca ocsp req.der --out resp.der
              openssl ocsp -no_nonce -issuer ca-cert.pem -cert client-cert.pem -respin resp.der -CAfile ca-cert.pem
            """
    )

    @Argument(help: ArgumentHelp("The request.", valueName: "req"), completion: .file())
    var request: String

    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var passphrase: PassphraseOptions

    @Option(help: ArgumentHelp("The file of the answer.", valueName: "file"))
    var out: String

    @Option(help: ArgumentHelp("The certificate of the signer.", valueName: "file"))
    var cert: String?

    @Option(help: ArgumentHelp("The key of the signer.", valueName: "file"))
    var key: String?

    @Option(
        name: .customLong("days"),
        help: ArgumentHelp("How long the answer is good for; days, or hours as in 12h.", valueName: "days")
    )
    var lifetime: Lifetime = .hours(24)

    @Flag(help: "Replace the file of the answer.")
    var force = false

    func validate() throws {
        guard (self.cert == nil) == (self.key == nil) else { throw ValidationError("--cert and --key belong together") }
    }

    func run() throws {
        let authority = try self.directory.open()
        let request = try Files.read(self.request)
        var signer = authority.certificate
        let signingKey: PrivateKey
        if let cert, let key {
            signer = try Certificate(bytes: Files.read(cert), from: cert)
            signingKey = try PrivateKey(pem: Files.read(key), passphrase: self.passphrase.given, from: key)
        } else {
            signingKey = try self.passphrase.key(of: authority)
        }
        let answer = try authority.answer(
            ocspRequest: request,
            signer: signer,
            key: signingKey,
            lifetime: self.lifetime
        )
        try Files.write(answer, to: self.out, force: self.force)
    }
}
