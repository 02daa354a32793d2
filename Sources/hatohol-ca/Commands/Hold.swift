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
        let change = RevocationChange(
            verb: "held",
            states: [.valid],
            apply: { authority, serials, key in try authority.revoke(serials, reason: .certificateHold, key: key) }
        )
        try self.revocation.carryOut(change, at: self.directory, with: self.passphrase, self.output)
    }
}
