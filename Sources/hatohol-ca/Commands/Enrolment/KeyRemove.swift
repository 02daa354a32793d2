internal import ArgumentParser
internal import CertificateAuthority
internal import Enrolment

struct KeyRemove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove registration keys; whoever enrolled with them stays certified.",
        discussion: """
            EXAMPLES
              hatohol-ca key remove 5f3a9c21
              hatohol-ca key remove --unusable
            """
    )

    @Argument(help: ArgumentHelp("The names that 'key list' shows first.", valueName: "id"))
    var ids: [String] = []

    @Flag(help: "Remove all that are expired or used up.")
    var unusable = false

    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var preview: DryRunOptions

    func validate() throws {
        guard self.ids.isEmpty == self.unusable else { throw ValidationError("name keys, or say --unusable") }
    }

    func run() throws {
        let authority = try self.directory.open()
        let ids =
            self.unusable
            ? try authority.registrationKeys().filter { $0.state != .usable }.map(\.key.id) : self.ids
        if self.preview.dryRun {
            let keys = try authority.findRegistrationKeys(Set(ids))
            return self.preview.show(
                keys.isEmpty ? [] : [authority.layout.registrationKeys],
                then: keys.map { "would remove: \($0.id)  \($0.note)" },
                self.output
            )
        }
        for key in try authority.removeRegistrationKeys(Set(ids)) {
            self.output.show(["removed": .string(key.id)], or: ["removed: \(key.id)  \(key.note)"])
        }
    }
}
