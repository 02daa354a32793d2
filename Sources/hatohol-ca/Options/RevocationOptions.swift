internal import ArgumentParser
internal import CertificateAuthority

/// Which certificates change, and what follows.
struct RevocationOptions: ParsableArguments {
    @Argument(help: "Serial number, common name, alternative name or file.")
    var certificate: String

    @Flag(help: "Change all certificates of that name, not only the newest.")
    var all = false

    @Flag(help: "Show which certificates would change, and change none.")
    var dryRun = false

    @Flag(help: "Change the record only; write the revocation list later by 'hatohol-ca crl'.")
    var noCrl = false

    @Option(help: ArgumentHelp("Put the new revocation list where RabbitMQ reads it.", valueName: "directory"))
    var install: String?

    func validate() throws {
        guard !(self.noCrl && self.install != nil) else {
            throw ValidationError("--no-crl and --install exclude each other")
        }
    }

    /// The certificates that are meant; a name that several have needs `--all` or a serial number.
    func entries(_ authority: Authority, in states: Set<CertificateEntry.State>) throws -> [CertificateEntry] {
        let found = try authority.find(self.certificate).filter { states.contains($0.state) }
        if self.all, !found.isEmpty { return found }
        guard found.count > 1 else { return [try authority.findOne(self.certificate, in: states)] }
        throw AuthorityError(
            .refused,
            "choosing the certificate '\(self.certificate)'",
            "\(found.count) have that name: \(found.map(\.row.serial.description).joined(separator: ", "))",
            advice: "give a serial number, or --all"
        )
    }

    /// Says what was done and what must follow: open connections and other hosts do not notice by themselves.
    func report(
        _ verb: String,
        _ entries: [CertificateEntry],
        _ list: RevocationList?,
        _ authority: Authority,
        _ output: OutputOptions
    ) throws {
        var installed: String?
        if let list, let install { installed = try authority.install(list, into: install) }
        var lines = entries.map { "\(verb): \($0.row.serial) \($0.row.subject)" }
        if let list {
            lines.append("revocation list \(list.number?.description ?? ""): \(authority.layout.revocationList)")
        }
        if let installed { lines.append("installed: \(installed)") }
        if list == nil { lines.append("the revocation list does not know it yet: run 'hatohol-ca crl'") }
        if verb != "released" {
            lines.append(
                "close what is open: "
                    + entries.map { BrokerConfiguration().closing(user: $0.row.commonName) }.joined(separator: "; ")
            )
        }
        output.show(
            [
                "action": .string(verb), "certificates": .array(entries.map { JSON($0) }),
                "crlNumber": JSON(list?.number),
                "crlFile": list == nil ? .null : .string(authority.layout.revocationList), "installed": JSON(installed),
            ],
            or: lines
        )
    }
}
