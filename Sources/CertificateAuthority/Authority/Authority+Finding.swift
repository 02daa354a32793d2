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

    /// The certificates of nodes that a registration key let in, and of their renewals, oldest first.
    ///
    /// - Throws: `AuthorityError` of code `missing` when no certificate and no key has that id.
    public func entries(registeredBy id: String) throws -> [CertificateEntry] {
        let found = try self.entries().filter { $0.details.registrationKey == id }
        // A key that nobody has used yet is no mistake.
        if found.isEmpty { _ = try self.findRegistrationKeys([id]) }
        return found
    }

    /// The certificates that end within that time and have no successor that lives longer.
    ///
    /// A successor is a renewal on record, or a certificate for the same key, subject and names, as `openssl ca` makes it. A
    /// certificate of the same subject for another key is no successor: two hosts can have one subject.
    public func expiring(within lifetime: Lifetime) throws -> [CertificateEntry] {
        let limit = self.clock() + lifetime.seconds
        let entries = try self.entries().filter { $0.state == .valid }
        let ends = Dictionary(entries.map { ($0.row.serial, $0.row.notAfter) }) { first, _ in first }
        let successors = Lineage(try self.details()).successors(among: entries)
        let namesakes = Dictionary(grouping: entries, by: \.row.subject)
        return entries.filter { entry in
            guard entry.row.notAfter <= limit else { return false }
            if let end = successors[entry.row.serial].flatMap({ ends[$0] }), end > entry.row.notAfter { return false }
            let later = (namesakes[entry.row.subject] ?? []).filter { $0.row.notAfter > entry.row.notAfter }
            return !later.contains { self.isSame($0, as: entry) }
        }.sorted { $0.row.notAfter < $1.row.notAfter }
    }

    /// Whether two certificates of one subject have the same key and names.
    private func isSame(_ entry: CertificateEntry, as other: CertificateEntry) -> Bool {
        // A certificate that is not filed cannot be compared, so that it counts for itself.
        guard let one = try? self.certificate(entry.row.serial), let two = try? self.certificate(other.row.serial),
            let key = one.publicKey, let otherKey = two.publicKey
        else { return false }
        return key.matches(otherKey) && Set(one.alternativeNames) == Set(two.alternativeNames)
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
            entry.row.commonName.lowercased() == name || entry.row.subject == text || self.has(entry, name: text)
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

    /// Whether a certificate speaks for a name.
    ///
    /// The record leads to it, and the certificate decides, if it is filed.
    private func has(_ entry: CertificateEntry, name text: String) -> Bool {
        guard entry.details.alternativeNames.contains(where: { $0.isMeant(by: text) }) else { return false }
        guard let certificate = try? self.certificate(entry.row.serial) else { return true }
        return certificate.alternativeNames.contains { $0.isMeant(by: text) }
    }

    /// The common name of a certificate, as it is in the certificate if that is filed.
    public func commonName(of entry: CertificateEntry) -> String {
        (try? self.certificate(entry.row.serial))?.subject.commonName ?? entry.row.commonName
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
}
