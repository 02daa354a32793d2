internal import ArgumentParser
internal import CertificateAuthority
internal import Enrolment
internal import Escaping

/// Which certificates change, and what follows.
struct RevocationOptions: ParsableArguments {
    @Argument(help: "Serial number, common name, alternative name or file.")
    var certificate: String?

    @Option(help: ArgumentHelp("Instead: all that came by this registration key, renewals included.", valueName: "id"))
    var registrationKey: String?

    @Option(
        help: ArgumentHelp(
            "Of several with that name the one for client, server, peer, ca or ocsp.",
            valueName: "purpose"
        )
    )
    var purpose: Profile?

    @Flag(help: "Change all certificates of that name.")
    var all = false

    @Flag(
        help:
            "Change every other certificate of the same key as well, while the root changes also the other authority's."
    )
    var sameKey = false

    @Flag(help: "Show which certificates would change, and change none.")
    var dryRun = false

    @Flag(help: "Change the record only; write the revocation list later by 'hatohol-ca crl'.")
    var noCrl = false

    @Option(help: ArgumentHelp("Put the new revocation list where RabbitMQ reads it.", valueName: "directory"))
    var install: String?

    func validate() throws {
        guard (self.certificate == nil) != (self.registrationKey == nil) else {
            throw ValidationError("name either a certificate or --registration-key")
        }
        guard self.registrationKey == nil || (self.purpose == nil && !self.all) else {
            throw ValidationError("--purpose and --all belong to the name of a certificate")
        }
        guard !(self.noCrl && self.install != nil) else {
            throw ValidationError("--no-crl and --install exclude each other")
        }
    }

    /// The certificates that are meant; a name that several have needs `--all` or a serial number.
    private func entries(_ authority: Authority, in states: Set<CertificateEntry.State>) throws -> [CertificateEntry] {
        if let registrationKey {
            return try authority.entries(registeredBy: registrationKey).filter { states.contains($0.state) }
        }
        let name = self.certificate ?? ""
        let found = try authority.find(name, for: self.purpose).filter { states.contains($0.state) }
        if self.all, !found.isEmpty { return found }
        guard found.count > 1 else { return [try authority.findOne(name, in: states, for: self.purpose)] }
        // Unlike a renewal it concerns what was replaced, too: that is valid to its end.
        throw authority.ambiguous(name, found, others: "--all")
    }

    /// A key that let in whom it should not must let in nobody else.
    private func furtherAdvice(_ authority: Authority) throws -> [String] {
        guard let registrationKey, try authority.registrationKeys().contains(where: { $0.key.id == registrationKey })
        else { return [] }
        return [
            "the registration key can still be used, as far as it is good: 'hatohol-ca key remove \(registrationKey)' ends that"
        ]
    }

    /// Makes a change on every record that it concerns, and says what was done and what must follow.
    ///
    /// While the root changes the other authority has certificates for the same keys; its list takes its own passphrase.
    func carryOut(
        _ change: RevocationChange,
        at directory: DirectoryOptions,
        with passphrase: PassphraseOptions,
        _ output: OutputOptions
    ) throws {
        let authority = try directory.open()
        let named = try self.entries(authority, in: change.states)
        let others = try authority.sharingKeys(with: named, in: change.states.subtracting([.expired]))
        let reached = change.concernsKey || self.sameKey ? others : []
        let own = named + reached.filter { $0.authority.layout.base == authority.layout.base }.map(\.entry)
        let elsewhere = reached.filter { $0.authority.layout.base != authority.layout.base }
        var report = RevocationReport(verb: change.verb, untouched: reached.isEmpty ? others : [])
        if self.dryRun {
            let entries = own + elsewhere.map(\.entry)
            return output.show(.array(entries.map { JSON($0) }), or: entries.map(\.line))
        }
        let key = self.noCrl ? nil : try passphrase.key(of: authority)
        report.records.append(try self.apply(change, to: own, of: authority, key))
        if let other = elsewhere.first?.authority {
            let key = self.noCrl ? nil : try passphrase.keyIfItOpens(of: other)
            report.records.append(try self.apply(change, to: elsewhere.map(\.entry), of: other, key))
        }
        report.advice = try change.advice(authority, own) + self.furtherAdvice(authority)
        report.show(installing: self.install, output)
    }

    private func apply(
        _ change: RevocationChange,
        to entries: [CertificateEntry],
        of authority: Authority,
        _ key: PrivateKey?
    ) throws -> RevocationReport.Record {
        let list = try change.apply(authority, entries.map(\.row.serial), key)
        let installed = try list.flatMap { list in try self.install.map { try authority.install(list, into: $0) } }
        return RevocationReport.Record(authority: authority, entries: entries, list: list, installed: installed)
    }
}

/// What one of the commands `revoke`, `hold` and `release` does.
struct RevocationChange {
    /// What has become of the certificates, as in `revoked`.
    let verb: String
    /// The states that can be changed.
    let states: Set<CertificateEntry.State>
    /// Whether the reason lies in the key, so that all of its certificates change.
    var concernsKey = false
    /// Changes the record of one authority, and writes its list if there is a key for that.
    let apply: (Authority, [SerialNumber], PrivateKey?) throws -> RevocationList?
    /// What the operator should do next.
    var advice: (Authority, [CertificateEntry]) throws -> [String] = { _, _ in [] }
}
