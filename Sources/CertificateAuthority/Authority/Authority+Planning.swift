extension Authority {
    /// Decides what a request is granted; refuses what must not be signed.
    public func plan(_ request: CertificateRequest, _ order: SigningOrder, from source: String) throws -> SigningPlan {
        let step = "checking the request \(source)"
        let key = try Self.provenKey(of: request, step)
        guard !request.asksForAuthority || order.profile == .ca else {
            throw AuthorityError(.refused, step, "it asks for CA:TRUE", advice: "an authority is signed as 'ca'")
        }
        guard request.unknownNameCount == 0 || order.dropsRefusedNames || order.alternativeNames != nil else {
            throw AuthorityError(
                .refused,
                step,
                "it asks for names of a type we do not sign",
                advice: "say which ones to grant by --san, or --drop-names"
            )
        }
        let subject = try self.subject(of: request, order, step)
        let ignored = request.extensionNames.filter { !$0.contains("Alternative Name") }
        return try self.plan(
            order,
            key: key,
            requestedSubject: request.subject,
            subject: subject,
            requestedNames: request.alternativeNames,
            notices: ignored.isEmpty
                ? [] : ["the profile decides about \(ignored.joined(separator: ", ")), not the request"],
            step
        )
    }

    /// Decides what a key made by ourselves is granted.
    public func plan(_ identity: Identity, key: PrivateKey, _ order: SigningOrder) throws -> SigningPlan {
        var order = order
        order.alternativeNames = order.alternativeNames ?? identity.alternativeNames
        return try self.plan(
            order,
            key: key,
            requestedSubject: identity.subject,
            subject: identity.subject,
            requestedNames: identity.alternativeNames,
            notices: identity.notices,
            "preparing the certificate"
        )
    }

    private func plan(
        _ order: SigningOrder,
        key: PrivateKey?,
        requestedSubject: DistinguishedName,
        subject: DistinguishedName,
        requestedNames: [SubjectAlternativeName],
        notices: [String],
        _ step: String
    ) throws -> SigningPlan {
        try self.checkOwnValidity(step)
        let (key, keyType) = try Self.strong(key, step)
        if !order.acceptsCompromisedKey { try self.refuseCompromised(key, step) }
        guard try !self.certificate.hasSubject(subject) else {
            throw AuthorityError(
                .refused,
                step,
                "\(subject) is the name of this authority, and peers would take the certificate for its own issuer's",
                advice: "make a request with another name"
            )
        }
        let names = try self.names(order, asked: requestedNames, subject: subject, step)
        guard !names.granted.isEmpty || !order.profile.needsAlternativeName else {
            throw AuthorityError(.refused, step, "it names no host", advice: "add --san DNS:name")
        }
        let validity = try self.validity(order, step)
        return SigningPlan(
            order: order,
            key: key,
            keyType: keyType,
            requestedSubject: requestedSubject,
            subject: subject,
            requestedNames: requestedNames,
            names: names.granted,
            notBefore: validity.notBefore,
            notAfter: validity.notAfter,
            notices: notices + names.notices + validity.notices + [keyType.warning].compactMap(\.self)
        )
    }

    /// The key of a request that its holder has signed, and not with a digest that others can forge.
    static func provenKey(of request: CertificateRequest, _ step: String) throws -> PrivateKey? {
        guard request.hasValidSignature else {
            throw AuthorityError(
                .refused,
                step,
                "its signature is not by the key it holds",
                advice: "make a new request"
            )
        }
        for weak in ["md5", "sha1"] where request.signatureAlgorithm.lowercased().contains(weak) {
            throw AuthorityError(
                .refused,
                step,
                "it is signed with \(request.signatureAlgorithm)",
                advice: "make it with SHA-256"
            )
        }
        return request.publicKey
    }

    /// RSA from 2048 bits and three named curves; anything else is weak, broken or unreadable for our peers.
    static func strong(
        _ key: PrivateKey?,
        _ step: String,
        advice: String? = nil
    ) throws -> (PrivateKey, KeyType) {
        guard let key, let type = key.type else {
            throw AuthorityError(
                .refused,
                step,
                "its key is of a kind we do not sign: \(key?.typeDescription ?? "unknown")",
                advice: advice ?? "use P-256, P-384, P-521, RSA from 2048 bits or Ed25519"
            )
        }
        if case .rsa(let bits) = type, bits < 2048 {
            throw AuthorityError(
                .refused,
                step,
                "an RSA key of \(bits) bits is too weak",
                advice: advice ?? "use 2048 bits or more"
            )
        }
        return (key, type)
    }

    /// The subject in the order of the original policy; `O` says the profile, as in the original requests.
    private func subject(
        of request: CertificateRequest,
        _ order: SigningOrder,
        _ step: String
    ) throws -> DistinguishedName {
        let asked = request.subject
        let commonNames = asked.values(of: "CN")
        guard commonNames.count <= 1 else {
            throw AuthorityError(
                .refused,
                step,
                "its subject has \(commonNames.count) common names",
                advice: "RabbitMQ would join them into one user name; make a new request"
            )
        }
        for attribute in asked.attributes where attribute.value.unicodeScalars.contains(where: Self.isUnfit) {
            throw AuthorityError(
                .refused,
                step,
                "\(attribute.type)=\(attribute.value.sanitized) could be read as several parts of a name",
                advice: "make a request with a plain name"
            )
        }
        guard order.profile != .ca else { return asked }
        let organization = asked.values(of: "O").first
        if let organization, let other = Profile(rawValue: organization), other != order.profile {
            throw AuthorityError(
                .refused,
                step,
                "it was made for a \(other.rawValue), not a \(order.profile.rawValue)",
                advice: "sign it as \(other.rawValue), or make another request"
            )
        }
        guard commonNames.count == 1 || !request.alternativeNames.isEmpty else {
            throw AuthorityError(.refused, step, "it has neither a common name nor alternative names")
        }
        let kept = ["C", "ST", "L", "O", "OU", "CN", "emailAddress"].flatMap { type in
            type == "O" && organization == nil
                ? [DistinguishedName.Attribute("O", order.profile.rawValue)]
                : asked.attributes.filter { $0.type == type }
        }
        return DistinguishedName(kept)
    }

    private static func isUnfit(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || scalar.value == 0x7F || "/=,+\"\\<>;#".unicodeScalars.contains(scalar)
    }

    private func names(
        _ order: SigningOrder,
        asked: [SubjectAlternativeName],
        subject: DistinguishedName,
        _ step: String
    ) throws -> (granted: [SubjectAlternativeName], notices: [String]) {
        guard order.profile.needsAlternativeName else { return ([], []) }
        if let chosen = order.alternativeNames {
            let dropped = asked.filter { !chosen.contains($0) }
            return (chosen.uniqued, dropped.isEmpty ? [] : ["not granted: \(dropped.list)"])
        }
        // A common name that is no host name, such as a person's, is no alternative name either.
        let own = subject.commonName.flatMap { try? HostName($0) }?.alternativeName
        // EXTERNAL takes the common name as the broker's user, whatever the alternative names say.
        if let own, self.policy.denies(own, for: order.profile) {
            throw AuthorityError(
                .refused,
                step,
                "policy.conf denies its common name: \(own)",
                advice: "make a request with another common name"
            )
        }
        if let bad = asked.first(where: { $0.defect != nil }), !order.dropsRefusedNames {
            throw AuthorityError(
                .refused,
                step,
                "it asks for '\(bad.description.sanitized)': \(bad.defect ?? "")",
                advice: "make a request with a valid name, choose by --san, or leave it out by --drop-names"
            )
        }
        guard !asked.isEmpty else {
            return (
                own.map { [$0] } ?? [],
                own.map { ["the request names no host; granted \($0) by its common name"] } ?? []
            )
        }
        let refused = asked.filter { name in
            !(order.acceptsRequestedNames || name == own || self.policy.allows(name, for: order.profile))
                || self.policy.denies(name, for: order.profile) || name.defect != nil
        }
        guard refused.isEmpty || order.dropsRefusedNames else {
            throw AuthorityError(
                .refused,
                step,
                "it asks for names beyond its common name: \(refused.list)",
                advice: "grant them by --accept-names, choose by --san, or leave them out by --drop-names"
            )
        }
        let granted = asked.filter { !refused.contains($0) }
        return (granted.uniqued, refused.isEmpty ? [] : ["not granted: \(refused.list)"])
    }

    func validity(
        _ order: SigningOrder,
        _ step: String
    ) throws -> (notBefore: Timestamp, notAfter: Timestamp, notices: [String]) {
        let now = self.clock()
        var lifetime = order.lifetime ?? order.profile.defaultLifetime
        var notices: [String] = []
        if let longest = self.policy.longestLifetime(order.profile), lifetime.seconds > longest.seconds {
            notices.append("the policy allows \(longest), not \(lifetime)")
            lifetime = longest
        }
        var notAfter = now + lifetime.seconds
        if notAfter > self.certificate.notAfter {
            notAfter = self.certificate.notAfter
            notices.append("it ends with the authority's certificate at \(notAfter), not after \(lifetime)")
        }
        if notAfter > .lastUTCTime {
            notAfter = .lastUTCTime
            notices.append("it ends at \(notAfter): RabbitMQ and 'openssl ca' stumble over later dates")
        }
        // Clocks of other hosts may be behind.
        return (max(now + -300, self.certificate.notBefore), notAfter, notices)
    }
}

extension [SubjectAlternativeName] {
    fileprivate var list: String { self.map(\.description).joined(separator: ", ") }

    fileprivate var uniqued: Self {
        var seen: Set<SubjectAlternativeName> = []
        return self.filter { seen.insert($0).inserted }
    }
}
