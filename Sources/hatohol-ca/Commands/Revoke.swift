internal import ArgumentParser
internal import CertificateAuthority

struct Revoke: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Revoke a certificate and write a new revocation list.",
        discussion: """
            Reasons: keyCompromise, affiliationChanged, superseded,
            cessationOfOperation, privilegeWithdrawn, CACompromise, aACompromise,
            unspecified. Expired certificates can be revoked, too.

            For keyCompromise and CACompromise every certificate of the same key is
            revoked, while the root changes those of both authorities; for other reasons
            they are named, and --same-key revokes them. A compromised key is not
            certified again.

            EXAMPLES
              hatohol-ca revoke web1.example.com --reason keyCompromise --install /etc/rabbitmq/tls/crl
              hatohol-ca revoke 4CA20731 --reason superseded
              hatohol-ca revoke client-cert.pem
              hatohol-ca revoke --registration-key 5f3a9c21 --reason keyCompromise
            """
    )

    @OptionGroup var revocation: RevocationOptions
    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("Why.", valueName: "reason"))
    var reason: RevocationReason = .unspecified

    func run() throws {
        let reason = self.reason
        let change = RevocationChange(
            verb: "revoked",
            states: [.valid, .expired, .held],
            concernsKey: reason.isKeyCompromise,
            apply: { authority, serials, key in try authority.revoke(serials, reason: reason, key: key) }
        )
        try self.revocation.carryOut(change, at: self.directory, with: self.passphrase, self.output)
    }
}
