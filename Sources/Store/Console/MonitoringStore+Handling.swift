internal import GRDB

extension MonitoringStore {
    /// Changes the handling of events and remembers who did it; returns how many events there were of those named.
    ///
    /// `audit` is told how many, and says what is recorded with it; it is not asked when there are none.
    public func handle(
        _ events: [Int64],
        _ change: HandlingChange,
        actor: String,
        now: Timestamp,
        audit: (@Sendable (Int) -> AuditRecord)? = nil
    ) async throws -> Int {
        try await self.change("handle events") { db in
            var count = 0
            for event in events {
                guard try Bool.fetchOne(db, sql: "SELECT 1 FROM event WHERE id = ?", arguments: [event]) == true else {
                    continue
                }
                count += 1
                try db.execute(
                    sql: """
                        INSERT INTO handling (event, status, assignee, comments, changed) VALUES (?, ?, ?, ?, ?)
                        ON CONFLICT DO UPDATE SET status = coalesce(?, status), assignee = coalesce(?, assignee),
                            comments = comments + excluded.comments, changed = excluded.changed
                        """,
                    arguments: [
                        event, change.status?.rawValue ?? 0, change.assignee ?? "", change.comment == nil ? 0 : 1,
                        now.nanoseconds, change.status?.rawValue, change.assignee,
                    ]
                )
                try db.execute(
                    sql: """
                        INSERT INTO handling_step (event, time, actor, status, assignee, comment)
                        VALUES (?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        event, now.nanoseconds, actor, change.status?.rawValue, change.assignee, change.comment,
                    ]
                )
            }
            if count > 0 { try audit?(count).insert(in: db) }
            return count
        }
    }

    /// What was done about an event, oldest first; the last 500 steps.
    public func handlingSteps(event: Int64) async throws -> [HandlingStep] {
        try await self.read("read the handling of event \(event)") { db in
            let sql = """
                SELECT * FROM (SELECT id, time, actor, status, assignee, comment FROM handling_step WHERE event = ?
                ORDER BY id DESC LIMIT 500) ORDER BY id
                """
            return try Row.fetchAll(db, sql: sql, arguments: [event]).map { row in
                HandlingStep(
                    id: row[0],
                    time: Timestamp(nanoseconds: row[1]),
                    actor: row[2],
                    change: HandlingChange(
                        status: (row[3] as UInt8?).flatMap(HandlingStatus.init(rawValue:)),
                        assignee: row[4],
                        comment: row[5]
                    )
                )
            }
        }
    }

    /// Forgets how events were handled that retention has deleted since.
    public func forgetHandlingOfDeletedEvents() async throws {
        try await self.change("forget the handling of deleted events") { db in
            let gone = "NOT EXISTS (SELECT 1 FROM event e WHERE e.id ="
            try db.execute(sql: "DELETE FROM handling WHERE \(gone) handling.event)")
            try db.execute(sql: "DELETE FROM handling_step WHERE \(gone) handling_step.event)")
        }
    }
}
