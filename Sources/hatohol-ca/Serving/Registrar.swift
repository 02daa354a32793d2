internal import CertificateAuthority
internal import Enrolment
internal import JSONRPC
internal import Logging
internal import NIOCore
internal import NIOPosix

/// The authority at work for the enrolment service: one signature at a time, on a thread of its own.
///
/// An actor, because the authority's key is OpenSSL's and no two threads may have it; a thread, because each change waits for
/// the directory's lock and for the disk. The directory is opened for each request: other commands may change it meanwhile.
actor Registrar {
    private let base: String
    private let patience: Patience
    private let logger: Logger
    private let key: PrivateKey
    private nonisolated let thread: any EventLoop

    nonisolated var unownedExecutor: UnownedSerialExecutor { self.thread.executor.asUnownedSerialExecutor() }

    /// Opens the authority and its key; asks for the passphrase, if it must.
    init(_ directory: DirectoryOptions, _ passphrase: PassphraseOptions, _ logger: Logger) throws {
        self.base = directory.baseDirectory
        self.patience = Patience(seconds: directory.wait) { logger.notice("waiting for \($0)") }
        self.logger = logger
        self.key = try passphrase.key(of: directory.open())
        self.thread = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()
    }

    /// Enrols a node; what it gets, in JSON.
    func enroll(_ order: EnrolmentOrder, from address: String) throws(EnrolmentProblem) -> [UInt8] {
        try self.answering("enroll", address) { authority in
            let certificate = try authority.enroll(order, requester: address, key: self.key)
            self.logger.info("enrolled \(certificate.subject) from \(address): \(certificate.serial)")
            return try authority.answer(certificate).encoded()
        }
    }

    /// Renews the certificate that a node showed, in DER; what it gets, in JSON.
    func renew(_ shown: [UInt8], _ order: RenewalOrder, from address: String) throws(EnrolmentProblem) -> [UInt8] {
        try self.answering("renew", address) { authority in
            let old = try Certificate(bytes: shown, from: "shown in the handshake")
            let certificate = try authority.renew(old, order, requester: address, key: self.key)
            self.logger.info("renewed \(certificate.subject) from \(address): \(old.serial), now \(certificate.serial)")
            return try authority.answer(certificate).encoded()
        }
    }

    /// The revocation lists in PEM, fresh as long as the service runs.
    func lists() throws(EnrolmentProblem) -> [UInt8] {
        try self.answering("crl", "") { try $0.publishedLists(key: self.key) }
    }

    /// Writes a new revocation list when one is needed, whether or not anybody asks for it.
    func refreshList() throws {
        let authority = try Authority(base: self.base, patience: self.patience)
        if try authority.whyNewListIsNeeded() != nil { try authority.writeRevocationList(key: self.key) }
    }

    /// The roots that nodes should trust, in PEM.
    func roots() throws(EnrolmentProblem) -> [UInt8] {
        try self.answering("ca", "") { try $0.trustedRoots() }
    }

    /// The service's own key and certificate, made or renewed if they must be.
    func identity(for host: HostName) throws -> ServiceIdentity {
        try Authority(base: self.base, patience: self.patience).serviceIdentity(for: host, key: self.key)
    }

    /// Writes a refusal into the audit log.
    func note(refusal problem: EnrolmentProblem, of action: String, from address: String) {
        do {
            try Authority(base: self.base, patience: self.patience).noteRefusal(
                "\(action)-refused",
                reason: problem.detail,
                requester: address
            )
        } catch {
            self.logger.error("\(error)")
        }
    }

    /// Turns whatever goes wrong into an answer; what only the operator should know goes to the log.
    private func answering(
        _ action: String,
        _ address: String,
        _ body: (Authority) throws -> [UInt8]
    ) throws(EnrolmentProblem) -> [UInt8] {
        do {
            let authority = try Authority(base: self.base, patience: self.patience)
            guard authority.certificate.publicKey?.matches(self.key) == true else {
                throw AuthorityError(
                    .damaged,
                    "answering \(action)",
                    "the authority has another key than at the start",
                    advice: "restart 'hatohol-ca serve'"
                )
            }
            return try body(authority)
        } catch let problem as EnrolmentProblem {
            self.logger.info("\(action) from \(address) refused: \(problem)")
            throw problem
        } catch let error as AuthorityError where error.code == .refused || error.code == .input {
            self.logger.info("\(action) from \(address) refused: \(error)")
            throw EnrolmentProblem(422, "\(error)")
        } catch let error as AuthorityError where error.code == .busy {
            self.logger.warning("\(error)")
            throw EnrolmentProblem(503, "The authority is busy.", retryAfter: 5)
        } catch {
            self.logger.error("\(error)")
            throw EnrolmentProblem(500, "The authority cannot sign at the moment; its log says more.", retryAfter: 60)
        }
    }
}
