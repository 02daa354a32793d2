internal import ArgumentParser
internal import CertificateAuthority
internal import Enrolment

struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Registration keys, by which nodes enrol.",
        discussion: """
            EXAMPLES
              hatohol-ca key add --name 'web*.example.com' --limit 40 --note 'web farm, rack 7'
              hatohol-ca key list
              hatohol-ca key remove 5f3a9c21
            """,
        subcommands: [KeyAdd.self, KeyList.self, KeyRemove.self],
        defaultSubcommand: KeyList.self
    )
}

extension JSON {
    /// A registration key and its use.
    init(_ entry: RegistrationKeyEntry) {
        self = [
            "id": .string(entry.key.id), "state": .string(entry.state.rawValue), "used": .number(entry.used),
            "limit": .number(entry.key.limit), "expires": JSON(Timestamp(seconds: entry.key.expires)),
            "profile": .string(entry.key.profile), "names": JSON(entry.key.names), "lifetime": JSON(entry.key.lifetime),
            "created": JSON(Timestamp(seconds: entry.key.created)), "note": .string(entry.key.note),
        ]
    }
}
