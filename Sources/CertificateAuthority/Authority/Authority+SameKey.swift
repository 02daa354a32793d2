/// A certificate on record, and the authority on whose record it is.
public struct RecordedCertificate {
    /// The authority.
    public let authority: Authority
    /// The record.
    public let entry: CertificateEntry
}

extension RevocationReason {
    /// Whether the reason is that somebody else has the key, so that no certificate for it is good.
    public var isKeyCompromise: Bool { self == .keyCompromise || self == .caCompromise }
}

/// Certificates for one key: renewals have the key of what they renew, and a change of the root signs every key again.
extension Authority {
    /// The other certificates for the keys of some, here and with the other authority of a change of the root.
    ///
    /// Each file is read once: a hundred thousand certificates take some seconds.
    public func sharingKeys(
        with entries: [CertificateEntry],
        in states: Set<CertificateEntry.State>
    ) throws -> [RecordedCertificate] {
        let keys = Set(entries.compactMap { self.keyOnRecord($0.row.serial) })
        let named = Set(entries.map(\.row.serial))
        return try self.generations().flatMap { authority in
            try authority.entries().filter { entry in
                guard states.contains(entry.state),
                    authority.layout.base != self.layout.base || !named.contains(entry.row.serial)
                else { return false }
                return authority.keyOnRecord(entry.row.serial).map(keys.contains) == true
            }.map { RecordedCertificate(authority: authority, entry: $0) }
        }
    }

    /// The serial numbers of some certificates, and of all others here that have their keys and are neither expired nor revoked.
    func withSameKeys(_ serials: [SerialNumber], in index: Index) -> [SerialNumber] {
        let keys = Set(serials.compactMap(self.keyOnRecord))
        let now = self.clock()
        let others = index.rows.filter { row in
            row.notAfter >= now && (row.revocation == nil || row.revocation?.reason == .certificateHold)
                && !serials.contains(row.serial) && self.keyOnRecord(row.serial).map(keys.contains) == true
        }
        return serials + others.map(\.serial)
    }

    /// The certificate with which a key was revoked because somebody else has it, here or by the other authority of a change of
    /// the root; nil for a key that was not.
    func compromise(of key: PrivateKey) throws -> SerialNumber? {
        let wanted = key.publicDER
        for authority in try self.generations() {
            let revoked = try authority.index().rows.filter { $0.revocation?.reason?.isKeyCompromise == true }
            if let found = revoked.first(where: { authority.keyOnRecord($0.serial) == wanted }) { return found.serial }
        }
        return nil
    }

    /// Throws when a key was revoked because somebody else has it.
    func refuseCompromised(_ key: PrivateKey, _ step: String) throws {
        guard let serial = try self.compromise(of: key) else { return }
        throw AuthorityError(
            .refused,
            step,
            "its key was revoked as compromised, with the certificate \(serial)",
            advice:
                "make a new key; if the revocation was a mistake, 'sign --accept-compromised-key' certifies it again"
        )
    }

    /// The public key of a filed certificate; nil where none is filed: `openssl ca` may have another place for its files.
    private func keyOnRecord(_ serial: SerialNumber) -> [UInt8]? {
        (try? self.certificate(serial))?.publicKey?.publicDER
    }
}
