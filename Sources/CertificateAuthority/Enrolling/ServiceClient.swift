public import Enrolment
internal import Glibc

/// Talks to the enrolment service: one request over a connection of its own.
///
/// Nothing is sent before the server has proved to be the one that is meant. Bounded by ``patience`` for each wait, six times
/// that for the whole exchange, and the request's limit for the answer.
public struct ServiceClient {
    /// How the server is known.
    public enum Trust {
        /// By its authority, which it must send along in the handshake.
        case fingerprint(Fingerprint)
        /// By authorities we have.
        case roots([Certificate])
    }

    /// Where the service is.
    public let address: ServiceAddress
    /// How the server is known.
    public let trust: Trust
    /// Our certificate with its chain, and its key; for renewals.
    public var identity: (certificates: [Certificate], key: PrivateKey)?
    /// Seconds to wait for each answer.
    public var patience = 20

    /// A client of one service.
    public init(_ address: ServiceAddress, trust: Trust) {
        self.address = address
        self.trust = trust
    }

    /// Sends a request and waits for its answer.
    ///
    /// - Returns: the body of an answer of status 200.
    /// - Throws: ``EnrolmentProblem`` for any other status; `AuthorityError` when the server could not be reached (code
    ///   `network`) or is not the one that is meant (code `refused`).
    public func send(_ request: ServiceRequest) throws -> [UInt8] {
        let step = "asking \(self.address)"
        let host = try HostName(self.address.host)
        let connection = try TLSConnection(host: host, port: self.address.port, name: host, seconds: self.patience)
        if let identity { try connection.use(identity.certificates, key: identity.key) }
        if let failure = connection.shakeHands() { throw AuthorityError(.network, step, failure) }
        try self.verify(connection.peerChain, host)
        if let failure = connection.send(request.encoded(for: self.address)) {
            throw AuthorityError(.network, step, failure)
        }
        let answer = try self.receive(connection, request.answerLimit, step)
        guard let response = ServiceResponse(bytes: answer, limit: request.answerLimit) else {
            throw AuthorityError(.network, step, "it does not answer in HTTP", advice: "is this the enrolment service?")
        }
        guard response.status == 200 else {
            throw EnrolmentProblem(status: response.status, body: response.body, retryAfter: response.retryAfter)
        }
        return response.body
    }

    private func receive(_ connection: TLSConnection, _ limit: Int, _ step: String) throws -> [UInt8] {
        var answer: [UInt8] = []
        let end = Timestamp.now + 6 * self.patience
        while answer.count <= limit, Timestamp.now < end {
            switch connection.receive(limit: 1 << 14) {
            case .bytes(let bytes): answer += bytes
            case .end: return answer
            case .failure(let reason):
                // A peer may close without TLS's farewell; the length in the head says whether all is here.
                if ServiceResponse(bytes: answer, limit: limit) != nil { return answer }
                throw AuthorityError(.network, step, reason)
            }
        }
        throw AuthorityError(.network, step, "its answer does not end")
    }

    /// Throws when a certificate is not valid now: as a rule it is the clock of a new node that is wrong, and not the service.
    private func refuseWrongClock(_ chain: [Certificate], _ step: String) throws {
        let now = Timestamp.now
        guard let certificate = chain.first(where: { now < $0.notBefore || $0.notAfter < now }) else { return }
        let isEarly = now < certificate.notBefore
        throw AuthorityError(
            .refused,
            step,
            "the certificate of \(certificate.subject) "
                + (isEarly ? "begins at \(certificate.notBefore)" : "ended at \(certificate.notAfter)")
                + ", and the clock here says \(now)",
            advice: "look at the clock here first; nothing was sent"
        )
    }

    private func verify(_ chain: [Certificate], _ host: HostName) throws {
        let step = "verifying \(self.address)"
        guard let server = chain.first else { throw AuthorityError(.refused, step, "it shows no certificate") }
        var options = VerificationOptions(trusted: [])
        switch self.trust {
        case .roots(let roots): options.trusted = roots
        case .fingerprint(let fingerprint):
            options.trusted = chain.dropFirst().filter { $0.fingerprint == fingerprint.description && $0.isAuthority }
            guard !options.trusted.isEmpty else {
                throw AuthorityError(
                    .refused,
                    step,
                    "no authority it shows has the fingerprint \(fingerprint)",
                    advice: "compare it with what 'hatohol-ca key list' shows at the authority; nothing was sent"
                )
            }
        }
        options.intermediates = Array(chain.dropFirst())
        options.purpose = .server
        options.host = host
        let verification = try Verification(server, options)
        if !verification.isGood { try self.refuseWrongClock(chain, step) }
        guard verification.isGood else {
            throw AuthorityError(
                .refused,
                step,
                verification.reason ?? "it does not verify",
                advice: "nothing was sent"
            )
        }
    }
}
