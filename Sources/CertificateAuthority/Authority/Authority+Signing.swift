extension Authority {
    /// Signs what was planned; the certificate is on record before it is returned.
    ///
    /// The key is the authority's own, from ``key(_:)``.
    public func sign(_ plan: SigningPlan, key: PrivateKey) throws -> Certificate {
        try self.sign(plan, key: key, in: self.session())
    }

    func sign(_ plan: SigningPlan, key: PrivateKey, in session: Session) throws -> Certificate {
        let profile = plan.order.profile
        let draft = try CertificateDraft(
            subject: plan.subject,
            key: plan.key,
            serial: session.unusedSerial(),
            notBefore: plan.notBefore,
            notAfter: plan.notAfter
        )
        try draft.add(isAuthority: profile == .ca, pathLength: profile == .ca ? 0 : nil)
        try draft.add(keyUsage: profile.keyUsage(of: plan.keyType))
        try draft.add(extendedKeyUsage: profile.extendedKeyUsage)
        try draft.add(alternativeNames: plan.names)
        try draft.add(permitted: plan.order.permitted)
        if profile == .ocsp { try draft.addOCSPNoCheck() }
        try draft.addKeyIdentifiers(issuer: self.certificate)
        let certificate = try draft.sign(issuer: self.certificate, key: key)
        var details = Details()
        details.profile = profile
        details.alternativeNames = plan.names
        details.requester = plan.order.requester
        if let registrationKey = plan.order.registrationKey {
            details.registrationKey = registrationKey
            details.publicKeyDigest = plan.key.publicDER.sha256.hexadecimal
        }
        try self.file(certificate, details, action: "sign", in: session)
        return certificate
    }

    /// Puts a certificate on record.
    func file(_ certificate: Certificate, _ details: Details, action: String, in session: Session) throws {
        try self.verifyOwn(certificate, details)
        var circumstances: [(name: String, value: String)] = [
            ("serial", "\(certificate.serial)"), ("subject", certificate.subjectLine),
            ("not-after", "\(certificate.notAfter)"), ("sha256", certificate.fingerprint),
        ]
        if let profile = details.profile { circumstances.append(("profile", profile.rawValue)) }
        if let requester = details.requester { circumstances.append(("requester", requester)) }
        if let renewed = details.renewedFrom { circumstances.append(("renewed-from", renewed)) }
        if let registered = details.registrationKey { circumstances.append(("registration-key", registered)) }
        let journal = Journal(
            action: action,
            row: IndexRow(certificate),
            certificate: certificate.pem,
            details: details,
            circumstances: circumstances
        )
        try session.commit(journal)
    }

    /// A certificate that no peer would accept must never reach anybody.
    ///
    /// Names outside of what this authority, or one above it, may speak for are found here, where libcrypto looks at them as
    /// peers do.
    private func verifyOwn(_ certificate: Certificate, _ details: Details) throws {
        let step = "verifying the new certificate"
        guard certificate.isIssued(by: self.certificate) else {
            throw AuthorityError(.library, step, "it does not verify with the authority's key")
        }
        var options = VerificationOptions(trusted: [self.root])
        options.intermediates = [self.certificate] + self.chain
        options.acceptsPartialChain = !self.root.isSelfSigned
        options.time = max(self.clock(), certificate.notBefore)
        // What the original scripts made is not strict, and is renewed so that it becomes better.
        options.isStrict = false
        let verification = try Verification(certificate, options)
        guard verification.isGood else {
            throw AuthorityError(
                .refused,
                step,
                "no peer would accept it: \(verification.reason ?? "it does not verify")",
                advice: "leave out names that this authority may not speak for ('hatohol-ca inspect' shows its limits)"
            )
        }
    }

    /// The end certificate and the authorities between it and the root, as TLS sends them.
    public func fullChain(_ certificate: Certificate) -> [UInt8] {
        ([certificate] + self.intermediates).flatMap(\.pem)
    }

    /// Writes a certificate with its chain, and the root beside it if `withRoot`.
    public func write(_ certificate: Certificate, to path: String, force: Bool) throws {
        try FileSystem.create(self.fullChain(certificate), at: path, replacing: force)
    }

    /// Puts the root's certificate into a directory unless it is there already.
    public func writeRoot(to directory: String, force: Bool) throws {
        let path = "\(directory)/ca-cert.pem"
        if try FileSystem.readIfThere(path) == self.root.pem { return }
        try FileSystem.create(self.root.pem, at: path, replacing: force)
    }
}
