internal import HTTPTypes
internal import Hummingbird
internal import Operations
internal import Store

extension Site {
    /// Who makes a request: by key first, then by session; nil when nobody is named.
    func identify(_ request: Request, now: Timestamp) async throws -> Identity? {
        if let key = request.apiKey { return try await self.identify(key: key, now: now) }
        guard let token = request.cookies[Self.cookie]?.value, token.utf8.count <= 64 else { return nil }
        let hash = Secret.hash(token)
        guard let session = try await self.store.session(hash: hash), self.isValid(session, now: now) else {
            return nil
        }
        // A live page asks again and again by itself; that is no sign of a person.
        if now.seconds - session.used.seconds >= 60, !request.uri.path.hasSuffix("/stream") {
            // Nobody waits for that: it is written when it is its turn among the events.
            Task { try? await self.store.touchSession(hash: hash, now: now) }
        }
        return Identity(session, hash: hash)
    }

    private func identify(key: String, now: Timestamp) async throws -> Identity {
        guard key.utf8.count <= 128, let (known, user) = try await self.store.apiKey(hash: Secret.hash(key)),
            known.isValid(now)
        else { throw Problem(401, "The API key is unknown or has expired.") }
        if known.used.map({ now.seconds - $0.seconds >= 60 }) ?? true {
            Task { try? await self.store.touchAPIKey(known.id, now: now) }
        }
        return Identity(known, of: user)
    }

    /// Whom a proof stands for by now, as whoever keeps a page open may learn it; nil once it no longer counts.
    func holder(of proof: Identity.Proof, now: Timestamp) async throws -> Identity? {
        switch proof {
        case .session(let hash, _):
            guard let session = try await self.openProofs.session(hash: hash), self.isValid(session, now: now) else {
                return nil
            }
            return Identity(session, hash: hash)
        case .key(let id):
            guard let (key, user) = try await self.openProofs.key(id), key.isValid(now) else { return nil }
            return Identity(key, of: user)
        }
    }

    /// Whether a session still counts: seven days at most, and as long as configured.
    func isValid(_ session: Session, now: Timestamp) -> Bool {
        let start = self.configuration.sessionSlides ? session.used : session.created
        let longest = ConsoleConfiguration.longestSession
        let limit = self.configuration.sessionLifetime == 0 ? longest : self.configuration.sessionLifetime
        return now.seconds - start.seconds < limit && now.seconds - session.created.seconds < longest
    }

    /// Refuses a change that another site's page sends in the name of somebody who is signed in here.
    func checkForgery(_ call: Call, _ identity: Identity) throws(Problem) {
        guard case .session(_, let csrf) = identity.proof else { return }
        try self.checkOrigin(call)
        // A header field is set by scripts and programs only, and so may carry the session's own token, for any action.
        var body = call.body
        let field = try body.string("csrf")
        let isGenuine =
            if let token = call.request.headers[.csrfToken] {
                Secret.equal(token.utf8, csrf.utf8)
            } else {
                FormToken(session: csrf).matches(field ?? "", for: call.path)
            }
        guard isGenuine else {
            throw Problem(403, "The request does not carry the token of its form; load the page again.")
        }
    }

    /// Browsers say where a form comes from; it must be from here.
    func checkOrigin(_ call: Call) throws(Problem) {
        let headers = call.request.headers
        if let site = headers[.fetchSite], site != "same-origin", site != "none" {
            throw Problem(403, "The request comes from another site.")
        }
        guard let origin = headers[.origin], let host = call.request.head.authority else { return }
        guard origin == "http://\(host)" || origin == "https://\(host)" else {
            throw Problem(403, "The request comes from another site.")
        }
    }

    /// Where a request came from: the last address a trusted proxy names, or the peer.
    func address(_ request: Request, _ context: ConsoleContext) -> String {
        guard self.configuration.trustedProxies.contains(context.peer),
            let last = request.headers[.forwardedFor]?.split(separator: ",").last
        else { return context.peer }
        return String(last.drop(while: \.isWhitespace).prefix(64))
    }

    /// Whether the browser speaks HTTPS, to us or to a trusted proxy.
    func isSecure(_ request: Request, _ context: ConsoleContext) -> Bool {
        if self.configuration.tls != nil { return true }
        return self.configuration.trustedProxies.contains(context.peer)
            && request.headers[.forwardedProto] == "https"
    }
}

extension Identity {
    fileprivate init(_ session: Session, hash: [UInt8]) {
        self.init(
            user: session.user,
            scope: session.user.role.scope,
            proof: .session(hash: hash, csrf: session.csrf)
        )
    }

    fileprivate init(_ key: APIKey, of user: User) {
        self.init(user: user, scope: min(key.scope, user.role.scope), proof: .key(id: key.id))
    }
}

extension APIKey {
    /// Whether it has not expired.
    fileprivate func isValid(_ now: Timestamp) -> Bool { self.expires.map { $0 > now } ?? true }
}

extension Request {
    /// The key of `Authorization: Bearer …` or `X-API-Key: …`.
    fileprivate var apiKey: String? {
        if let key = self.headers[.apiKey] { return key }
        guard let header = self.headers[.authorization], header.lowercased().hasPrefix("bearer ") else { return nil }
        return String(header.dropFirst(7))
    }
}
