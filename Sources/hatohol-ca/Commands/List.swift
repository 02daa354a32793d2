internal import ArgumentParser
internal import CertificateAuthority

struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List what was signed.",
        discussion: """
            EXAMPLES
              hatohol-ca list --state valid
              hatohol-ca list --registration-key 5f3a9c21
              hatohol-ca list --json | jq -r 'select(.profile=="server").name'
            """
    )

    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("Only valid, expired, revoked or held ones.", valueName: "state"))
    var state: CertificateEntry.State?

    @Option(help: ArgumentHelp("Only what came by this registration key, renewals included.", valueName: "id"))
    var registrationKey: String?

    func run() throws {
        let authority = try self.directory.open()
        let entries = try self.registrationKey.map(authority.entries(registeredBy:)) ?? authority.entries()
        for entry in entries where self.state == nil || entry.state == self.state {
            self.output.show(JSON(entry), or: [entry.line])
        }
    }
}
