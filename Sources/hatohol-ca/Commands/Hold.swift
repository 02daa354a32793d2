internal import ArgumentParser
internal import CertificateAuthority

struct Hold: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Suspend a certificate until it is released or revoked.",
        discussion: """
            EXAMPLE
              hatohol-ca hold web1.example.com --install /etc/rabbitmq/tls/crl
            """
    )

    @OptionGroup var revocation: RevocationOptions
    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let authority = try self.directory.open()
        let entries = try self.revocation.entries(authority, in: [.valid])
        if self.revocation.dryRun { return self.output.show(.array(entries.map { JSON($0) }), or: entries.map(\.line)) }
        let key = self.revocation.noCrl ? nil : try self.passphrase.key(of: authority)
        let list = try authority.revoke(entries.map(\.row.serial), reason: .certificateHold, key: key)
        try self.revocation.report("held", entries, list, authority, self.output)
    }
}
