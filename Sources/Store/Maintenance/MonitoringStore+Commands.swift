internal import GRDB

/// Something a command asks the running server to do.
public struct Command: Sendable, Equatable, Identifiable {
    public let id: Int64
    public let server: MonitoringServer.ID
    /// What to do, such as `fetchItems`.
    public let name: String
    /// How, in JSON.
    public let arguments: String
    /// After this moment nobody waits for the answer.
    public let deadline: Timestamp
}

/// What the running server answered.
public struct CommandAnswer: Sendable, Equatable {
    public let succeeded: Bool
    public let text: String

    /// Describes an answer.
    public init(succeeded: Bool, text: String) {
        self.succeeded = succeeded
        self.text = text
    }
}

extension MonitoringStore {
    /// Asks the running server; it takes the command within a second.
    public func submit(
        _ name: String,
        arguments: String,
        server: MonitoringServer.ID,
        deadline: Timestamp
    ) async throws -> Int64 {
        try await self.write("submit \(name)") { db in
            let sql = "INSERT INTO command (server, name, arguments, deadline) VALUES (?, ?, ?, ?)"
            try db.execute(sql: sql, arguments: [server, name, arguments, deadline.nanoseconds])
            return db.lastInsertedRowID
        }
    }

    /// The commands nobody has answered, behind the given id.
    public func commands(after id: Int64) async throws -> [Command] {
        try await self.read("read commands") { db in
            let sql =
                "SELECT id, server, name, arguments, deadline FROM command WHERE id > ? AND answer IS NULL ORDER BY id"
            return try Row.fetchAll(db, sql: sql, arguments: [id]).map { row in
                Command(
                    id: row[0],
                    server: row[1],
                    name: row[2],
                    arguments: row[3],
                    deadline: Timestamp(nanoseconds: row[4])
                )
            }
        }
    }

    /// Answers a command, and forgets those whose deadline has passed long ago.
    public func answer(_ command: Int64, succeeded: Bool, text: String, now: Timestamp) async throws {
        try await self.write("answer command \(command)") { db in
            let sql = "UPDATE command SET answer = ?, succeeded = ? WHERE id = ?"
            try db.execute(sql: sql, arguments: [text, succeeded, command])
            let old = now.nanoseconds - 3_600_000_000_000
            try db.execute(sql: "DELETE FROM command WHERE deadline < ?", arguments: [old])
        }
    }

    /// The answer to a command; nil until there is one.
    public func answer(to command: Int64) async throws -> CommandAnswer? {
        try await self.read("read the answer to command \(command)") { db in
            let sql = "SELECT succeeded, answer FROM command WHERE id = ? AND answer IS NOT NULL"
            return try Row.fetchOne(db, sql: sql, arguments: [command]).map { row in
                CommandAnswer(succeeded: row[0], text: row[1])
            }
        }
    }
}
