internal import GRDB
internal import Glibc

extension MonitoringStore {
    /// Checks the whole database; throws ``StoreError/Code/damaged`` with what SQLite found first.
    public func check() async throws {
        try await self.read("check") { db in
            let findings = try String.fetchAll(db, sql: "PRAGMA integrity_check(10)")
            guard findings == ["ok"] else {
                throw StoreError(
                    .damaged,
                    stage: "check",
                    reason: "\(findings.first ?? "no answer"); restore a backup with `hatohol-server db restore`"
                )
            }
        }
    }

    /// Copies the database, as it is at one moment, to a file that must not exist; writing goes on meanwhile.
    ///
    /// The copy is complete or not there: it is written under another name, synchronised, and renamed.
    public func backup(to path: String) async throws {
        guard access(path, F_OK) != 0 else {
            throw StoreError(.refused, stage: "back up", reason: "\(path) exists; choose another name")
        }
        let partial = path + ".partial"
        unlink(partial)
        let descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreError(.unavailable, stage: "back up to \(path)", reason: String(cString: strerror(errno)))
        }
        Glibc.close(descriptor)
        do {
            try await self.database.writeWithoutTransaction { db in
                try db.execute(sql: "VACUUM INTO ?", arguments: [partial])
            }
        } catch {
            unlink(partial)
            throw StoreError(error, stage: "back up to \(path)")
        }
        guard rename(partial, path) == 0 else {
            throw StoreError(.unavailable, stage: "back up to \(path)", reason: String(cString: strerror(errno)))
        }
    }
}
