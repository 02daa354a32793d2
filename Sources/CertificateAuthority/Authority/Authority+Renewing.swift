internal import COpenSSL

extension Authority {
    /// Whether two thirds of a certificate's life have passed.
    public func isRenewalDue(_ certificate: Certificate) -> Bool { self.clock() >= certificate.renewalTime }

    /// Signs a certificate again: the same names and profile, a new serial number and a new time.
    ///
    /// The old one stays valid until its end, so that both sides of a change overlap. Certificates of the original scripts
    /// get what they lack: alternative names and today's extensions.
    ///
    /// - Parameters:
    ///   - entry: the certificate to renew.
    ///   - newKey: the key to certify; nil for the same key.
    ///   - lifetime: how long it is good for; nil for the profile's usual time.
    ///   - key: the authority's key.
    /// - Returns: the new certificate.
    /// - Throws: `AuthorityError`, also when the old certificate is not filed here.
    public func renew(
        _ entry: CertificateEntry,
        newKey: PrivateKey? = nil,
        lifetime: Lifetime? = nil,
        key: PrivateKey
    ) throws -> Certificate {
        try self.signAgain(
            self.certificate(entry.row.serial),
            entry.details,
            newKey: newKey,
            lifetime: lifetime,
            key: key,
            action: newKey == nil ? "renew" : "rekey"
        )
    }

    /// Signs a certificate again, which another authority may have signed before.
    func signAgain(
        _ old: Certificate,
        _ oldDetails: Details,
        newKey: PrivateKey? = nil,
        lifetime: Lifetime? = nil,
        key: PrivateKey,
        action: String,
        in locked: Session? = nil
    ) throws -> Certificate {
        let step = "renewing \(old.serial)"
        try self.checkOwnValidity(step)
        guard let profile = oldDetails.profile ?? Profile(certificate: old) else {
            throw AuthorityError(.refused, step, "it has no purpose we know", advice: "sign a new request instead")
        }
        let (certified, keyType) = try Self.strong(
            newKey ?? old.publicKey,
            step,
            advice: "give it a new key: 'hatohol-ca rekey', or on a node 'renew --rekey'"
        )
        try self.refuseCompromised(certified, step)
        var order = SigningOrder(profile)
        order.lifetime = lifetime
        let validity = try self.validity(order, step)
        let session = try locked ?? self.session()
        let draft = try CertificateDraft(
            subject: old.subject,
            key: certified,
            serial: session.unusedSerial(),
            notBefore: validity.notBefore,
            notAfter: validity.notAfter
        )
        draft.setSubject(of: old)
        try draft.add(isAuthority: profile == .ca, pathLength: profile == .ca ? old.pathLength ?? 0 : nil)
        try draft.add(keyUsage: profile.keyUsage(of: keyType))
        try draft.add(extendedKeyUsage: profile.extendedKeyUsage)
        if old.alternativeNames.isEmpty, profile.needsAlternativeName {
            try draft.add(alternativeNames: [self.hostName(of: old, step).alternativeName])
        }
        try draft.copyNamesAndOthers(of: old)
        try draft.addKeyIdentifiers(issuer: self.certificate)
        let renewed = try draft.sign(issuer: self.certificate, key: key)
        var details = oldDetails
        details.profile = profile
        details.alternativeNames = renewed.alternativeNames
        details.reason = nil
        details.renewedFrom = "\(old.serial)"
        details.publicKeyDigest = nil
        try self.file(renewed, details, action: action, in: session)
        return renewed
    }

    private func hostName(of certificate: Certificate, _ step: String) throws -> HostName {
        guard let name = certificate.subject.commonName, let host = try? HostName(name) else {
            throw AuthorityError(.refused, step, "it names no host", advice: "sign a new request instead")
        }
        return host
    }

    /// Renews the authority's own certificate with the same key and name, so that everything it signed keeps verifying.
    ///
    /// Only for a root; an authority below another one is renewed there. The old certificate stays beside it as `.old`.
    public func renewSelf(lifetime: Lifetime = .days(3650), key: PrivateKey) throws -> Authority {
        try self.checkRenewable()
        let session = try self.session()
        let now = self.clock()
        // Certificates that name their issuer's serial number, as 'authorityKeyIdentifier = issuer:always' makes them, would
        // not find a root with another one.
        let isNamed = session.index.rows.contains { row in
            row.notAfter >= now && (try? self.certificate(row.serial))?.namesIssuerSerial == true
        }
        let draft = try CertificateDraft(
            subject: self.certificate.subject,
            key: key,
            serial: isNamed ? self.certificate.serial : session.unusedSerial(),
            notBefore: now + -300,
            notAfter: min(now + lifetime.seconds, .lastUTCTime)
        )
        draft.setSubject(of: self.certificate)
        try draft.add(isAuthority: true, pathLength: self.certificate.pathLength)
        try draft.add(keyUsage: [.keyCertSign, .crlSign])
        try draft.copyNamesAndOthers(of: self.certificate)
        try draft.addKeyIdentifiers(issuer: nil)
        let renewed = try draft.sign(issuer: nil, key: key)
        try FileSystem.keepOld(self.layout.certificate)
        try FileSystem.write(renewed.der, to: self.layout.certificateDER)
        try FileSystem.write(renewed.pem, to: self.layout.certificate)
        try Self.link(self.layout)
        try session.note(
            "renew-authority",
            [("serial", "\(renewed.serial)"), ("not-after", "\(renewed.notAfter)"), ("sha256", renewed.fingerprint)]
        )
        return try Authority(base: self.layout.base, patience: self.patience, clock: self.clock)
    }

    /// Whether its own certificate has ended or was made for less than a year, as the original scripts made it for 30 days.
    public var isShortLived: Bool {
        self.certificate.notAfter < self.clock()
            || self.certificate.notAfter.days(since: self.certificate.notBefore) < 365
    }

    /// Throws unless it can renew its own certificate: it must be its own root.
    public func checkRenewable() throws {
        guard self.certificate.isSelfSigned else {
            throw AuthorityError(
                .refused,
                "renewing the authority",
                "it is not its own root",
                advice: "have the authority above sign its request again"
            )
        }
    }
}
