/// The enrolment service's own key and certificate, in PEM.
public struct ServiceIdentity: Sendable, Equatable {
    /// The key.
    public let key: [UInt8]
    /// The certificate, the authorities above it, and the roots; those too, because nodes know them by fingerprint only.
    public let chain: [UInt8]
}

extension Authority {
    /// The identity of an enrolment service under that name; made when there is none, and anew when two thirds of its life
    /// have passed or the authority's certificate has changed.
    ///
    /// Key and certificate lie in one file, so that they never disagree.
    public func serviceIdentity(for host: HostName, key: PrivateKey) throws -> ServiceIdentity {
        if let known = try self.knownIdentity(for: host) { return known }
        let own = try PrivateKey.generate(.p256)
        let identity = Identity(.server, host: host)
        var order = SigningOrder(.server)
        order.lifetime = .days(90)
        order.requester = "the enrolment service"
        let plan = try self.plan(identity, key: own, order)
        let session = try self.session()
        let certificate = try self.sign(plan, key: key, in: session)
        let pem = try own.pem()
        // Still with the lock, as everything that is written there.
        try withExtendedLifetime(session) {
            try FileSystem.write(pem + certificate.pem, to: self.layout.service, mode: 0o600)
        }
        return try self.identity(certificate, pem)
    }

    private func knownIdentity(for host: HostName) throws -> ServiceIdentity? {
        let path = self.layout.service
        // A pair that cannot be used, for whatever reason, is replaced by a new one.
        guard let bytes = try FileSystem.readIfThere(path),
            let certificate = try? Certificate(bytes: bytes, from: path),
            let key = try? PrivateKey(pem: bytes, from: path), certificate.publicKey?.matches(key) == true,
            certificate.isIssued(by: self.certificate), certificate.alternativeNames.contains(host.alternativeName),
            !self.isRenewalDue(certificate)
        else { return nil }
        return try self.identity(certificate, key.pem())
    }

    private func identity(_ certificate: Certificate, _ key: [UInt8]) throws -> ServiceIdentity {
        ServiceIdentity(key: key, chain: self.fullChain(certificate) + (try self.trustedRoots()))
    }
}
