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
        if order.profile == .ca { try self.refuseUselessAuthority(order, step) }
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
