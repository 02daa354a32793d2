/// A certificate on record, with all that is known about it.
public struct CertificateEntry: Sendable {
    /// What can be said about a certificate at a time.
    public enum State: String, Sendable, CaseIterable {
        case valid, expired, revoked, held
    }

    /// The record.
    public let row: IndexRow
    /// What is known beyond it.
    public let details: Details
    /// How things stand.
    public let state: State

    /// The true reason of a revocation, which the record may not be able to hold.
    public var reason: RevocationReason? { self.details.reason ?? self.row.revocation?.reason }

    init(_ row: IndexRow, _ details: Details?, now: Timestamp) {
        self.row = row
        self.details = details ?? Details()
        self.state =
            switch row.status {
            case .revoked: row.revocation?.reason == .certificateHold ? .held : .revoked
            case .suspended: .held
            case .expired: .expired
            case .valid: row.notAfter < now ? .expired : .valid
            }
    }
}

extension Authority {
    /// All certificates on record, oldest first.
    public func entries() throws -> [CertificateEntry] {
        let details = try self.details()
        let now = self.clock()
        return try self.index().rows.map { CertificateEntry($0, details[$0.serial], now: now) }
    }

    /// The certificates that end within that time and have no successor that lives longer.
    public func expiring(within lifetime: Lifetime) throws -> [CertificateEntry] {
        let limit = self.clock() + lifetime.seconds
        let entries = try self.entries().filter { $0.state == .valid }
        var latest: [String: Timestamp] = [:]
        for entry in entries {
            latest[entry.row.subject] = max(latest[entry.row.subject] ?? entry.row.notAfter, entry.row.notAfter)
        }
        return entries.filter { $0.row.notAfter <= limit && latest[$0.row.subject] == $0.row.notAfter }
            .sorted { $0.row.notAfter < $1.row.notAfter }
    }

    /// The certificates that are meant by a serial number, a file, a common name or an alternative name.
    ///
    /// Serial numbers are read in any case, with or without colons, in hexadecimal or decimal.
    public func find(_ text: String) throws -> [CertificateEntry] {
        let step = "looking for '\(text.sanitized)'"
        let entries = try self.entries()
        if text.contains("/") || text.hasSuffix(".pem"), FileSystem.exists(text) {
            return [try self.entry(ofFile: text, among: entries)]
        }
        let serials = [SerialNumber(text), SerialNumber(decimal: text)].compactMap(\.self)
        if let found = serials.lazy.compactMap({ serial in entries.first { $0.row.serial == serial } }).first {
            return [found]
        }
        let name = text.lowercased()
        let found = entries.filter { entry in
            entry.row.commonName.lowercased() == name || entry.row.subject == text
                || entry.details.alternativeNames.contains {
                    $0.lowercased() == name || $0.lowercased().hasSuffix(":\(name)")
                }
        }
        if found.isEmpty, FileSystem.exists(text) { return [try self.entry(ofFile: text, among: entries)] }
        guard !found.isEmpty else {
            throw AuthorityError(
                .missing,
                step,
                "no certificate here has that serial number or name, and there is no such file",
                advice: "'hatohol-ca list' shows all"
            )
        }
        return found
    }

    private func entry(ofFile path: String, among entries: [CertificateEntry]) throws -> CertificateEntry {
        let certificate = try Certificate(bytes: FileSystem.read(path), from: path)
        guard certificate.isIssued(by: self.certificate),
            let entry = entries.first(where: { $0.row.serial == certificate.serial })
        else {
            throw AuthorityError(
                .missing,
                "looking for \(path)",
                "it is the certificate of another authority (\(certificate.issuer))",
                advice: "use the directory of that authority"
            )
        }
        return entry
    }

    /// The one certificate that is meant; of several with that name the newest that is in one of the given states.
    public func findOne(_ text: String, in states: Set<CertificateEntry.State>) throws -> CertificateEntry {
        let found = try self.find(text)
        if let last = found.last(where: { states.contains($0.state) }) { return last }
        let state = found.last.map { "it is \($0.state.rawValue)" } ?? "there is none"
        let wanted = CertificateEntry.State.allCases.filter(states.contains).map(\.rawValue).joined(separator: " or ")
        throw AuthorityError(
            .refused,
            "choosing the certificate '\(text.sanitized)'",
            state,
            advice: "here it must be \(wanted)"
        )
    }
}
