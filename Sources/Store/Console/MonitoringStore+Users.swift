internal import GRDB

extension MonitoringStore {
    /// Stores a new person and returns the id; throws ``StoreError/Code/refused`` when the name is taken.
    ///
    /// `audit` is told the id, and says what is recorded with it.
    public func add(
        _ user: User,
        audit: (@Sendable (User.ID) -> AuditRecord)? = nil
    ) async throws -> User.ID {
        try await self.change("add user") { db in
            try Self.checkName(user, in: db)
            try db.execute(
                sql: """
                    INSERT INTO user (name, role, password, note, language, theme, created) VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    user.name, user.role.rawValue, user.passwordHash, user.note, user.language, user.theme,
                    user.created.nanoseconds,
                ]
            )
            let id = db.lastInsertedRowID
            try Self.setHostGroups(user.hostGroups, of: id, in: db)
            try audit?(id).insert(in: db)
            return id
        }
    }

    /// Changes a person to what is given; see ``change(_:keepingSession:audit:_:)``.
    public func update(
        _ user: User,
        keepingSession hash: [UInt8]? = nil,
        audit: AuditRecord? = nil
    ) async throws {
        _ = try await self.change(user.id, keepingSession: hash, audit: { _, _ in audit }, { $0 = user })
    }

    /// Changes a person as they are at that moment, and returns them as they are then.
    ///
    /// `body` changes what it means to change and nothing else. Somebody who was read before, and is written back whole, would
    /// get back the role or the host groups that another administrator has taken away meanwhile. It may throw to
    /// refuse. A new password ends all sessions of the person but one. `audit` is told the person before and after.
    ///
    /// Throws ``StoreError/Code/notFound``, and ``StoreError/Code/refused`` when the name is taken or nobody would be left to
    /// administrate.
    public func change(
        _ id: User.ID,
        keepingSession hash: [UInt8]? = nil,
        audit: @escaping @Sendable (_ before: User, _ after: User) -> AuditRecord? = { _, _ in nil },
        _ body: @escaping @Sendable (inout User) throws -> Void
    ) async throws -> User {
        try await self.change("update user \(id)") { db in
            guard let old = try Self.user("id = ?", [id], in: db) else { throw Self.noUser(id) }
            var user = old
            try body(&user)
            try Self.checkName(user, in: db)
            if old.role == .admin, user.role != .admin { try Self.checkLastAdministrator(id, in: db) }
            try db.execute(
                sql: "UPDATE user SET name = ?, role = ?, password = ?, note = ?, language = ?, theme = ? WHERE id = ?",
                arguments: [
                    user.name, user.role.rawValue, user.passwordHash, user.note, user.language, user.theme, id,
                ]
            )
            try Self.setHostGroups(user.hostGroups, of: id, in: db)
            if old.passwordHash != user.passwordHash {
                try db.execute(
                    sql: "DELETE FROM session WHERE user = ? AND hash IS NOT ?",
                    arguments: [id, hash?.data]
                )
                try db.execute(sql: "DELETE FROM sign_in_link WHERE user = ?", arguments: [id])
            }
            try audit(old, user)?.insert(in: db)
            return user
        }
    }

    /// Removes a person with sessions and keys; throws ``StoreError/Code/refused`` for the last administrator.
    public func removeUser(_ id: User.ID, audit: AuditRecord? = nil) async throws {
        try await self.change("remove user \(id)") { db in
            guard let user = try Self.user("id = ?", [id], in: db) else { throw Self.noUser(id) }
            if user.role == .admin { try Self.checkLastAdministrator(id, in: db) }
            try db.execute(sql: "DELETE FROM user WHERE id = ?", arguments: [id])
            try audit?.insert(in: db)
        }
    }

    /// Everybody, in the order of names.
    public func users() async throws -> [User] {
        try await self.read("list users") { db in
            try Row.fetchAll(db, sql: "SELECT * FROM user ORDER BY name").map { try User(row: $0, in: db) }
        }
    }

    /// One person; throws ``StoreError/Code/notFound``.
    public func user(_ id: User.ID) async throws -> User {
        try await self.read("read user \(id)") { db in
            guard let user = try Self.user("id = ?", [id], in: db) else { throw Self.noUser(id) }
            return user
        }
    }

    /// One person by name; nil when there is none.
    public func user(named name: String) async throws -> User? {
        try await self.read("find user") { try Self.user("name = ?", [name], in: $0) }
    }

    static func user(_ condition: String, _ arguments: StatementArguments, in db: Database) throws -> User? {
        try Row.fetchOne(db, sql: "SELECT * FROM user WHERE \(condition)", arguments: arguments)
            .map { try User(row: $0, in: db) }
    }

    private static func setHostGroups(_ names: [String], of user: User.ID, in db: Database) throws {
        try db.execute(sql: "DELETE FROM user_host_group WHERE user = ?", arguments: [user])
        for name in Set(names) {
            try db.execute(sql: "INSERT INTO user_host_group (user, name) VALUES (?, ?)", arguments: [user, name])
        }
    }

    private static func checkName(_ user: User, in db: Database) throws {
        let sql = "SELECT 1 FROM user WHERE name = ? AND id <> ?"
        guard try Bool.fetchOne(db, sql: sql, arguments: [user.name, user.id]) == nil else {
            throw StoreError(.refused, stage: "save user", reason: "the name is taken; choose another")
        }
    }

    private static func checkLastAdministrator(_ id: User.ID, in db: Database) throws {
        let sql = "SELECT 1 FROM user WHERE role = ? AND id <> ?"
        guard try Bool.fetchOne(db, sql: sql, arguments: [Role.admin.rawValue, id]) != nil else {
            throw StoreError(
                .refused,
                stage: "save user",
                reason: "this is the last administrator; make another one first"
            )
        }
    }

    private static func noUser(_ id: User.ID) -> StoreError {
        StoreError(.notFound, stage: "find user", reason: "there is no user \(id)")
    }
}

extension User {
    init(row: Row, in db: Database) throws {
        let id: ID = row["id"]
        self.init(
            id: id,
            name: row["name"],
            role: Role(rawValue: row["role"]) ?? .readonly,
            passwordHash: row["password"],
            note: row["note"],
            language: row["language"],
            theme: row["theme"],
            hostGroups: try String.fetchAll(
                db,
                sql: "SELECT name FROM user_host_group WHERE user = ? ORDER BY name",
                arguments: [id]
            ),
            created: Timestamp(nanoseconds: row["created"])
        )
    }
}
