internal import ArgumentParser
internal import CertificateAuthority

struct Deploy: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Give a broker on this host its certificate, and see that it serves it.",
        discussion: """
            Writes certificate, chain and key into one file at one moment, runs the
            command that makes the broker look at it, and compares what is served. A key
            that was encrypted is open in that file: the broker reads it at each handshake.

            EXAMPLE
              hatohol-ca deploy --cert server-cert.pem --key key.pem \\
                  --to /etc/rabbitmq/tls/server.pem --peer localhost:5671
            """
    )

    @Option(help: ArgumentHelp("The certificate and its chain.", valueName: "file"))
    var cert: String

    @Option(help: ArgumentHelp("The key.", valueName: "file"))
    var key: String

    @Option(help: ArgumentHelp("The combined file of the broker.", valueName: "file"))
    var to: String

    @Option(help: ArgumentHelp("What makes the broker look at the file; empty for nothing.", valueName: "command"))
    var reload = "rabbitmqctl eval 'ssl:clear_pem_cache().'"

    @Option(help: ArgumentHelp("Where the broker listens; its certificate is compared.", valueName: "host:port"))
    var peer: String?

    @OptionGroup var ownKey: OwnKeyOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var preview: DryRunOptions

    func run() throws {
        let certificates = try Certificate.list(bytes: Files.read(self.cert), from: self.cert)
        guard let certificate = certificates.first else {
            throw AuthorityError(.input, "reading the certificate \(self.cert)", "it holds no certificate")
        }
        let key = try self.ownKey.open(self.key).key
        let errors = Lint.findings(certificate).filter { $0.severity == .error }
        guard errors.isEmpty else {
            throw AuthorityError(.refused, "deploying \(self.cert)", errors.map(\.text).joined(separator: ", "))
        }
        if self.preview.dryRun {
            try CombinedFile.check(certificates, key, self.to)
            return self.preview.show(
                [self.to],
                then: self.reload.isEmpty ? [] : ["would run: \(self.reload)"],
                self.output
            )
        }
        try CombinedFile.deploy(certificates: certificates, key: key, to: self.to)
        if !self.reload.isEmpty { try Shell.run(self.reload) }
        if let peer {
            let (host, port) = try Check.address(peer)
            let served = try LiveCheck(host: host, port: port).handshake(.tls12).chain.first
            guard served == certificate else {
                throw AuthorityError(
                    .network,
                    "comparing what \(peer) serves",
                    "it is \(served.map { "\($0.serial)" } ?? "nothing"), not \(certificate.serial)",
                    advice: "clear its cache, or restart it"
                )
            }
        }
        self.output.show(
            ["file": .string(self.to), "certificate": JSON(certificate), "served": .bool(self.peer != nil)],
            or: ["\(self.to): \(certificate.serial)" + (self.peer.map { ", served by \($0)" } ?? "")]
        )
    }
}
