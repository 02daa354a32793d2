internal import ArgumentParser
internal import CertificateAuthority

struct RolloverSwitch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "switch",
        abstract: "Put the new authority in the place of the old one.",
        discussion: """
            The old one moves to previous/, from where it still writes its revocation
            lists. Each peer named must show a certificate of the new root by now.

            EXAMPLE
              hatohol-ca rollover switch --peer broker.example.com:5671 --base-directory /etc/hatohol/ca
            """
    )

    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var peers: PeerOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var preview: DryRunOptions

    func run() throws {
        let rollover = Rollover(try self.directory.open())
        let next = try rollover.next()
        for (name, check) in try self.peers.checks() { try Self.expect(name, check, toShow: next) }
        if self.preview.dryRun {
            try rollover.checkSwitching()
            let layout = rollover.authority.layout
            return self.preview.show([layout.directory, layout.previous], self.output)
        }
        let authority = try rollover.switchOver()
        let after = Rollover(authority)
        self.output.show(
            ["stage": .string(after.stage.rawValue), "root": JSON(authority.certificate)],
            or: authority.certificate.lines + after.advice
        )
    }

    /// A peer whose chain does not lead to the new root would be lost with the old one.
    static func expect(_ name: String, _ check: LiveCheck, toShow authority: Authority) throws {
        let handshakes = try LiveCheck.Version.allCases.map { try check.handshake($0) }
        guard let leaf = handshakes.lazy.compactMap(\.chain.first).first else {
            let reason = handshakes.lazy.compactMap(\.failure).first ?? "it shows no certificate"
            throw AuthorityError(.network, "checking \(name)", reason)
        }
        guard leaf.isIssued(by: authority.certificate) else {
            throw AuthorityError(
                .refused,
                "checking \(name)",
                "it still shows a certificate of \(leaf.issuer)",
                advice: "give it the one that 'rollover reissue' made"
            )
        }
    }
}
