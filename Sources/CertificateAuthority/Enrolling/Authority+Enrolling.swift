public import Enrolment

extension Authority {
    /// Signs for a node that presents a registration key.
    ///
    /// The certificate's record is the use of the key, so that a crash can neither use up a key without a certificate nor the
    /// other way round. A node that did not get its answer asks again with the same key of its own, and gets the same
    /// certificate without using the registration key twice.
    ///
    /// - Parameters:
    ///   - order: what the node sent.
    ///   - requester: where it came from; for the record.
    ///   - key: the authority's key.
    /// - Returns: the node's certificate.
    /// - Throws: ``EnrolmentProblem`` when it is refused, `AuthorityError` when something else fails.
    public func enroll(_ order: EnrolmentOrder, requester: String, key: PrivateKey) throws -> Certificate {
        // Without the lock, so that guessing costs us little.
        guard let registered = try self.registrationKey(presented: order.key) else {
            throw EnrolmentProblem.unknownKey
        }
        let plan = try self.plan(order, registered, requester)
        let session = try self.session()
        guard try self.registrationKey(presented: order.key) == registered else { throw EnrolmentProblem.unknownKey }
        let details = try session.allDetails()
        let used = Self.uses(details)[registered.id] ?? 0
        let state = registered.state(used: used, now: self.clock().seconds)
        guard state != .expired else {
            throw EnrolmentProblem(403, "The registration key \(registered.id) has expired.")
        }
        if let earlier = try self.earlier(plan, registered, details, session) { return earlier }
        guard state == .usable else {
            throw EnrolmentProblem(
                403,
                "The registration key \(registered.id) is used up: it was for \(registered.limit) and \(used) have enrolled."
            )
        }
        return try self.sign(plan, key: key, in: session)
    }

    private func plan(
        _ order: EnrolmentOrder,
        _ registered: RegistrationKey,
        _ requester: String
    ) throws -> SigningPlan {
        guard let profile = Profile(rawValue: registered.profile), profile.needsAlternativeName else {
            throw EnrolmentProblem(403, "The registration key \(registered.id) is for a profile that cannot enrol.")
        }
        var signing = SigningOrder(profile)
        // The key's names are the policy here; what policy.conf denies stays denied.
        signing.acceptsRequestedNames = true
        signing.requester = requester
        signing.registrationKey = registered.id
        signing.lifetime = registered.lifetime.flatMap { Lifetime($0) }
        let request = try Self.request(order.request)
        if let own = request.publicKey, try self.compromise(of: own) != nil {
            throw EnrolmentProblem(
                403,
                "The node's key was revoked as compromised: remove it there, and enrol with a new one."
            )
        }
        let plan = try self.plan(request, signing, from: "sent")
        guard let name = plan.subject.commonName, let host = try? HostName(name),
            plan.subject == DistinguishedName([.init("O", profile.rawValue), .init("CN", name)])
        else {
            throw EnrolmentProblem(422, "The subject must be O=\(profile.rawValue) and the host's name as CN, no more.")
        }
        if let reason = registered.refusal(commonName: host.description, names: plan.names.map(\.description)) {
            throw EnrolmentProblem(403, "The registration key \(registered.id) does not allow it: \(reason).")
        }
        return plan
    }

    /// Reads what a node sent as its request.
    static func request(_ pem: String) throws -> CertificateRequest {
        do {
            return try CertificateRequest(bytes: Array(pem.utf8), from: "sent")
        } catch {
            throw EnrolmentProblem(422, "The member 'request' holds no certificate request in PEM.")
        }
    }

    /// What the same node got before, if it is still good.
    private func earlier(
        _ plan: SigningPlan,
        _ registered: RegistrationKey,
        _ details: [SerialNumber: Details],
        _ session: Session
    ) throws -> Certificate? {
        let digest = plan.key.publicDER.sha256.hexadecimal
        let now = self.clock()
        let found = details.first { serial, details in
            details.registrationKey == registered.id && details.publicKeyDigest == digest
                && session.index[serial]?.isValid(at: now) == true
        }
        guard let certificate = try found.map({ try self.certificate($0.key) }),
            certificate.subject == plan.subject, Set(certificate.alternativeNames) == Set(plan.names)
        else { return nil }
        try session.note(
            "enroll-again",
            [
                ("serial", "\(certificate.serial)"), ("registration-key", registered.id),
                ("requester", plan.order.requester ?? ""),
            ]
        )
        return certificate
    }

    /// Writes a refusal into the audit log.
    public func noteRefusal(_ action: String, reason: String, requester: String) throws {
        try self.session().note(action, [("requester", requester), ("reason", reason)])
    }

    /// What a node needs beside its certificate: the chain, and the roots to trust, both in PEM.
    public func answer(_ certificate: Certificate) throws -> EnrolmentAnswer {
        EnrolmentAnswer(
            certificate: String(decoding: certificate.pem, as: UTF8.self),
            chain: String(decoding: self.intermediates.flatMap(\.pem), as: UTF8.self),
            authorities: String(decoding: try self.trustedRoots(), as: UTF8.self)
        )
    }

    /// The roots that peers should trust, in PEM: ours, and while the root changes the other one, too.
    public func trustedRoots() throws -> [UInt8] {
        try FileSystem.readIfThere(self.layout.bundle) ?? self.root.pem
    }
}
