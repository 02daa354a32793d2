internal import ArgumentParser
internal import CertificateAuthority

struct Release: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "End the suspension of a certificate.",
        discussion: """
            EXAMPLE
              hatohol-ca release web1.example.com --install /etc/rabbitmq/tls/crl
            """
    )

    @OptionGroup var revocation: RevocationOptions
    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let authority = try self.directory.open()
        let entries = try self.revocation.entries(authority, in: [.held])
        if self.revocation.dryRun { return self.output.show(.array(entries.map { JSON($0) }), or: entries.map(\.line)) }
        let key = self.revocation.noCrl ? nil : try self.passphrase.key(of: authority)
        let list = try authority.release(entries.map(\.row.serial), key: key)
        try self.revocation.report("released", entries, list, authority, self.output)
    }
}
