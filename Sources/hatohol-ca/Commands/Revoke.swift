internal import ArgumentParser
internal import CertificateAuthority

struct Revoke: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Revoke a certificate and write a new revocation list.",
        discussion: """
            Reasons: keyCompromise, affiliationChanged, superseded,
            cessationOfOperation, privilegeWithdrawn, CACompromise, aACompromise,
            unspecified. Expired certificates can be revoked, too.

            EXAMPLES
              hatohol-ca revoke web1.example.com --reason keyCompromise --install /etc/rabbitmq/tls/crl
              hatohol-ca revoke 4CA20731 --reason superseded
              hatohol-ca revoke client-cert.pem
            """
    )

    @OptionGroup var revocation: RevocationOptions
    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("Why.", valueName: "reason"))
    var reason: RevocationReason = .unspecified

    func run() throws {
        let authority = try self.directory.open()
        let entries = try self.revocation.entries(authority, in: [.valid, .expired, .held])
        if self.revocation.dryRun { return self.output.show(.array(entries.map { JSON($0) }), or: entries.map(\.line)) }
        let key = self.revocation.noCrl ? nil : try self.passphrase.key(of: authority)
        let list = try authority.revoke(entries.map(\.row.serial), reason: self.reason, key: key)
        try self.revocation.report("revoked", entries, list, authority, self.output)
    }
}
