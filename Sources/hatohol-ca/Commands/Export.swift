internal import ArgumentParser
internal import CertificateAuthority

struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put a key and its certificates into one file: PKCS#12 or PEM.",
        discussion: """
            PKCS#12 is encrypted with AES-256; --legacy uses triple DES for Java 8 and
            Windows before 2019. The combined PEM holds the certificate, its chain and
            the key, which lets RabbitMQ change all of them at one moment. A key that is
            encrypted stays so in PEM.

            EXAMPLES
              hatohol-ca export --cert server-cert.pem --key key.pem --format pem --out server.pem
              hatohol-ca export --cert client-cert.pem --key key.pem --ca ca-cert.pem --out client.p12 \\
                  --export-passphrase-file p12-passphrase
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable { case pkcs12, pem, der }

    @Option(help: ArgumentHelp("The certificate and its chain.", valueName: "file"))
    var cert: String

    @Option(help: ArgumentHelp("The key.", valueName: "file"))
    var key: String?

    @Option(help: ArgumentHelp("The root, to be included.", valueName: "file"))
    var ca: String?

    @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
    var out: String

    @Option(help: "pkcs12, pem (certificate, chain and key in one file) or der (certificate only).")
    var format = Format.pkcs12

    @Option(help: ArgumentHelp("The first line encrypts the PKCS#12 file.", valueName: "file"))
    var exportPassphraseFile: String?

    @Option(help: ArgumentHelp("The name shown by programs that read the PKCS#12 file.", valueName: "name"))
    var friendlyName = "hatohol"

    @Flag(help: "Triple DES and SHA-1, for Java 8 and Windows before 2019.")
    var legacy = false

    @Flag(help: "Replace the file; the old one gets the ending .old.")
    var force = false

    @OptionGroup var ownKey: OwnKeyOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var preview: DryRunOptions

    func validate() throws {
        guard self.format == .der || self.key != nil else { throw ValidationError("--key is missing") }
    }

    func run() throws {
        let chain = try Certificate.list(bytes: Files.read(self.cert), from: self.cert)
        guard let certificate = chain.first else {
            throw AuthorityError(.input, "reading the certificate \(self.cert)", "it holds no certificate")
        }
        let roots = try self.ca.map { try Certificate.list(bytes: Files.read($0), from: $0) } ?? []
        guard let keyFile = self.key, self.format != .der else {
            if self.preview.dryRun { return try self.announce() }
            return try Files.write(certificate.der, to: self.out, force: self.force)
        }
        let (key, keyPassphrase) = try self.ownKey.open(keyFile)
        guard let certified = certificate.publicKey, key.matches(certified) else {
            throw AuthorityError(.input, "exporting", "\(keyFile) is not the key of \(self.cert)")
        }
        if self.preview.dryRun { return try self.announce() }
        if self.format == .pem {
            let certificates = chain.flatMap(\.pem)
            return try Files.write(
                certificates + key.pem(encryptedWith: keyPassphrase),
                to: self.out,
                mode: 0o600,
                force: self.force
            )
        }
        guard
            let passphrase = try self.exportPassphraseFile.map(PassphraseSource.file) ?? PassphraseSource.promptForNew()
        else {
            throw AuthorityError(
                .passphrase,
                "exporting",
                "there is no terminal to ask for a passphrase",
                advice: "give --export-passphrase-file"
            )
        }
        let file = try AuthorityExport.pkcs12(
            key: key,
            certificate: certificate,
            chain: Array(chain.dropFirst()) + roots,
            name: self.friendlyName,
            passphrase: passphrase,
            isLegacy: self.legacy
        )
        try Files.write(file, to: self.out, mode: 0o600, force: self.force)
    }

    private func announce() throws {
        try Files.refuseExisting([self.out], force: self.force)
        self.preview.show([self.out], self.output)
    }
}
