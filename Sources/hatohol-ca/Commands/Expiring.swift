internal import ArgumentParser
internal import CertificateAuthority

struct Expiring: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List what ends soon; ends with 2 when something does.",
        discussion: """
            A certificate that was renewed does not count. The authority's own
            certificate and its revocation list do.

            EXAMPLES
              hatohol-ca expiring --within 30
              hatohol-ca expiring --within 72h --json
            """
    )

    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("Days, or hours as in 72h.", valueName: "days"))
    var within: Lifetime = .days(30)

    func run() throws {
        let authority = try self.directory.open()
        let limit = Timestamp.now + self.within.seconds
        let entries = try authority.expiring(within: self.within)
        for entry in entries { self.output.show(JSON(entry), or: [entry.line]) }
        var own: [(what: String, end: Timestamp)] = [("authority", authority.certificate.notAfter)]
        if let end = try authority.revocationList()?.nextUpdate,
            self.within.seconds <= Authority.listLifetime.seconds / 2
        {
            own.append(("revocation list", end))
        }
        let ending = own.filter { $0.end <= limit }
        for (what, end) in ending {
            self.output.show(["what": .string(what), "notAfter": JSON(end)], or: ["the \(what) ends at \(end)"])
        }
        if !entries.isEmpty || !ending.isEmpty { throw ExitCode(2) }
    }
}
