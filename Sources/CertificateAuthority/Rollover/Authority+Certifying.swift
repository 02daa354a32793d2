extension Authority {
    /// Certifies the key of another authority under its own name.
    func certify(_ other: Authority, key: PrivateKey) throws -> Certificate {
        guard let certified = other.certificate.publicKey else {
            throw AuthorityError(.input, "certifying the new root", "its key is of an unknown kind")
        }
        var order = SigningOrder(.ca)
        order.lifetime = .days(1825)
        let validity = try self.validity(order, "certifying the new root")
        let session = try self.session()
        let draft = try CertificateDraft(
            subject: other.certificate.subject,
            key: certified,
            serial: session.unusedSerial(),
            notBefore: validity.notBefore,
            notAfter: min(validity.notAfter, other.certificate.notAfter)
        )
        draft.setSubject(of: other.certificate)
        try draft.add(isAuthority: true, pathLength: other.certificate.pathLength)
        try draft.add(keyUsage: [.keyCertSign, .crlSign])
        try draft.addKeyIdentifiers(issuer: self.certificate)
        let cross = try draft.sign(issuer: self.certificate, key: key)
        var details = Details()
        details.profile = .ca
        details.requester = "rollover"
        try self.file(cross, details, action: "cross-sign", in: session)
        return cross
    }

    /// Whether a live peer trusts this authority: it is shown a client certificate of an hour that is kept nowhere else.
    public func isTrusted(by peer: LiveCheck, key: PrivateKey) throws -> String? {
        let own = try PrivateKey.generate(.p256)
        var order = SigningOrder(.client)
        order.lifetime = .hours(1)
        order.requester = "rollover check"
        let identity = Identity(.client, host: try HostName("rollover-check"))
        let certificate = try self.sign(self.plan(identity, key: own, order), key: key)
        var peer = peer
        peer.identity = ([certificate], own)
        return try peer.handshake(.tls13).failure
    }
}
