internal import GRDB
internal import Glibc

extension MonitoringStore {
    /// Puts a database that nobody has open in the place of a store that nobody has open; returns the name under which that is kept.
    ///
    /// A name carries the date, and never one that is taken, so that the store of before the first of two restores is not lost by the
    /// second. A store is two files while its journal (`-wal`) is not empty: a database beside the journal of another is damaged as soon as
    /// it is opened. So the journal is written into its own database first, or kept with it, before anything takes its place.
    /// At any moment, the path leads to one of the two databases. Throws ``StoreError``; nothing is replaced then.
    public static func replace(_ path: String, by copy: String, now: Timestamp) throws -> String? {
        do {
            let lock = try OpeningLock(database: path)
            defer { lock.release() }
            // What a migration has written into the journal of the copy belongs to it, too.
            guard self.emptyJournal(of: copy) else {
                throw StoreError(.unavailable, stage: "read \(copy)", reason: "it cannot be opened; check the disk")
            }
            try self.synchronise(copy)
            var kept: String?
            if access(path, F_OK) == 0 {
                let name = self.freeName(path, now)
                // Both files are kept before SQLite sees them: it removes a journal that it cannot make use of.
                try self.check(link(path, name), "keep \(path) as \(name)")
                if access(path + "-wal", F_OK) == 0 {
                    try self.check(link(path + "-wal", name + "-wal"), "keep \(path)-wal")
                }
                if self.emptyJournal(of: path) { unlink(name + "-wal") }
                kept = name
            }
            for suffix in ["-wal", "-shm"] where access(path + suffix, F_OK) == 0 {
                try self.check(unlink(path + suffix), "remove \(path)\(suffix)")
            }
            try self.check(rename(copy, path), "move \(copy) to \(path)")
            return kept
        } catch {
            throw StoreError(error, stage: "replace \(path)")
        }
    }

    /// Whether a journal is in its database now, so that the database alone is the whole store.
    private static func emptyJournal(of path: String) -> Bool {
        // A store that cannot be opened, because it is damaged or of a newer version, is kept as it is, with its journal.
        guard let database = try? DatabaseQueue(path: path) else { return false }
        let row = try? database.writeWithoutTransaction {
            try Row.fetchOne($0, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        }
        // Nothing depends on a clean end: what the checkpoint has done is in the file.
        try? database.close()
        return row?[0] == 0
    }

    private static func freeName(_ path: String, _ now: Timestamp) -> String {
        let date = now.description.prefix(19).filter { $0 != "-" && $0 != ":" }.map {
            $0 == "T" ? "-" : $0
        }
        let name = "\(path).before-restore-\(String(date))"
        var free = name
        var number = 2
        while access(free, F_OK) == 0 || access(free + "-wal", F_OK) == 0 {
            free = "\(name)-\(number)"
            number += 1
        }
        return free
    }

    /// Makes sure that a file is on the disk before its name says that it is the store.
    private static func synchronise(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        try self.check(descriptor < 0 ? -1 : 0, "open \(path)")
        defer { Glibc.close(descriptor) }
        try self.check(fsync(descriptor), "synchronise \(path)")
    }

    private static func check(_ result: CInt, _ step: String) throws {
        guard result == 0 else {
            throw StoreError(
                .unavailable,
                stage: step,
                reason: "\(String(cString: strerror(errno))); check the data directory"
            )
        }
    }
}
