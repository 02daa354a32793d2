/// Whom a new key is for.
public struct Identity {
    /// What the certificate will be for.
    public let profile: Profile
    /// The subject, as in `O=client, CN=node1`.
    public let subject: DistinguishedName
    /// The names to speak for, the host's own first.
    public let alternativeNames: [SubjectAlternativeName]
    /// What the operator should know.
    public let notices: [String]

    /// The identity of a host.
    ///
    /// The host name comes first among the alternative names, where RabbitMQ looks for a login name.
    public init(_ profile: Profile, host: HostName, alternativeNames: [SubjectAlternativeName] = []) {
        self.profile = profile
        self.subject = DistinguishedName([.init("O", profile.rawValue), .init("CN", host.commonName)])
        self.alternativeNames = [host.alternativeName] + alternativeNames.filter { $0 != host.alternativeName }
        var notices: [String] = []
        if host.commonName != host.description {
            notices.append("the host name is longer than 64 characters; the common name is \(host.commonName)")
        }
        let isDialled = profile == .server || profile == .peer
        let hasName = self.alternativeNames.contains { if case .dns = $0 { true } else { false } }
        if isDialled, !hasName {
            notices.append("librabbitmq does not look at addresses; add --san DNS:name for its clients")
        }
        self.notices = notices
    }

    /// Makes a key and a request for it.
    public func request(key: PrivateKey) throws -> CertificateRequest {
        try CertificateRequest(subject: self.subject, alternativeNames: self.alternativeNames, key: key)
    }
}

/// Files that belong to one key, written together.
public struct KeyFiles {
    /// The private key.
    public let key: String
    /// The request.
    public let request: String
    /// The directory.
    public let directory: String

    /// The file names of the original scripts below a directory.
    public init(directory: String) {
        self.directory = directory
        self.key = "\(directory)/key.pem"
        self.request = "\(directory)/req.pem"
    }

    /// Writes a key, readable by its owner only; a replaced one is kept as `key.pem.old`.
    public func write(key: PrivateKey, passphrase: Passphrase?, force: Bool) throws {
        try FileSystem.makeDirectory(self.directory)
        try FileSystem.create(key.pem(encryptedWith: passphrase), at: self.key, mode: 0o600, replacing: force)
    }

    private var pending: OperatorFile { OperatorFile(self.key + ".pending") }

    /// Writes a key beside its place, where it waits for its certificate: whatever fails, the pair that is there stays.
    public func writePending(key: PrivateKey, passphrase: Passphrase?) throws {
        try FileSystem.makeDirectory(self.directory)
        // What an earlier attempt left may be the key of a certificate on record.
        try self.pending.write(key.pem(encryptedWith: passphrase), mode: 0o600, force: true)
    }

    /// Puts the waiting key into its place, since its certificate is there; a replaced one is kept as `key.pem.old`.
    public func takePending(force: Bool) throws { try self.pending.rename(to: self.key, force: force) }

    /// Signs a certificate for the waiting key, which is removed when nothing was signed.
    public func certifyingPending(_ sign: () throws -> Certificate) throws -> Certificate {
        do {
            return try sign()
        } catch let error as AuthorityError where error.code == .incomplete {
            // The certificate is on record, and needs its key.
            throw error
        } catch {
            try self.pending.remove()
            throw error
        }
    }

    /// Writes a request.
    public func write(request: CertificateRequest, force: Bool) throws {
        try FileSystem.create(request.pem, at: self.request, replacing: force)
    }
}
