internal import GRDB

/// Something somebody did.
public struct AuditEntry: Hashable, Sendable, Identifiable {
    public let id: Int64
    public let time: Timestamp
    public let actor: String
    /// Where the request came from.
    public let address: String
    /// What was done, such as `server.update`.
    public let action: String
    /// What it was done to, such as `server/3`.
    public let subject: String
    /// How it was, and how it is now, in JSON without secrets; empty when there is nothing to say.
    public let before: String
    public let after: String
}

/// What is going to stand in the audit log.
///
/// Methods that change something take one and write it in their own transaction, so that neither is there without the other.
public struct AuditRecord: Sendable {
    let time: Timestamp
    let actor: String
    let address: String
    let action: String
    let subject: String
    let before: String
    let after: String

    /// Describes something somebody did; ``AuditEntry`` says what the parts mean.
    public init(
        time: Timestamp,
        actor: String,
        address: String,
        action: String,
        subject: String,
        before: String = "",
        after: String = ""
    ) {
        self.time = time
        self.actor = actor
        self.address = address
        self.action = action
        self.subject = subject
        self.before = before
        self.after = after
    }

    func insert(in db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO audit (time, actor, address, action, subject, before, after) VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                self.time.nanoseconds, self.actor, self.address, self.action, self.subject, self.before, self.after,
            ]
        )
    }
}

extension MonitoringStore {
    /// Appends to the audit log; nothing there is ever changed.
    public func record(_ record: AuditRecord) async throws {
        try await self.change("record in the audit log") { try record.insert(in: $0) }
    }

    /// The audit log, the newest first, behind an entry when one is named.
    public func audit(before id: Int64? = nil, limit: Int) async throws -> [AuditEntry] {
        try await self.read("read the audit log") { db in
            let sql = """
                SELECT id, time, actor, address, action, subject, before, after FROM audit
                WHERE id < ? ORDER BY id DESC LIMIT ?
                """
            return try Row.fetchAll(db, sql: sql, arguments: [id ?? .max, limit]).map { row in
                AuditEntry(
                    id: row[0],
                    time: Timestamp(nanoseconds: row[1]),
                    actor: row[2],
                    address: row[3],
                    action: row[4],
                    subject: row[5],
                    before: row[6],
                    after: row[7]
                )
            }
        }
    }
}
