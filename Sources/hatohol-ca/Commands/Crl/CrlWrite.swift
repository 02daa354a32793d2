internal import ArgumentParser
internal import CertificateAuthority

struct CrlWrite: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "write",
        abstract: "Write the revocation list, and put it where RabbitMQ reads it.",
        discussion: """
            A broker that checks revocation rejects every client once the list has
            ended: run this daily with --if-needed, which writes a new list when half of
            its time has passed or when it does not hold what is revoked.

            EXAMPLES
              hatohol-ca crl --if-needed --install /etc/rabbitmq/tls/crl --passphrase-file /etc/hatohol/ca-passphrase
              hatohol-ca crl --days 14
            """
    )

    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var preview: DryRunOptions

    @Flag(help: "Write a new list only when the present one is not good any more.")
    var ifNeeded = false

    @Option(help: ArgumentHelp("Put the list there as <hash>.r0, as Erlang reads it.", valueName: "directory"))
    var install: String?

    @Option(name: .customLong("days"), help: ArgumentHelp("How long the list is good for.", valueName: "days"))
    var lifetime = Authority.listLifetime

    func run() throws {
        let authority = try self.directory.open()
        var list: RevocationList?
        let reason = try authority.whyNewListIsNeeded()
        if self.ifNeeded, reason == nil { list = try authority.revocationList() }
        if self.preview.dryRun {
            let layout = authority.layout
            let written = list == nil ? [layout.revocationListNumber, layout.revocationList] : []
            return self.preview.show(written + [self.install].compactMap(\.self), self.output)
        }
        let written = list == nil
        let current =
            try list ?? authority.writeRevocationList(key: self.passphrase.key(of: authority), lifetime: self.lifetime)
        let installed = try self.install.map { try authority.install(current, into: $0) }
        self.output.show(
            ["written": .bool(written), "reason": JSON(reason), "installed": JSON(installed), "crl": JSON(current)],
            or: current.lines + [written ? authority.layout.revocationList : "still good, nothing written"]
                + (installed.map { ["installed: \($0)"] } ?? [])
        )
    }
}
