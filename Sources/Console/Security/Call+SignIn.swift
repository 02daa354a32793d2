internal import Daemon
internal import Logging
internal import Operations
internal import Store
internal import Synchronization

extension Call {
    /// Whose name and password these are; slowed down for each account and address.
    ///
    /// The attempt is counted before anything is waited for.
    func authenticate(name: String, password: String) async throws -> User {
        let subjects: [SignInLimiter.Subject] = [
            .account(String(name.lowercased().prefix(64))), .address(PeerNetwork(self.address).description),
        ]
        let wait = self.site.limiter.withLock { $0.begin(subjects, now: Timestamp.now.seconds) }
        if let wait { throw Problem(429, self.text("tooManyAttempts"), retryAfter: wait) }
        var outcome = SignInLimiter.Outcome.undecided
        // From the end on the wait counts, however long the password took.
        defer { self.site.limiter.withLock { $0.end(subjects, outcome, now: Timestamp.now.seconds) } }
        let user = try await self.store.user(named: name)
        guard try await self.site.passwords.hasher.verify(password, against: user?.passwordHash), let user else {
            outcome = .refused
            self.site.logger.warning("a sign-in failed", metadata: ["address": "\(self.address)"])
            throw Problem(401, self.text("wrongPassword"))
        }
        outcome = .accepted
        return user
    }

    /// Begins a session with a token of its own, whatever the browser had before.
    ///
    /// The person's password must still be the one that was checked: checking takes a while, and a change of the password ends
    /// all sessions that the one before has opened.
    func openSession(for user: User) async throws -> (cookie: String, csrf: String) {
        let (token, csrf) = (Secret.token(), Secret.token())
        let session = self.session(of: user, token: token, csrf: csrf)
        guard try await self.store.openSession(session, ifPasswordIs: user.passwordHash) else {
            throw Problem(401, self.text("wrongPassword"))
        }
        return (self.cookie(token), csrf)
    }

    private func session(of user: User, token: String, csrf: String) -> NewSession {
        NewSession(
            hash: Secret.hash(token),
            user: user.id,
            csrf: csrf,
            address: self.address,
            now: self.now,
            replacing: self.identity?.sessionHash,
            audit: self.audit("session.open", "user/\(user.id)", by: user.name)
        )
    }

    /// Ends the session this request came in; a program's key has none.
    func closeSession() async throws {
        guard let hash = self.identity?.sessionHash else { return }
        let audit = self.audit("session.close", "user/\(try self.user.id)")
        try await self.store.closeSession(hash: hash, audit: audit)
    }

    /// Signs in whoever follows a link for the first time.
    func redeem(link: String) async throws -> (user: User, cookie: String) {
        let (token, csrf) = (Secret.token(), Secret.token())
        guard link.utf8.count <= 128,
            let user = try await self.store.redeemSignInLink(
                hash: Secret.hash(link),
                now: self.now,
                session: { self.session(of: $0, token: token, csrf: csrf) }
            )
        else { throw Problem(403, self.text("linkUsed")) }
        return (user, self.cookie(token))
    }

    /// The session's cookie: not for scripts, not from other sites, and over HTTPS only where there is HTTPS.
    func cookie(_ token: String) -> String {
        var cookie = "\(Site.cookie)=\(token); Path=/; HttpOnly; SameSite=Lax"
        let lifetime = self.site.configuration.sessionLifetime
        if token.isEmpty {
            cookie += "; Max-Age=0"
        } else if lifetime > 0 {
            cookie +=
                "; Max-Age=\(self.site.configuration.sessionSlides ? ConsoleConfiguration.longestSession : lifetime)"
        }
        return cookie + (self.isSecure ? "; Secure" : "")
    }
}
