internal import ArgumentParser
internal import CertificateAuthority
internal import Enrolment

struct KeyAdd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Make a registration key; it is shown once and kept nowhere.",
        discussion: """
            Whoever has the key can have certificates for the names it allows, as often as
            its limit says. '*' stands for any characters, '?' for one; a pattern without
            a type is for DNS names.

            EXAMPLES
              hatohol-ca key add --name web1.example.com
              hatohol-ca key add --name 'web*.example.com' --name 'IP:192.0.2.*' --limit 40 --expires 36h
              hatohol-ca key add --name 'web*.example.com' --limit 40 --out web.key --json
            """
    )

    @Option(
        name: .customLong("name"),
        help: ArgumentHelp("Names that may be certified; repeatable. '*' allows all DNS names.", valueName: "pattern"),
        transform: nameGlob
    )
    var names: [NameGlob]

    @Option(help: ArgumentHelp("How many nodes may enrol.", valueName: "number"))
    var limit = 1

    @Option(help: ArgumentHelp("How long the key can be used: days, or hours as in 36h.", valueName: "days"))
    var expires: Lifetime = .days(7)

    @Option(help: "What the certificates are for: client, server or peer.")
    var profile = HostProfile.client

    @Option(
        name: .customLong("days"),
        help: ArgumentHelp("How long the certificates are good for: days, or hours as in 36h.", valueName: "days")
    )
    var lifetime: Lifetime?

    @Option(help: ArgumentHelp("What you want to remember.", valueName: "text"))
    var note = ""

    @Option(help: ArgumentHelp("Write the key into a file (0600) instead of showing it.", valueName: "file"))
    var out: String?

    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var preview: DryRunOptions

    func validate() throws {
        guard (1...100_000).contains(self.limit) else { throw ValidationError("--limit is between 1 and 100000") }
        guard self.note.utf8.count <= 200 else { throw ValidationError("--note has 200 bytes at most") }
    }

    func run() throws {
        let authority = try self.directory.open()
        if let out { try Files.refuseExisting(out) }
        if self.preview.dryRun {
            return self.preview.show([authority.layout.registrationKeys] + [self.out].compactMap(\.self), self.output)
        }
        var new = NewRegistrationKey(names: self.names)
        new.limit = self.limit
        new.expiry = self.expires
        new.profile = self.profile.profile
        new.lifetime = self.lifetime
        new.note = self.note
        let (key, text) = try authority.addRegistrationKey(new)
        if let out { try Files.write(Array((text + "\n").utf8), to: out, mode: 0o600) }
        let fingerprint = authority.root.fingerprint
        self.output.show(
            [
                "id": .string(key.id), "key": self.out == nil ? .string(text) : .null, "keyFile": JSON(self.out),
                "fingerprint": .string(fingerprint), "limit": .number(key.limit),
                "expires": JSON(Timestamp(seconds: key.expires)),
            ],
            or: [
                self.out.map { "The registration key is in \($0)." } ?? text, "",
                "For \(key.limit) node\(key.limit == 1 ? "" : "s"), until \(Timestamp(seconds: key.expires)).",
                "The next action: copy the key to a file on each node and run there:",
                "  % hatohol-ca enroll --url https://THIS-HOST:8443 --key-file FILE \\",
                "      --fingerprint \(fingerprint)",
            ]
        )
    }
}

/// Reads a pattern for names for an option.
func nameGlob(_ text: String) throws -> NameGlob {
    guard let glob = NameGlob(text) else { throw ValidationError("'\(text)' is no pattern for names") }
    return glob
}
