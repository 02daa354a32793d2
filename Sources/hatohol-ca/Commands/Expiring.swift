internal import ArgumentParser
internal import CertificateAuthority

struct Expiring: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List what ends soon; ends with 2 when something does.",
        discussion: """
            A certificate that was renewed does not count. The authority's own
            certificate does, and so does a revocation list that has ended, or that ends
            soon and should have been replaced by now. While the root changes, the lists
            of both authorities are looked at.

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
        let now = Timestamp.now
        let entries = try authority.expiring(within: self.within)
        for entry in entries { self.output.show(JSON(entry), or: [entry.line]) }
        var ending: [(what: String, end: Timestamp, base: String)] = []
        let end = authority.certificate.notAfter
        if end <= now + self.within.seconds { ending.append(("authority", end, authority.layout.base)) }
        for one in try authority.generations() {
            if let end = try one.endingList(within: self.within) {
                ending.append(("revocation list", end, one.layout.base))
            }
        }
        for (what, end, base) in ending {
            self.output.show(
                ["what": .string(what), "notAfter": JSON(end), "baseDirectory": .string(base)],
                or: ["the \(what) in \(base) \(end < now ? "ended" : "ends") at \(end)"]
            )
        }
        if !entries.isEmpty || !ending.isEmpty { throw ExitCode(2) }
    }
}
