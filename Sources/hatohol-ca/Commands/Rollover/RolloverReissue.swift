internal import ArgumentParser
internal import CertificateAuthority

struct RolloverReissue: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reissue",
        abstract: "Sign every valid certificate again by the new authority, for the same keys."
    )

    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var peers: PeerOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var preview: DryRunOptions

    func run() throws {
        let rollover = Rollover(try self.directory.open())
        // No peer is asked: that takes a certificate, which would be on record.
        if self.preview.dryRun { return self.preview.show(try rollover.reissuing().map(\.file), self.output) }
        let next = try rollover.next()
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
            .array(written.map { ["file": .string($0.file), "certificate": JSON($0.certificate)] }),
            or: written.map(\.file) + rollover.advice
        )
    }
}
