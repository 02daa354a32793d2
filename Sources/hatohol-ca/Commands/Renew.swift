internal import ArgumentParser
internal import CertificateAuthority

struct Renew: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sign a certificate again, for the same key and names.",
        discussion: """
            The old certificate stays valid until its end. With --if-needed nothing
            happens before two thirds of its life have passed, which makes the command
            fit for a timer. A name that several certificates have is refused, unless all
            but one of them were renewed or have expired.

            EXAMPLES
              hatohol-ca renew web1.example.com --out client-cert.pem --force
              hatohol-ca renew broker/server-cert.pem --out broker/server-cert.pem --force --if-needed

            On a node, --url renews the certificate there over mutual TLS, with the old
            certificate and the same key, and replaces the file at one moment. --rekey makes
            a new key there; afterwards both files are links to a directory beside them,
            so that they still change at one moment:

              hatohol-ca renew /etc/hatohol/client-cert.pem --url https://ca.example.com:8443 \\
                  --if-needed --jitter 600 --hook 'systemctl reload hap2-fluentd'
              hatohol-ca renew /etc/hatohol/client-cert.pem --url https://ca.example.com:8443 --rekey
            """
    )

    @OptionGroup var selection: CertificateOptions
    @OptionGroup(title: "On a node") var node: NodeRenewalOptions
    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var signing: SigningOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Do nothing while less than two thirds of its life have passed.")
    var ifNeeded = false

    @Flag(help: "Replace the certificate's file; the old one gets the ending .old.")
    var force = false

    func run() throws {
        if let url = self.node.url {
            return try self.node.renew(
                self.selection.certificate,
                at: url,
                ifNeeded: self.ifNeeded,
                dryRun: self.signing.dryRun,
                self.output
            )
        }
        let authority = try self.directory.open()
        let entry = try self.selection.entry(of: authority, in: [.valid, .expired])
        let old = try authority.certificate(entry.row.serial)
        if self.ifNeeded, !authority.isRenewalDue(old) {
            return self.output.show(
                ["renewed": false, "notAfter": JSON(old.notAfter)],
                or: ["not due: it is good until \(old.notAfter)"]
            )
        }
        let file = self.signing.out ?? authority.profile(of: entry)?.defaultFileName ?? "cert.pem"
        if self.signing.dryRun {
            return self.output.show(
                ["wouldRenew": JSON(entry), "certificateFile": .string(file)],
                or: ["would renew \(entry.line)"]
            )
        }
        if !self.force { try Files.refuseExisting(file) }
        let renewed = try authority.renew(
            entry,
            lifetime: self.signing.lifetime,
            key: self.passphrase.key(of: authority)
        )
        try authority.write(renewed, to: file, force: self.force)
        self.output.show(
            ["renewed": true, "certificateFile": .string(file), "certificate": JSON(renewed)],
            or: renewed.lines + [file]
        )
    }
}
