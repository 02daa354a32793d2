/// Which certificate an operator means by a name that several may have.
extension Authority {
    /// What a certificate on record is for; nil when neither the record nor its file tells.
    public func profile(of entry: CertificateEntry) -> Profile? {
        // openssl ca may have another place for its files.
        entry.details.profile ?? (try? self.certificate(entry.row.serial)).flatMap(Profile.init(certificate:))
    }

    /// The certificates that are meant, as ``find(_:)`` finds them, for one purpose alone if there is one.
    public func find(_ text: String, for purpose: Profile?) throws -> [CertificateEntry] {
        let found = try self.find(text)
        return purpose.map { purpose in found.filter { self.profile(of: $0) == purpose } } ?? found
    }

    /// The one certificate that is meant, which must be in one of the given states.
    ///
    /// What a renewal has replaced is not meant by a name, and of the others a valid one is meant before an expired one.
    ///
    /// - Throws: `AuthorityError` of code `refused` when several are left: taking one of them would renew, or revoke, another
    ///   host's.
    public func findOne(
        _ text: String,
        in states: Set<CertificateEntry.State>,
        for purpose: Profile? = nil
    ) throws -> CertificateEntry {
        let found = try self.find(text, for: purpose)
        let possible = found.filter { states.contains($0.state) }
        let replaced = possible.count > 1 ? Lineage(try self.details()).successors(among: possible) : [:]
        let current = possible.filter { replaced[$0.row.serial] == nil }
        let valid = current.filter { $0.state == .valid }
        let chosen = valid.isEmpty ? current : valid
        guard chosen.count <= 1 else { throw self.ambiguous(text, chosen) }
        if let one = chosen.first { return one }
        let state =
            found.last.map { "it is \($0.state.rawValue)" }
            ?? "there is none\(purpose.map { " for \($0.rawValue)" } ?? "")"
        let wanted = CertificateEntry.State.allCases.filter(states.contains).map(\.rawValue).joined(separator: " or ")
        throw AuthorityError(
            .refused,
            "choosing the certificate '\(text.sanitized)'",
            state,
            advice: "here it must be \(wanted)"
        )
    }

    /// Says which certificates have a name, and how to choose one of them.
    public func ambiguous(_ text: String, _ entries: [CertificateEntry], others: String? = nil) -> AuthorityError {
        let list = entries.prefix(10).map { entry in
            let names = entry.details.alternativeNames.prefix(3).map { "\($0)".sanitized }.joined(separator: " ")
            return [
                "\(entry.row.serial)", self.profile(of: entry)?.rawValue ?? "", "until \(entry.row.notAfter.day)",
                names,
            ].filter { !$0.isEmpty }.joined(separator: " ")
        }
        return AuthorityError(
            .refused,
            "choosing the certificate '\(text.sanitized)'",
            "\(entries.count) have that name: \(list.joined(separator: "; "))\(entries.count > list.count ? "; …" : "")",
            advice: "give a serial number, a file or --purpose" + (others.map { ", or \($0)" } ?? "")
        )
    }
}
