internal import ArgumentParser
internal import CertificateAuthority
internal import Daemon
internal import Glibc

struct Ocsp: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answer OCSP requests, for tests and small sites.",
        discussion: """
            Reads a request in DER and writes the signed answer, or serves HTTP until
            SIGTERM: POST, and GET with the request in the path. Without --cert the
            authority signs itself; a certificate of profile 'ocsp' spares its key.

            EXAMPLES
              hatohol-ca sign ocsp responder-req.pem --out ocsp-cert.pem
              hatohol-ca ocsp --serve 0.0.0.0:8080 --cert ocsp-cert.pem --key key.pem
              openssl ocsp -issuer ca-cert.pem -cert client-cert.pem -url http://ca.example.com:8080 -CAfile ca-cert.pem

              openssl ocsp -no_nonce -issuer ca-cert.pem -cert client-cert.pem -reqout req.der
              hatohol-ca ocsp req.der --out resp.der
              openssl ocsp -no_nonce -issuer ca-cert.pem -cert client-cert.pem -respin resp.der -CAfile ca-cert.pem
            """
    )

    @Argument(help: ArgumentHelp("The request.", valueName: "req"), completion: .file())
    var request: String?

    @OptionGroup var strangers: StrangerOptions
    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var preview: DryRunOptions

    @Option(help: ArgumentHelp("The file of the answer.", valueName: "file"))
    var out: String?

    @Option(help: ArgumentHelp("The address and port to serve on; port 0 for any.", valueName: "host:port"))
    var serve: String?

    @Option(help: ArgumentHelp("The certificate of the signer.", valueName: "file"), completion: .file())
    var cert: String?

    @Option(help: ArgumentHelp("The key of the signer.", valueName: "file"), completion: .file())
    var key: String?

    @Option(
        name: .customLong("days"),
        help: ArgumentHelp("How long an answer is good for; days, or hours as in 12h.", valueName: "days")
    )
    var lifetime: Lifetime = .hours(24)

    @Flag(help: "Replace the file of the answer.")
    var force = false

    func validate() throws {
        guard (self.cert == nil) == (self.key == nil) else { throw ValidationError("--cert and --key belong together") }
        guard (self.request == nil) == (self.out == nil) else { throw ValidationError("a request needs --out FILE") }
        guard (self.request == nil) != (self.serve == nil) else {
            throw ValidationError("give either a request and --out, or --serve HOST:PORT")
        }
        if let serve { _ = try Self.address(serve) }
        guard self.serve == nil || !self.preview.dryRun else { throw ValidationError("--dry-run is for --out") }
    }

    func run() async throws {
        if self.preview.dryRun, let request, let out {
            _ = try (self.directory.open(), Files.read(request))
            try Files.refuseExisting([out], force: self.force)
            return self.preview.show([out], self.output)
        }
        let responder = try Responder(self.directory, signer: self.signer(), lifetime: self.lifetime)
        if let request, let out {
            return try await Files.write(responder.answer(Files.read(request)), to: out, force: self.force)
        }
        let address = try Self.address(self.serve ?? "")
        let output = self.output
        signal(SIGPIPE, SIG_IGN)
        DescriptorLimit.raise()
        do {
            let service = ResponderService(responder, limits: self.strangers.limits)
            try await service.run(host: address.host, port: address.port) { port in
                let url = "http://\(address.host.contains(":") ? "[\(address.host)]" : address.host):\(port)"
                output.show(["url": .string(url), "port": .number(port)], or: ["ready: \(url)"])
                fflush(nil)
            }
        } catch {
            throw AuthorityError(
                .network,
                "serving OCSP on \(self.serve ?? "")",
                "\(error)",
                advice: "is another program there, or may you not use that port?"
            )
        }
    }

    private func signer() throws -> ResponderIdentity {
        let authority = try self.directory.open()
        guard let cert, let key else {
            return ResponderIdentity(certificate: authority.certificate, key: try self.passphrase.key(of: authority))
        }
        return try ResponderIdentity(
            certificate: Certificate(bytes: Files.read(cert), from: cert),
            key: PrivateKey(pem: Files.read(key), passphrase: self.passphrase.given, from: key),
            of: authority
        )
    }

    /// Host and port; the host of an IPv6 address is in brackets.
    private static func address(_ text: String) throws -> (host: String, port: Int) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port)
        else { throw ValidationError("--serve takes an address and a port, as in 0.0.0.0:8080") }
        let host = text[..<colon]
        return (String(host.hasPrefix("[") && host.hasSuffix("]") ? host.dropFirst().dropLast() : host), port)
    }
}
