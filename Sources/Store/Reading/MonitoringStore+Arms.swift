internal import Foundation
internal import GRDB

/// What is known about an arm.
public struct ArmStatus: Sendable, Equatable {
    public let server: MonitoringServer.ID
    public let nickname: String
    /// nil before the running server wrote it for the first time.
    public let link: ArmLink?
    /// nil before the arm reported for the first time.
    public let report: ArmReport?
    /// Messages of this arm that were put aside.
    public let putAside: Int64
}

extension MonitoringStore {
    /// The position an arm left for one kind of data; empty when there is none.
    public func lastInfo(_ element: LastInfoElement, server: MonitoringServer.ID) async throws -> String {
        try await self.read("read last info") { db in
            let sql = "SELECT value FROM last_info WHERE server = ? AND element = ?"
            return try String.fetchOne(db, sql: sql, arguments: [server, element.rawValue]) ?? ""
        }
    }

    /// How the arm of one server is; nil when it is not registered.
    public func armStatus(of server: MonitoringServer.ID) async throws -> ArmStatus? {
        try await self.armStatus(where: "s.id = \(server)").first
    }

    /// How the arms of all registered servers are, in the order of their ids.
    public func armStatus() async throws -> [ArmStatus] { try await self.armStatus(where: "TRUE") }

    private func armStatus(where condition: String) async throws -> [ArmStatus] {
        try await self.read("read arm status") { db in
            let sql = """
                SELECT s.id, s.nickname, l.state, l.since, l.peer, l.procedures, l.detail,
                    r.status, r.failure_reason, r.last_success, r.last_failure, r.successes, r.failures, r.received,
                    (SELECT count(*) FROM put_aside p WHERE p.server = s.id), l.exchange
                FROM monitoring_server s LEFT JOIN arm_link l ON l.server = s.id LEFT JOIN arm_report r ON r.server = s.id
                WHERE s.removed = 0 AND \(condition) ORDER BY s.id
                """
            return try Row.fetchAll(db, sql: sql).map { row in
                ArmStatus(
                    server: row[0],
                    nickname: row[1],
                    link: ArmLink(row: row),
                    report: ArmReport(row: row),
                    putAside: row[14]
                )
            }
        }
    }

    /// The messages put aside, the newest first, at most `limit`.
    public func putAside(server: MonitoringServer.ID, limit: Int = 100) async throws -> [PutAside] {
        try await self.read("list messages put aside") { db in
            let sql =
                "SELECT id, server, received, reason, body, size FROM put_aside WHERE server = ? ORDER BY id DESC LIMIT ?"
            return try Row.fetchAll(db, sql: sql, arguments: [server, limit]).map { row in
                PutAside(
                    id: row[0],
                    server: row[1],
                    received: Timestamp(nanoseconds: row[2]),
                    reason: row[3],
                    body: [UInt8](row[4] as Data),
                    size: row[5]
                )
            }
        }
    }
}

extension ArmLink {
    /// From the columns 2 to 6, and 15.
    fileprivate init?(row: Row) {
        guard let state: UInt8 = row[2] else { return nil }
        self.init(
            state: State(rawValue: state) ?? .disconnected,
            since: Timestamp(nanoseconds: row[3]),
            peer: row[4],
            procedures: (row[5] as String).split(separator: " ").map(String.init),
            detail: row[6],
            exchange: row[15]
        )
    }
}

extension ArmReport {
    /// From the columns 7 to 13.
    fileprivate init?(row: Row) {
        guard let status: UInt8 = row[7] else { return nil }
        self.init(
            status: Status(rawValue: status) ?? .unknown,
            failureReason: row[8],
            lastSuccess: (row[9] as Int64?).map(Timestamp.init(nanoseconds:)),
            lastFailure: (row[10] as Int64?).map(Timestamp.init(nanoseconds:)),
            successes: row[11],
            failures: row[12],
            received: Timestamp(nanoseconds: row[13])
        )
    }
}
