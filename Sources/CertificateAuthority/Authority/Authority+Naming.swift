/// Which subject and which names of a request are granted.
extension Authority {
    /// The subject in the order of the original policy; `O` says the profile, as in the original requests.
    func subject(
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
        if let hidden = asked.attributes.first(where: { !$0.value.isVisible }) {
            throw AuthorityError(
                .refused,
                step,
                "\(hidden.type)=\(hidden.value.sanitized) has characters that nobody can see",
                advice: "make a request with a plain name"
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
        "/=,+\"\\<>;#".unicodeScalars.contains(scalar)
    }

    func names(
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
}

extension [SubjectAlternativeName] {
    fileprivate var list: String { self.map(\.description).joined(separator: ", ") }

    fileprivate var uniqued: Self {
        var seen: Set<SubjectAlternativeName> = []
        return self.filter { seen.insert($0).inserted }
    }
}
