internal import Operations
internal import Store

extension Call {
    /// Changes a person; a new password of one's own leaves the session in which it was set.
    func changeUser(_ id: Int64, _ change: UserChange) async throws -> User {
        try await self.administration.changeUser(id, change, keepingSession: self.identity?.sessionHash)
    }

    /// Removes a person, but not the one who asks for it.
    func removeUser(_ id: Int64) async throws {
        guard try self.user.id != id else { throw Problem(409, self.text("notYourself")) }
        try await self.administration.removeUser(id)
    }

    /// Makes a key for a program; the key itself is only in the answer.
    func addKey(_ given: Parameters) async throws -> (id: Int64, key: String) {
        var values = given
        let name = try values.required("name", max: 64)
        let scope = try values.choice("scope", APIKey.Scope.self) ?? .read
        let owner = try values.int("user", in: 1...Int64.max) ?? self.user.id
        let days = try values.int("days", in: 1...3650)
        try values.finish()
        let user = try await self.store.user(owner)
        let key = "hato_" + Secret.token()
        let added: JSON = ["name": .string(name), "scope": .string("\(scope)"), "user": .string(user.name)]
        let id = try await self.store.addAPIKey(
            hash: Secret.hash(key),
            prefix: String(key.prefix(11)),
            user: user.id,
            name: name,
            scope: scope,
            expires: days.map { self.now.advanced(seconds: $0 * 86_400) },
            now: self.now,
            audit: { self.audit("key.add", "key/\($0)", after: added) }
        )
        return (id, key)
    }

    func removeKey(_ id: Int64) async throws {
        let old = try await self.store.apiKeys().first { $0.id == id }
        let audit = self.audit("key.remove", "key/\(id)", before: old.map { JSON($0) })
        try await self.store.removeAPIKey(id, audit: audit)
    }
}

extension UserChange {
    /// What the parameters name, and nothing else.
    init(_ given: Parameters) throws(Problem) {
        self.init()
        var values = given
        self.name = try values.string("name")
        self.role = try values.choice("role", Role.self)
        self.note = try values.string("note")
        self.hostGroups = try values.strings("hostGroups", max: 100)
        self.password = try values.string("password", max: 1024)
        try values.finish()
    }
}
