extension Authority {
    /// Revokes certificates, and writes a new revocation list.
    ///
    /// When the reason is a compromised key, every certificate here for that key is revoked. Without the key only the record is changed; the list must then follow by ``writeRevocationList(key:lifetime:)``.
    @discardableResult
    public func revoke(
        _ serials: [SerialNumber],
        reason: RevocationReason,
        key: PrivateKey?,
        lifetime: Lifetime = Authority.listLifetime
    ) throws -> RevocationList? {
        let step = "revoking"
        guard reason != .removeFromCRL else {
            throw AuthorityError(
                .input,
                step,
                "removeFromCRL is no reason to revoke",
                advice: "'hatohol-ca release' ends a hold"
            )
        }
        let session = try self.session()
        let details = try session.allDetails()
        let all = reason.isKeyCompromise ? self.withSameKeys(serials, in: session.index) : serials
        for serial in all {
            guard var row = session.index[serial] else {
                throw AuthorityError(.missing, step, "serial number \(serial) is not on record")
            }
            // From a hold to a revocation is a change; anything else revoked stays as it was, with its time.
            if let previous = row.revocation, previous.reason != .certificateHold || reason == .certificateHold {
                continue
            }
            row.revocation = Revocation(time: self.clock(), reason: reason)
            row.status = .revoked
            var changed = details[serial] ?? Details()
            changed.reason = reason.inIndex == reason ? nil : reason
            let action = reason == .certificateHold ? "hold" : "revoke"
            try self.commit(action, row, changed, [("reason", reason.rawValue)], in: session)
        }
        return try key.map { try self.writeRevocationList(key: $0, lifetime: lifetime, in: session) }
    }

    /// Ends a hold: the certificate is good again.
    @discardableResult
    public func release(
        _ serials: [SerialNumber],
        key: PrivateKey?,
        lifetime: Lifetime = Authority.listLifetime
    ) throws -> RevocationList? {
        let session = try self.session()
        let details = try session.allDetails()
        for serial in serials {
            guard var row = session.index[serial], row.revocation?.reason == .certificateHold else {
                throw AuthorityError(
                    .refused,
                    "releasing",
                    "serial number \(serial) is not on hold",
                    advice: "a revocation for another reason is final"
                )
            }
            row.revocation = nil
            row.status = .valid
            try self.commit("release", row, details[serial] ?? Details(), [], in: session)
        }
        return try key.map { try self.writeRevocationList(key: $0, lifetime: lifetime, in: session) }
    }

    /// The revocations that the latest list or the audit log know and `index.txt` does not, oldest first.
    func forgottenRevocations() throws -> [RevocationList.Entry] { try self.forgottenRevocations(in: self.index()) }

    func forgottenRevocations(in index: Index) throws -> [RevocationList.Entry] {
        try KnownRevocations(of: self.layout, issuer: self.certificate).forgotten(by: index)
    }

    /// Puts forgotten revocations back on record, with their times and true reasons.
    func restore(_ entries: [RevocationList.Entry]) throws {
        guard !entries.isEmpty else { return }
        let session = try self.session()
        let known = try KnownRevocations(of: self.layout, issuer: self.certificate)
        let details = try session.allDetails()
        for entry in entries {
            var changed = details[entry.serial] ?? Details()
            changed.reason = entry.reason == entry.reason?.inIndex ? nil : entry.reason
            try self.commit(
                entry.reason == .certificateHold ? "hold" : "revoke",
                known.row(for: entry, in: session.index, issuer: self.certificate),
                changed,
                [("reason", (entry.reason ?? .unspecified).rawValue), ("restored", "yes")],
                in: session
            )
        }
    }

    private func commit(
        _ action: String,
        _ row: IndexRow,
        _ details: Details,
        _ circumstances: [(name: String, value: String)],
        in session: Session
    ) throws {
        let facts = [(name: "serial", value: "\(row.serial)"), (name: "subject", value: row.subject)]
        try session.commit(
            Journal(
                action: action,
                row: row,
                certificate: nil,
                details: details,
                circumstances: facts + circumstances
            )
        )
    }
}
