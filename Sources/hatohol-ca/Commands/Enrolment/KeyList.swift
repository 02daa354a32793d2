internal import ArgumentParser
internal import CertificateAuthority
internal import Enrolment

struct KeyList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List registration keys and how often they were used.",
        discussion: """
            EXAMPLE
              hatohol-ca key list --json | jq -r 'select(.state=="usable").id'
            """
    )

    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let authority = try self.directory.open()
        for entry in try authority.registrationKeys() {
            let key = entry.key
            let names = key.names.map(\.description).joined(separator: ",")
            self.output.show(
                JSON(entry),
                or: [
                    [
                        key.id, entry.state.rawValue.padded(8), "\(entry.used)/\(key.limit)".padded(9),
                        "\(Timestamp(seconds: key.expires))", key.profile.padded(6), names, key.note,
                    ].joined(separator: "  ")
                ]
            )
        }
        if !self.output.json { print("fingerprint of the authority: \(authority.root.fingerprint)") }
    }
}
