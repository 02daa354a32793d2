public import Enrolment

extension Authority {
    /// Renews the certificate with which a node identified itself: the same names, the same length of life.
    ///
    /// The certificate must be the one on record, neither revoked nor expired, and half of its life must have passed. A node
    /// that asks again, because it did not get the answer, gets the successor that is already there. A new key must be one
    /// that would be signed for a new node, and `policy.conf` may deny a name that it allowed before.
    ///
    /// - Parameters:
    ///   - old: what the node showed in the handshake, where it also proved to have the key.
    ///   - order: what the node sent.
    ///   - requester: where it came from; for the record.
    ///   - key: the authority's key.
    /// - Returns: the new certificate.
    /// - Throws: ``EnrolmentProblem`` when it is refused, `AuthorityError` when something else fails.
    public func renew(
        _ old: Certificate,
        _ order: RenewalOrder,
        requester: String,
        key: PrivateKey
    ) throws -> Certificate {
        let newKey = try order.request.map { try self.key(of: $0, for: old) }
        let session = try self.session()
        var details = try session.allDetails()
        let previous = try self.previousIssuer(of: old, session.index)
        // Signed again was not what its renewals had replaced, but the last of these.
        let line = try previous.map { Lineage(try $0.details()).descendants(of: old.serial) } ?? []
        let serials = line.union([old.serial])
        if let found = self.successor(of: serials, newKey ?? old.publicKey, details, session) { return found }
        // What the previous authority signed is ours in the form that was signed again when the root changed.
        guard let own = previous == nil ? old : self.successor(of: serials, old.publicKey, details, session) else {
            throw EnrolmentProblem(409, "The certificate \(old.serial) was not signed again when the root changed.")
        }
        if let found = self.successor(of: [own.serial], newKey ?? old.publicKey, details, session) { return found }
        try self.checkWindow(of: old)
        var facts = details.removeValue(forKey: own.serial) ?? Details()
        guard let profile = facts.profile ?? Profile(certificate: own), profile.needsAlternativeName else {
            throw EnrolmentProblem(403, "Certificates of this purpose are renewed on the authority's host.")
        }
        if let denied = own.alternativeNames.first(where: { self.policy.denies($0, for: profile) }) {
            throw EnrolmentProblem(403, "The authority's policy denies \(denied).")
        }
        facts.requester = requester
        return try self.signAgain(
            own,
            facts,
            newKey: newKey,
            lifetime: .hours(max(1, (old.notAfter.seconds - old.notBefore.seconds) / 3600)),
            key: key,
            action: newKey == nil ? "renew" : "rekey",
            in: session
        )
    }

    /// The authority before this one, if that one signed it; nil when this one did.
    ///
    /// While the root changes, nodes of the authority before come for what was signed again. Throws unless the certificate is
    /// on record with one of the two, and neither revoked nor suspended.
    private func previousIssuer(of old: Certificate, _ index: Index) throws -> Authority? {
        if let row = index[old.serial], (try? self.certificate(old.serial)) == old {
            try Self.checkStatus(of: row)
            return nil
        }
        guard FileSystem.exists(self.layout.previous), let previous = try? Authority(base: self.layout.previous),
            let row = try previous.index()[old.serial], (try? previous.certificate(old.serial)) == old
        else { throw EnrolmentProblem(403, "The certificate is not one of this authority.") }
        try Self.checkStatus(of: row)
        return previous
    }

    private static func checkStatus(of row: IndexRow) throws(EnrolmentProblem) {
        switch row.status {
        case .revoked: throw EnrolmentProblem(403, "The certificate \(row.serial) was revoked.")
        case .suspended: throw EnrolmentProblem(403, "The certificate \(row.serial) is suspended.")
        case .valid, .expired: break
        }
    }

    private func checkWindow(of old: Certificate) throws {
        let now = self.clock().seconds
        switch RenewalWindow(notBefore: old.notBefore.seconds, notAfter: old.notAfter.seconds, now: now) {
        case .open: return
        case .over:
            throw EnrolmentProblem(403, "The certificate \(old.serial) ended at \(old.notAfter); enrol again.")
        case .early(let seconds):
            let opening = Timestamp(seconds: now + seconds)
            throw EnrolmentProblem(409, "The certificate \(old.serial) can be renewed from \(opening) on.")
        }
    }

    /// The new key that a node wants certified.
    private func key(of pem: String, for old: Certificate) throws -> PrivateKey {
        let request = try Self.request(pem)
        let step = "checking the request for a new key"
        let (key, _) = try Self.strong(Self.provenKey(of: request, step), step)
        guard request.subject == old.subject else {
            throw EnrolmentProblem(403, "The request is for \(request.subject), the certificate for \(old.subject).")
        }
        return key
    }

    /// The certificate for a key that has replaced one of these already.
    private func successor(
        of serials: Set<SerialNumber>,
        _ key: PrivateKey?,
        _ details: [SerialNumber: Details],
        _ session: Session
    ) -> Certificate? {
        guard let key else { return nil }
        let now = self.clock()
        let texts = Set(serials.map(\.description))
        let found = details.filter { serial, details in
            details.renewedFrom.map(texts.contains) == true && session.index[serial]?.isValid(at: now) == true
        }.keys
        let certificates = found.compactMap { try? self.certificate($0) }
        return certificates.filter { $0.publicKey?.matches(key) == true }.max { $0.notAfter < $1.notAfter }
    }
}
