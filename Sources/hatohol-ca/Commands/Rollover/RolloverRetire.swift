internal import ArgumentParser
internal import CertificateAuthority

struct RolloverRetire: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retire",
        abstract: "End the change: trust the new root alone.",
        discussion: """
            ca-bundle.pem then holds the new root only, and must get to every host once
            more. Certificates of the old root are refused from there on.

            EXAMPLE
              hatohol-ca rollover retire --peer broker.example.com:5671 --base-directory /etc/hatohol/ca
            """
    )

    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var peers: PeerOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var preview: DryRunOptions

    func run() throws {
        let authority = try self.directory.open()
        for (name, check) in try self.peers.checks() { try RolloverSwitch.expect(name, check, toShow: authority) }
        let rollover = Rollover(authority)
        if self.preview.dryRun {
            try rollover.checkRetiring()
            return self.preview.show([authority.layout.bundle], self.output)
        }
        try rollover.retire()
        self.output.show(
            ["stage": "none", "bundle": .string(authority.layout.bundle)],
            or: ["Give \(authority.layout.bundle) to every host; it holds the new root alone."]
        )
    }
}
