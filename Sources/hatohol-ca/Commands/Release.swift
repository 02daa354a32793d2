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
        let change = RevocationChange(
            verb: "released",
            states: [.held],
            apply: { authority, serials, key in try authority.release(serials, key: key) },
            advice: { authority, entries in
                guard let succession = try authority.succession() else { return [] }
                return try succession.leftOut(entries, of: authority).map {
                    "the change of the root left \($0.row.serial) out while it was held: 'hatohol-ca rollover reissue' signs it again"
                }
            }
        )
        try self.revocation.carryOut(change, at: self.directory, with: self.passphrase, self.output)
    }
}
