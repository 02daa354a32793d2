internal import ArgumentParser
internal import CertificateAuthority

struct RolloverReissue: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reissue",
        abstract: "Sign every valid certificate again by the new authority, for the same keys.",
        discussion: """
            A certificate that was renewed since is left out: its successor is signed again.
            One on hold is left out, too; run this once more when it was released, also
            after 'switch'.

            EXAMPLE
              hatohol-ca rollover reissue --peer broker.example.com:5671 --base-directory /etc/hatohol/ca
            """
    )

    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var peers: PeerOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var preview: DryRunOptions

    func run() throws {
        let rollover = Rollover(try self.directory.open())
        let plan = try rollover.reissuing()
        // No peer is asked: that takes a certificate, which would be on record.
        if self.preview.dryRun {
            return self.preview.show(plan.due.map(\.file), then: plan.skipped, self.output)
        }
        let next = plan.succession.new
        let key = try self.passphrase.key(of: next)
        for (name, check) in try self.peers.checks() {
            guard let reason = try next.isTrusted(by: check, key: key) else { continue }
            throw AuthorityError(
                .refused,
                "checking \(name)",
                "it does not trust the new root yet: \(reason)",
                advice: "give it \(rollover.authority.layout.bundle) and clear its cache"
            )
        }
        let written = try rollover.reissue(nextKey: key)
        self.output.show(
            .array(
                written.map { ["file": .string($0.file), "certificate": JSON($0.certificate)] }
                    + plan.superseded.map { ["file": .null, "skipped": JSON($0.entry), "replacedBy": JSON($0.by)] }
                    + plan.held.map { ["file": .null, "skipped": JSON($0), "replacedBy": .null] }
            ),
            or: written.map(\.file) + plan.skipped + rollover.advice
        )
    }
}

extension Reissue {
    /// What is left out, and why, for people.
    var skipped: [String] {
        self.superseded.map { "skipped: \($0.entry.row.serial) \($0.entry.row.subject): \($0.by) has replaced it" }
            + self.held.map {
                "skipped: \($0.row.serial) \($0.row.subject): it is on hold; run this again when it was released"
            }
    }
}
