internal import ArgumentParser
internal import CertificateAuthority

struct Bundle: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put the certificates of authorities into one file to be trusted.",
        discussion: """
            Each certificate once, expired ones left out. Without files the authority's
            own root is taken. Put in only what is needed: RabbitMQ warns of every
            authority in the file that ends.

            EXAMPLES
              hatohol-ca bundle --out ca-bundle.pem
              hatohol-ca bundle old/ca-cert.pem new/ca-cert.pem --out ca-bundle.pem --force
            """
    )

    @Argument(help: "Files with certificates of authorities.", completion: .file())
    var files: [String] = []

    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var preview: DryRunOptions

    @Option(help: ArgumentHelp("The file to write; standard output unless given.", valueName: "file"))
    var out: String?

    @Flag(help: "Replace the file; the old one gets the ending .old.")
    var force = false

    func run() throws {
        var found: [Certificate] = []
        let all =
            self.files.isEmpty
            ? [try self.directory.open().root]
            : try self.files.flatMap { try Certificate.list(bytes: Files.read($0), from: $0) }
        for certificate in all where !found.contains(certificate) {
            guard certificate.isAuthority else {
                throw AuthorityError(
                    .input,
                    "bundling",
                    "\(certificate.subject) is no authority",
                    advice: "leave it out"
                )
            }
            if certificate.notAfter < .now {
                tell(["left out: \(certificate.subject) ended at \(certificate.notAfter)"])
            } else {
                found.append(certificate)
            }
        }
        let pem = found.flatMap(\.pem)
        guard let out else { return print(String(decoding: pem, as: UTF8.self), terminator: "") }
        if self.preview.dryRun {
            try Files.refuseExisting([out], force: self.force)
            return self.preview.show([out], self.output)
        }
        try Files.write(pem, to: out, force: self.force)
        self.output.show(
            ["file": .string(out), "certificates": .array(found.map { JSON($0) })],
            or: found.map { "\($0.subject), until \($0.notAfter.day)" } + [out]
        )
    }
}
