extension Authority {
    /// Prepares an authority below another one: its directory, its key, and the request for the authority above to sign.
    ///
    /// The directory waits for ``adopt(_:base:patience:clock:)`` and signs nothing until then.
    ///
    /// - Returns: the path of the request.
    public static func prepareBelow(_ new: NewAuthority, base: String) throws -> String {
        let layout = try self.begin(new, base: base)
        let key = try self.makeKey(new)
        let request = try CertificateRequest(
            subject: DistinguishedName([.init("CN", new.name)]),
            alternativeNames: [],
            key: key
        )
        try self.build(layout, new, key: key, certificate: nil) { try FileSystem.write(request.pem, to: $0.request) }
        return layout.request
    }

    /// Takes the certificate that the authority above signed, the first one or a renewed one.
    ///
    /// Among the given certificates are its own and those above it up to the root, in any order. The old certificate stays
    /// beside a new one as `.old`.
    public static func adopt(
        _ certificates: [Certificate],
        base: String,
        patience: Patience = 30,
        clock: @escaping @Sendable () -> Timestamp = { .now }
    ) throws -> Authority {
        let (layout, own, chain) = try self.adoption(of: certificates, base: base)
        let session = try Session(layout, patience: patience, clock: clock)
        try FileSystem.write(chain.flatMap(\.pem), to: layout.chain)
        if FileSystem.exists(layout.certificate) { try FileSystem.keepOld(layout.certificate) }
        try FileSystem.write(own.der, to: layout.certificateDER)
        try FileSystem.write(own.pem, to: layout.certificate)
        try self.link(layout)
        try session.note(
            "adopt",
            [("subject", own.subjectLine), ("serial", "\(own.serial)"), ("issuer", "\(own.issuer)")]
        )
        return try Authority(base: layout.base, clock: clock)
    }

    /// What ``adopt(_:base:patience:clock:)`` would take: its own certificate, and the chain above it.
    public static func adoption(
        of certificates: [Certificate],
        base: String
    ) throws -> (layout: Layout, own: Certificate, chain: [Certificate]) {
        let step = "taking the certificate of the authority in \(base)"
        guard self.exists(base: base) else {
            throw AuthorityError(.missing, step, "there is none", advice: "'hatohol-ca init --below' prepares it")
        }
        let layout = Layout(base: try FileSystem.absolute(base))
        guard let key = try self.certifiedKey(layout),
            let own = certificates.first(where: { $0.publicKey?.matches(key) == true && !$0.isSelfSigned })
        else {
            throw AuthorityError(
                .input,
                step,
                "none of the certificates is for its key",
                advice: "sign \(layout.request) with 'hatohol-ca sign ca'"
            )
        }
        guard own.isAuthority else {
            throw AuthorityError(.refused, step, "\(own.subject) may not sign", advice: "sign it as 'ca'")
        }
        return (layout, own, try self.chain(of: own, among: certificates, step))
    }

    /// Throws for an authority that could sign nothing which peers accept: there may be none below this one, or not for such
    /// names.
    func refuseUselessAuthority(_ order: SigningOrder, _ step: String) throws {
        let above = [self.certificate] + self.chain
        for (depth, authority) in above.enumerated() {
            guard let length = authority.pathLength, length <= depth else { continue }
            throw AuthorityError(
                .refused,
                step,
                "\(authority.subject) allows \(length) authorities below it, and no peer would accept what another one signs",
                advice: "sign it by an authority above"
            )
        }
        for authority in above {
            let permitted = authority.permittedNames
            for asked in order.permitted {
                let limits = permitted.filter { $0.isOfType(of: asked) }
                guard limits.isEmpty || limits.contains(where: asked.isWithin) else {
                    throw AuthorityError(
                        .refused,
                        step,
                        "\(authority.subject) may speak for \(limits.map(\.description).joined(separator: ", ")) and not for \(asked)",
                        advice: "permit names within these"
                    )
                }
            }
        }
    }

    /// The public key of the directory; from the request, since the private one may be closed.
    private static func certifiedKey(_ layout: Layout) throws -> PrivateKey? {
        if let request = try FileSystem.readIfThere(layout.request) {
            return try CertificateRequest(bytes: request, from: layout.request).publicKey
        }
        return try Certificate(bytes: FileSystem.read(layout.certificate), from: layout.certificate).publicKey
    }

    /// The certificates above, the root last.
    private static func chain(
        of certificate: Certificate,
        among others: [Certificate],
        _ step: String
    ) throws -> [Certificate] {
        var chain: [Certificate] = []
        var last = certificate
        while !last.isSelfSigned {
            let issuers = others.filter { last.isIssued(by: $0) && !chain.contains($0) && $0 != last }
            guard let issuer = issuers.first(where: \.isSelfSigned) ?? issuers.first else {
                throw AuthorityError(
                    .missing,
                    step,
                    "the certificate of \(last.issuer) is not among those given",
                    advice: "give the root's certificate by --chain"
                )
            }
            chain.append(issuer)
            last = issuer
        }
        return chain
    }
}
