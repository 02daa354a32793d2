internal import HAPI
public import Store

/// What may be done with monitoring servers and people: each rule once, each change with its entry in the audit log.
///
/// The console, its API and the commands translate to these and back. Whether somebody may do it is asked before.
public struct Administration: Sendable {
    private let store: MonitoringStore
    private let actor: Actor
    private let passwords: Passwords

    /// Acts in somebody's name.
    public init(of store: MonitoringStore, by actor: Actor, passwords: Passwords = Passwords()) {
        self.store = store
        self.actor = actor
        self.passwords = passwords
    }

    // MARK: Monitoring servers

    /// Registers a monitoring server, as which nickname, URL and queue are needed.
    ///
    /// - Throws: A ``Refusal``, or a `StoreError` when the nickname is taken.
    public func addServer(_ change: ServerChange) async throws -> MonitoringServer {
        for (parameter, value) in [
            ("nickname", change.nickname), ("brokerURL", change.brokerURL), ("queue", change.queue),
        ]
        where value == nil { throw Refusal(parameter, "a value is required") }
        var server = try change.applied(to: .blank)
        let new = server
        server.id = try await self.store.add(new) { [actor] id in
            var added = new
            added.id = id
            return actor.audit("server.add", "server/\(id)", after: JSON(added))
        }
        return server
    }

    /// Changes a monitoring server; its arm is told at once what concerns it.
    ///
    /// - Throws: A ``Refusal``, or a `StoreError` when there is no such server or the nickname is taken.
    public func changeServer(_ id: MonitoringServer.ID, _ change: ServerChange) async throws -> MonitoringServer {
        let old = try await self.store.server(id)
        let new = try change.applied(to: old)
        let audit = self.actor.audit("server.change", "server/\(id)", before: JSON(old), after: JSON(new))
        try await self.store.update(new, audit: audit)
        return new
    }

    /// Removes a monitoring server with its data.
    public func removeServer(_ id: MonitoringServer.ID) async throws {
        let old = try await self.store.server(id)
        try await self.store.remove(id, audit: self.actor.audit("server.remove", "server/\(id)", before: JSON(old)))
    }

    // MARK: People

    /// Adds a person, as whom name and password are needed.
    ///
    /// - Throws: A ``Refusal``, a `StoreError` when the name is taken, or why the password cannot be hashed now.
    public func addUser(_ change: UserChange) async throws -> User {
        guard change.name != nil else { throw Refusal("name", .badUserName) }
        guard change.password?.isEmpty == false else { throw Refusal("password", "a value is required") }
        var user = User(name: "", role: .readonly, created: .now)
        let hash = try await self.hash(in: change)
        change.apply(to: &user, passwordHash: hash)
        let new = user
        user.id = try await self.store.add(new) { [actor] id in
            var added = new
            added.id = id
            return actor.audit("user.add", "user/\(id)", after: JSON(added))
        }
        return user
    }

    /// Changes a person, whoever else changes something meanwhile: hashing a password takes a while.
    ///
    /// - Parameters:
    ///   - id: Whom.
    ///   - change: What is to be different.
    ///   - hash: That of the session that stays when a new password ends the others.
    /// - Returns: The person as they are then.
    /// - Throws: A ``Refusal``, a `StoreError`, or why the password cannot be hashed now.
    public func changeUser(
        _ id: User.ID,
        _ change: UserChange,
        keepingSession hash: [UInt8]? = nil
    ) async throws -> User {
        let known = try await self.store.user(id)
        let passwordHash = try await self.hash(in: change, for: known.name)
        return try await self.store.change(
            id,
            keepingSession: hash,
            audit: { [actor] in actor.audit("user.change", "user/\(id)", before: JSON($0), after: JSON($1)) },
            { change.apply(to: &$0, passwordHash: passwordHash) }
        )
    }

    /// Removes a person with sessions and keys.
    public func removeUser(_ id: User.ID) async throws {
        let old = try await self.store.user(id)
        try await self.store.removeUser(id, audit: self.actor.audit("user.remove", "user/\(id)", before: JSON(old)))
    }

    private func hash(in change: UserChange, for known: String? = nil) async throws -> String? {
        try change.check(of: known)
        guard let password = change.password, !password.isEmpty else { return nil }
        return try await self.passwords.hash(password, for: change.name ?? known ?? "")
    }
}

extension MonitoringServer {
    /// A monitoring server about which nothing is known yet.
    public static let blank = Self(nickname: "", type: ServerType.fluentd.rawValue, broker: .blank)
}
