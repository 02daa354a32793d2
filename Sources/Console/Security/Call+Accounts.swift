internal import Store

extension Call {
    /// Adds the person the parameters describe.
    func addUser(_ given: Parameters) async throws -> User {
        var user = User(name: "", role: .readonly, created: self.now)
        let change = try await self.userChange(given, of: user)
        try change(&user)
        guard !user.passwordHash.isEmpty else { throw Problem.bad("password", "a value is required") }
        let new = user
        user.id = try await self.store.add(new) { id in
            var added = new
            added.id = id
            return self.audit("user.add", "user/\(id)", after: JSON(added))
        }
        return user
    }

    /// Changes what the parameters name.
    func changeUser(_ id: Int64, _ given: Parameters) async throws -> User {
        let change = try await self.userChange(given, of: try await self.store.user(id))
        return try await self.store.change(
            id,
            keepingSession: self.identity?.sessionHash,
            audit: { self.audit("user.change", "user/\(id)", before: JSON($0), after: JSON($1)) },
            change
        )
    }

    func removeUser(_ id: Int64) async throws {
        let old = try await self.store.user(id)
        guard try self.user.id != id else { throw Problem(409, self.text("notYourself")) }
        try await self.store.removeUser(id, audit: self.audit("user.remove", "user/\(id)", before: JSON(old)))
    }

    /// The hash of a new password that the policy accepts.
    func hash(newPassword password: String, for name: String) async throws -> String {
        if let refusal = self.site.passwords.refusal(of: password, userName: name) {
            throw Problem.bad("password", self.text(refusal.rawValue))
        }
        return try await self.site.hasher.hash(password)
    }

    /// What the parameters change of a person, whoever else changes something meanwhile: hashing a password takes a while.
    private func userChange(
        _ given: Parameters,
        of user: User
    ) async throws -> @Sendable (inout User) throws -> Void {
        var values = given
        let name = try values.string("name", max: 64)
        let role = try values.choice("role", Role.self)
        let note = try values.string("note")
        let groups = try values.strings("hostGroups", max: 100)
        let password = try values.string("password")
        try values.finish()
        let newName = name ?? user.name
        let isGood =
            newName.count <= 64 && !newName.isEmpty
            && newName.allSatisfy { $0.isLetter || $0.isNumber || "._-@".contains($0) }
        guard isGood else { throw Problem.bad("name", self.text("badUserName")) }
        var hash: String?
        if let password, !password.isEmpty { hash = try await self.hash(newPassword: password, for: newName) }
        return { [hash] user in
            if let name { user.name = name }
            if let role { user.role = role }
            if let note { user.note = note }
            if let groups { user.hostGroups = groups }
            if let hash { user.passwordHash = hash }
        }
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
