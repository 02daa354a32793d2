import GRDBSQLite
import Glibc
import TestSupport

/// The texts of the events in an agent's spool, in the order in which they were accepted.
///
/// A running agent locks its spool. A copy of the database and of its log is what SQLite would find after the loss of power, and opens.
enum SpoolTexts {
    static func read(from state: String, by way: String) throws -> [String] {
        for end in ["", "-wal"] {
            unlink(way + end)
            guard access("\(state)/spool.sqlite\(end)", F_OK) == 0 else { continue }
            let descriptor = open(way + end, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
            defer { close(descriptor) }
            let bytes = try contents(of: "\(state)/spool.sqlite\(end)")
            guard write(descriptor, bytes, bytes.count) == bytes.count else {
                throw TestFailure("cannot copy the spool")
            }
        }
        var database: OpaquePointer?
        defer { sqlite3_close(database) }
        guard sqlite3_open(way, &database) == SQLITE_OK else { throw TestFailure("cannot open the spool") }
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        let query = "SELECT payload FROM batch ORDER BY firstSequence"
        guard sqlite3_prepare_v2(database, query, -1, &statement, nil) == SQLITE_OK else { return [] }
        var texts: [String] = []
        while sqlite3_step(statement) == SQLITE_ROW {
            let bytes = UnsafeRawBufferPointer(
                start: sqlite3_column_blob(statement, 0),
                count: Int(sqlite3_column_bytes(statement, 0))
            )
            texts += self.briefs(in: Array(bytes))
        }
        return texts
    }

    /// Our lines have no characters that JSON escapes.
    private static func briefs(in payload: [UInt8]) -> [String] {
        let key = Array("\"brief\":\"".utf8)
        var texts: [String] = []
        var position = 0
        while position + key.count < payload.count {
            guard payload[position] == key[0], payload[position..<position + key.count].elementsEqual(key) else {
                position += 1
                continue
            }
            let start = position + key.count
            let end = payload[start...].firstIndex(of: key[0]) ?? payload.count
            texts.append(String(decoding: payload[start..<end], as: UTF8.self))
            position = end + 1
        }
        return texts
    }
}
