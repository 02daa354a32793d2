internal import CertificateAuthority

/// The three files of a node: its key, its certificate with the chain, and the roots it trusts.
///
/// The key waits as `key.pem.pending` until the certificate is there, so that an interrupted enrolment goes on with the same
/// key, and neither uses a registration key twice nor leaves a key without a certificate.
struct NodeFiles {
    let key: String
    let certificate: String
    let roots: String
    private let directory: String
    private var pending: String { self.key + ".pending" }
    /// There while the operator's command has not run for the certificate that is there.
    private var owedHook: OperatorFile { OperatorFile(self.certificate + ".hook-pending") }

    init(directory: String, certificateName: String) {
        self.directory = directory
        self.key = "\(directory)/key.pem"
        self.certificate = "\(directory)/\(certificateName)"
        self.roots = "\(directory)/ca-cert.pem"
    }

    /// The files around a certificate; its neighbours unless they are named.
    init(certificate: String, key: String?, roots: String?) {
        let slash = certificate.lastIndex(of: "/")
        let directory = slash.map { String(certificate[..<$0]) } ?? "."
        self.directory = directory.isEmpty ? "/" : directory
        self.certificate = certificate
        self.key = key ?? "\(directory)/key.pem"
        self.roots = roots ?? "\(directory)/ca-cert.pem"
    }

    /// Refuses where files are there already, unless they are those of an interrupted attempt.
    func refuseExisting(force: Bool) throws {
        try Files.refuseExisting([self.key], force: force)
        guard !OperatorFile(self.pending).exists else { return }
        try Files.refuseExisting([self.certificate, self.roots], force: force)
    }

    /// The key to enrol with: the one of an interrupted attempt, or a new one.
    ///
    /// Refuses a certificate that is for another key than that of the attempt.
    func pendingKey(_ type: KeyType, passphrase: Passphrase?, force: Bool) throws -> PrivateKey {
        let pending = OperatorFile(self.pending)
        if pending.exists {
            let key = try PrivateKey(pem: pending.read(), passphrase: passphrase, from: self.pending)
            if !force, try self.certifiedKey()?.matches(key) != true { try Files.refuseExisting(self.certificate) }
            return key
        }
        try OperatorFile(self.directory).makeDirectory()
        return try self.makePendingKey(type, passphrase: passphrase)
    }

    /// The key to follow the present one: that of an interrupted attempt if it is of this kind, or a new one.
    func nextKey(_ type: KeyType, after present: PrivateKey, _ passphrase: Passphrase?) throws -> PrivateKey {
        let pending = OperatorFile(self.pending)
        if pending.exists {
            let key = try PrivateKey(pem: pending.read(), passphrase: passphrase, from: self.pending)
            // An attempt that was interrupted at its very end has left what is the present key by now.
            if key.type == type, !key.matches(present) { return key }
            try pending.remove()
        }
        return try self.makePendingKey(type, passphrase: passphrase)
    }

    /// Removes the key that was to follow.
    func forgetNextKey() throws { try OperatorFile(self.pending).remove() }

    private func makePendingKey(_ type: KeyType, passphrase: Passphrase?) throws -> PrivateKey {
        let key = try PrivateKey.generate(type)
        try OperatorFile(self.pending).write(key.pem(encryptedWith: passphrase), mode: 0o600)
        return key
    }

    /// The key in the certificate that is there; nil when there is none.
    private func certifiedKey() throws -> PrivateKey? {
        guard OperatorFile(self.certificate).exists else { return nil }
        return try Certificate(bytes: Files.read(self.certificate), from: self.certificate).publicKey
    }

    /// Writes what was answered; the key comes last, so that its name says that everything is there.
    func write(_ answer: NodeAnswer, force: Bool) throws {
        try self.replace(self.roots, with: answer.rootsPEM, force: force)
        try self.replace(self.certificate, with: answer.chainPEM, force: true)
        try OperatorFile(self.pending).rename(to: self.key, force: force)
    }

    /// Replaces the certificate by its successor, with it the key if there is a new one, and the roots where they changed.
    func renew(_ answer: NodeAnswer, newKey: PrivateKey?, _ passphrase: Passphrase?) throws {
        try self.replace(self.roots, with: answer.rootsPEM, force: true)
        let pair = LinkedPair(certificate: self.certificate, key: self.key)
        guard newKey != nil || pair.isLinked else {
            return try self.replace(self.certificate, with: answer.chainPEM, force: true)
        }
        try pair.replace(certificate: answer.chainPEM, key: newKey?.pem(encryptedWith: passphrase))
        if newKey != nil { try self.forgetNextKey() }
    }

    /// Whether the operator's command has still to run, because it failed or never began when the certificate was replaced.
    var owesHook: Bool { self.owedHook.exists }

    /// Remembers that the operator's command must run; before the certificate is replaced, so that no crash can lose it.
    func oweHook() throws { if !self.owesHook { try self.owedHook.write([], mode: 0o600) } }

    /// Runs the operator's command; it is owed until it succeeds.
    func run(hook: String) throws {
        try Shell.run(hook)
        try self.owedHook.remove()
    }

    private func replace(_ path: String, with bytes: [UInt8], force: Bool) throws {
        let file = OperatorFile(path)
        if file.exists, try file.read() == bytes { return }
        try file.write(bytes, force: force)
    }
}
