internal import Foundation
internal import GRDB

/// Stores what concerns an arm itself, inside a transaction.
struct ArmWriter {
    let server: MonitoringServer.ID
    let db: Database

    /// Messages kept per server; the oldest make room.
    private static let putAsideLimit = 1000
    /// Bytes kept of one message.
    private static let putAsideBytes = 1 << 20

    func put(lastInfo: String, of element: LastInfoElement) throws {
        try self.run(
            """
            INSERT INTO last_info (server, element, value) VALUES (?, ?, ?)
            ON CONFLICT DO UPDATE SET value = excluded.value
            """,
            [self.server, element.rawValue, lastInfo]
        )
    }

    func put(_ report: ArmReport) throws {
        try self.run(
            """
            INSERT OR REPLACE INTO arm_report
                (server, status, failure_reason, last_success, last_failure, successes, failures, received)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                self.server, report.status.rawValue, report.failureReason, report.lastSuccess?.nanoseconds,
                report.lastFailure?.nanoseconds, report.successes, report.failures, report.received.nanoseconds,
            ]
        )
    }

    func put(_ link: ArmLink) throws {
        try self.run(
            "INSERT OR REPLACE INTO arm_link (server, state, since, peer, procedures, detail, exchange) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                self.server, link.state.rawValue, link.since.nanoseconds, link.peer,
                link.procedures.joined(separator: " "), link.detail, link.exchange,
            ]
        )
    }

    func putAside(_ body: [UInt8], reason: String, received: Timestamp) throws {
        try self.run(
            "INSERT INTO put_aside (server, received, reason, body, size) VALUES (?, ?, ?, ?, ?)",
            [self.server, received.nanoseconds, reason, Data(body.prefix(Self.putAsideBytes)), body.count]
        )
        try self.run(
            """
            DELETE FROM put_aside WHERE server = ? AND id <=
                (SELECT id FROM put_aside WHERE server = ? ORDER BY id DESC LIMIT 1 OFFSET ?)
            """,
            [self.server, self.server, Self.putAsideLimit]
        )
    }

    private func run(_ sql: String, _ arguments: StatementArguments) throws {
        try self.db.cachedStatement(sql: sql).execute(arguments: arguments)
    }
}
