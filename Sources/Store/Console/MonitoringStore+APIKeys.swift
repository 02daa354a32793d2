internal import Foundation
internal import GRDB

/// A key with which a program signs in.
public struct APIKey: Hashable, Sendable, Identifiable {
    /// What a key may do, in rising order.
    public enum Scope: UInt8, Sendable, CaseIterable, Comparable {
        case read = 0
        case write = 1
        case admin = 2

        public static func < (one: Scope, other: Scope) -> Bool { one.rawValue < other.rawValue }
    }

    public let id: Int64
    /// The beginning of the key, to recognise it by.
    public let prefix: String
    public let user: User.ID
    public let userName: String
    /// What it is for.
    public let name: String
    public let scope: Scope
    public let created: Timestamp
    /// nil when it never expires.
    public let expires: Timestamp?
    /// When it was last used, to the minute; nil before the first time.
    public let used: Timestamp?
}

extension MonitoringStore {
    /// Stores a key by its hash and returns the id.
    ///
    /// `audit` is told the id, and says what is recorded with it.
    public func addAPIKey(
        hash: [UInt8],
        prefix: String,
        user: User.ID,
        name: String,
        scope: APIKey.Scope,
        expires: Timestamp?,
        now: Timestamp,
        audit: (@Sendable (Int64) -> AuditRecord)? = nil
    ) async throws -> Int64 {
        try await self.change("add API key") { db in
            try db.execute(
                sql: """
                    INSERT INTO api_key (hash, prefix, user, name, scope, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    hash.data, prefix, user, name, scope.rawValue, now.nanoseconds, expires?.nanoseconds,
                ]
            )
            let id = db.lastInsertedRowID
            try audit?(id).insert(in: db)
            return id
        }
    }

    /// All keys, the newest first.
    public func apiKeys() async throws -> [APIKey] {
        try await self.read("list API keys") { db in
            try Row.fetchAll(db, sql: Self.selectKeys + " ORDER BY k.id DESC").map(APIKey.init(row:))
        }
    }

    /// The key with this hash and its owner, whether expired or not.
    public func apiKey(hash: [UInt8]) async throws -> (key: APIKey, user: User)? {
        try await self.read("find API key") { db in
            guard let row = try Row.fetchOne(db, sql: Self.selectKeys + " WHERE k.hash = ?", arguments: [hash.data]),
                let user = try Self.user("id = ?", [row[2] as Int64], in: db)
            else { return nil }
            return (APIKey(row: row), user)
        }
    }

    /// Notes that a key was used.
    public func touchAPIKey(_ id: Int64, now: Timestamp) async throws {
        try await self.change("touch API key") { db in
            try db.execute(sql: "UPDATE api_key SET used = ? WHERE id = ?", arguments: [now.nanoseconds, id])
        }
    }

    /// Removes a key; throws ``StoreError/Code/notFound``.
    public func removeAPIKey(_ id: Int64, audit: AuditRecord? = nil) async throws {
        try await self.change("remove API key") { db in
            try db.execute(sql: "DELETE FROM api_key WHERE id = ?", arguments: [id])
            guard db.changesCount == 1 else {
                throw StoreError(.notFound, stage: "remove API key", reason: "there is no key \(id)")
            }
            try audit?.insert(in: db)
        }
    }

    private static let selectKeys = """
        SELECT k.id, k.prefix, k.user, u.name, k.name, k.scope, k.created, k.expires, k.used
        FROM api_key k JOIN user u ON u.id = k.user
        """
}

extension APIKey {
    fileprivate init(row: Row) {
        self.init(
            id: row[0],
            prefix: row[1],
            user: row[2],
            userName: row[3],
            name: row[4],
            scope: Scope(rawValue: row[5]) ?? .read,
            created: Timestamp(nanoseconds: row[6]),
            expires: (row[7] as Int64?).map(Timestamp.init(nanoseconds:)),
            used: (row[8] as Int64?).map(Timestamp.init(nanoseconds:))
        )
    }
}
