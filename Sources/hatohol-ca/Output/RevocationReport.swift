internal import CertificateAuthority
internal import Escaping

/// What a change of revocations did, and what must follow: open connections and other hosts do not notice by themselves.
struct RevocationReport {
    /// What was done on the record of one authority.
    struct Record {
        let authority: Authority
        let entries: [CertificateEntry]
        /// The new list; nil when it is left to a later command.
        let list: RevocationList?
        let installed: String?
    }

    let verb: String
    /// Certificates of the same keys that stay as they are.
    let untouched: [RecordedCertificate]
    /// The authority that was named first, then the other one while the root changes.
    var records: [Record] = []
    var advice: [String] = []

    /// Prints it; `directory` is where the lists go, if the operator said so.
    func show(installing directory: String?, _ output: OutputOptions) {
        output.show(self.json, or: self.lines(directory))
    }

    private var json: JSON {
        guard let first = self.records.first else { return .null }
        return .object(
            [("action", .string(self.verb))] + Self.members(first) + [
                (
                    "otherAuthorities",
                    .array(
                        self.records.dropFirst().map {
                            .object([("baseDirectory", .string($0.authority.layout.base))] + Self.members($0))
                        }
                    )
                ), ("sameKey", .array(self.untouched.map { JSON($0.entry) })),
            ]
        )
    }

    private static func members(_ record: Record) -> [(String, JSON)] {
        [
            ("certificates", .array(record.entries.map { JSON($0) })), ("crlNumber", JSON(record.list?.number)),
            ("crlFile", record.list == nil ? .null : .string(record.authority.layout.revocationList)),
            ("installed", JSON(record.installed)),
        ]
    }

    private func lines(_ directory: String?) -> [String] {
        var lines = self.records.flatMap { self.lines($0, directory) }
        if self.verb != "released" {
            var users: [String] = []
            for record in self.records {
                let names = record.entries.map(record.authority.commonName(of:))
                for user in names where !users.contains(user) { users.append(user) }
            }
            if !users.isEmpty {
                lines.append(
                    "close what is open: " + users.map(BrokerConfiguration().closing(user:)).joined(separator: "; ")
                )
            }
        }
        lines += self.untouched.map {
            "for the same key, and not \(self.verb): \($0.entry.row.serial) \($0.entry.row.subject) in \($0.authority.layout.base)"
        }
        if !self.untouched.isEmpty { lines.append("--same-key changes these as well") }
        return lines + self.advice
    }

    private func lines(_ record: Record, _ directory: String?) -> [String] {
        let base = record.authority.layout.base
        let place = base == self.records.first?.authority.layout.base ? "" : " in \(base)"
        var lines = record.entries.map { "\(self.verb): \($0.row.serial) \($0.row.subject)\(place)" }
        if let list = record.list {
            lines.append("revocation list \(list.number?.description ?? ""): \(record.authority.layout.revocationList)")
        } else {
            let install = directory.map { " --install \($0.escaped(for: .shellWord))" } ?? ""
            let command = "hatohol-ca crl --base-directory \(base.escaped(for: .shellWord))\(install)"
            lines.append("the revocation list\(place) does not know it yet: run '\(command)'")
        }
        if let installed = record.installed { lines.append("installed: \(installed)") }
        return lines
    }
}
