internal import ArgumentParser
internal import CertificateAuthority

struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List what was signed.",
        discussion: """
            EXAMPLES
              hatohol-ca list --state valid
              hatohol-ca list --json | jq -r 'select(.profile=="server").name'
            """
    )

    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("Only valid, expired, revoked or held ones.", valueName: "state"))
    var state: CertificateEntry.State?

    func run() throws {
        let authority = try self.directory.open()
        for entry in try authority.entries() where self.state == nil || entry.state == self.state {
            self.output.show(JSON(entry), or: [entry.line])
        }
    }
}
