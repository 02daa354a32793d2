internal import Foundation
internal import GRDB

/// Somebody who is signed in.
public struct Session: Sendable {
    /// Who it is, with the rights of this moment.
    public let user: User
    /// What a form must carry to be believed.
    public let csrf: String
    /// When they signed in.
    public let created: Timestamp
    /// When it was last used, to the minute.
    public let used: Timestamp
}

/// A session that is about to begin.
public struct NewSession: Sendable {
    private let hash: [UInt8]
    private let user: User.ID
    private let csrf: String
    private let address: String
    private let now: Timestamp
    private let replaced: [UInt8]?
    private let audit: AuditRecord?

    /// Describes a session by the hash of its token; it takes the place of another one when that is named.
    public init(
        hash: [UInt8],
        user: User.ID,
        csrf: String,
        address: String,
        now: Timestamp,
        replacing replaced: [UInt8]? = nil,
        audit: AuditRecord? = nil
    ) {
        self.hash = hash
        self.user = user
        self.csrf = csrf
        self.address = address
        self.now = now
        self.replaced = replaced
        self.audit = audit
    }

    fileprivate func user(in db: Database) throws -> User? {
        try MonitoringStore.user("id = ?", [self.user], in: db)
    }

    fileprivate func insert(in db: Database) throws {
        if let replaced { try db.execute(sql: "DELETE FROM session WHERE hash = ?", arguments: [replaced.data]) }
        try db.execute(
            sql: "INSERT INTO session (hash, user, csrf, created, used, address) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [
                self.hash.data, self.user, self.csrf, self.now.nanoseconds, self.now.nanoseconds, self.address,
            ]
        )
        try self.audit?.insert(in: db)
    }
}

extension [UInt8] {
    var data: Data { Data(self) }
}

extension MonitoringStore {
    /// Remembers a session.
    public func openSession(_ session: NewSession) async throws {
        try await self.change("open session") { try session.insert(in: $0) }
    }

    /// Remembers a session if the person's password is still the one with this hash; returns whether it is.
    public func openSession(_ session: NewSession, ifPasswordIs hash: String) async throws -> Bool {
        try await self.change("open session") { db in
            guard try session.user(in: db)?.passwordHash == hash else { return false }
            try session.insert(in: db)
            return true
        }
    }

    /// The session with this hash, whatever its age.
    public func session(hash: [UInt8]) async throws -> Session? {
        try await self.read("read session") { db in
            let sql = "SELECT user, csrf, created, used FROM session WHERE hash = ?"
            guard let row = try Row.fetchOne(db, sql: sql, arguments: [hash.data]),
                let user = try Self.user("id = ?", [row[0] as Int64], in: db)
            else { return nil }
            return Session(
                user: user,
                csrf: row[1],
                created: Timestamp(nanoseconds: row[2]),
                used: Timestamp(nanoseconds: row[3])
            )
        }
    }

    /// All sessions by their hashes, whatever their age.
    public func sessions() async throws -> [[UInt8]: Session] {
        try await self.read("read sessions") { db in
            let users = try Row.fetchAll(db, sql: "SELECT * FROM user").map { try User(row: $0, in: db) }
            let people = Dictionary(users.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
            let rows = try Row.fetchAll(db, sql: "SELECT hash, user, csrf, created, used FROM session")
            return rows.reduce(into: [:]) { sessions, row in
                guard let user = people[row[1]] else { return }
                sessions[[UInt8](row[0] as Data)] = Session(
                    user: user,
                    csrf: row[2],
                    created: Timestamp(nanoseconds: row[3]),
                    used: Timestamp(nanoseconds: row[4])
                )
            }
        }
    }

    /// Notes that a session is in use.
    public func touchSession(hash: [UInt8], now: Timestamp) async throws {
        try await self.change("touch session") { db in
            try db.execute(
                sql: "UPDATE session SET used = ? WHERE hash = ?",
                arguments: [now.nanoseconds, hash.data]
            )
        }
    }

    /// Ends a session.
    public func closeSession(hash: [UInt8], audit: AuditRecord? = nil) async throws {
        try await self.change("close session") { db in
            try db.execute(sql: "DELETE FROM session WHERE hash = ?", arguments: [hash.data])
            try audit?.insert(in: db)
        }
    }

    /// Forgets sessions that were opened, or last used, before these moments, and links that have expired.
    public func forgetSessions(openedBefore opened: Timestamp, usedBefore used: Timestamp, now: Timestamp) async throws
    {
        try await self.change("forget old sessions") { db in
            try db.execute(
                sql: "DELETE FROM session WHERE created < ? OR used < ?",
                arguments: [opened.nanoseconds, used.nanoseconds]
            )
            try db.execute(sql: "DELETE FROM sign_in_link WHERE expires < ?", arguments: [now.nanoseconds])
        }
    }

    /// Remembers a link that signs a person in once, by the hash of its token.
    public func addSignInLink(hash: [UInt8], user: User.ID, expires: Timestamp) async throws {
        try await self.change("add sign-in link") { db in
            try db.execute(
                sql: "INSERT INTO sign_in_link (hash, user, expires) VALUES (?, ?, ?)",
                arguments: [hash.data, user, expires.nanoseconds]
            )
        }
    }

    /// Takes a link that nobody can use again, and remembers the session it opens; nil when it is unknown, used or expired.
    ///
    /// Both or nothing: no link is used up by a sign-in that failed. `session` is told whose link it is.
    public func redeemSignInLink(
        hash: [UInt8],
        now: Timestamp,
        session: @escaping @Sendable (User) -> NewSession
    ) async throws -> User? {
        try await self.change("redeem sign-in link") { db in
            let sql = "DELETE FROM sign_in_link WHERE hash = ? RETURNING user, expires"
            guard let row = try Row.fetchOne(db, sql: sql, arguments: [hash.data]),
                (row[1] as Int64) >= now.nanoseconds,
                let user = try Self.user("id = ?", [row[0] as Int64], in: db)
            else { return nil }
            try session(user).insert(in: db)
            return user
        }
    }
}
