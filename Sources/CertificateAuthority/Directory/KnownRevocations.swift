/// What the latest revocation list and the audit log call revoked, whatever `index.txt` says.
///
/// `index.txt` decides, and a lost, shortened or rebuilt one may have forgotten a revocation. The list and the log are written
/// apart from it, so that either of them tells what must be put back. A certificate on hold that was released since is not
/// revoked; any other revocation is final.
struct KnownRevocations {
    private var entries: [SerialNumber: RevocationList.Entry] = [:]
    /// What the log says of certificates that `index.txt` may have lost as well.
    private var certified: [SerialNumber: (subject: String, notAfter: Timestamp)] = [:]

    /// Replays the log, and adds what the list holds beyond it: `openssl ca` revokes without a line in our log.
    init(list: [RevocationList.Entry], log: [AuditLog.Entry]) {
        var releases: [SerialNumber: Timestamp] = [:]
        for line in log {
            guard let serial = line["serial"].flatMap({ SerialNumber($0) }), let time = Timestamp(line.time) else {
                continue
            }
            switch line.action {
            case "revoke", "hold":
                let reason = line["reason"].flatMap { RevocationReason($0) }
                self.add(RevocationList.Entry(serial: serial, time: time, reason: reason))
            case "release":
                releases[serial] = time
                if self.entries[serial]?.reason == .certificateHold { self.entries[serial] = nil }
            default:
                guard let subject = line["subject"], let end = line["not-after"].flatMap({ Timestamp($0) }) else {
                    continue
                }
                self.certified[serial] = (subject, end)
            }
        }
        for entry in list {
            if entry.reason == .certificateHold, let release = releases[entry.serial], release >= entry.time {
                continue
            }
            self.add(entry)
        }
    }

    /// Reads what lies in a directory.
    ///
    /// A list that nobody can read, or that another key signed, tells nothing.
    init(of layout: Layout, issuer: Certificate) throws {
        let list = try FileSystem.readIfThere(layout.revocationList, limit: Index.limit).flatMap {
            // Whoever looks at the list for its own sake says what is wrong with it; the log knows the revocations still.
            try? RevocationList(bytes: $0, from: layout.revocationList)
        }
        self.init(
            list: list.map { $0.isSigned(by: issuer) ? $0.entries : [] } ?? [],
            log: try AuditLog(path: layout.audit).entries()
        )
    }

    private mutating func add(_ entry: RevocationList.Entry) {
        // A hold may become a revocation; a revocation keeps its time and reason.
        if let known = self.entries[entry.serial], known.reason != .certificateHold { return }
        self.entries[entry.serial] = entry
    }

    /// The revocations that a database does not have, oldest first.
    func forgotten(by index: Index) -> [RevocationList.Entry] {
        self.entries.values.filter { index[$0.serial]?.status != .revoked }
            .sorted { ($0.time, $0.serial) < ($1.time, $1.serial) }
    }

    /// The record that a forgotten revocation should have.
    ///
    /// Where neither the database nor the log knows the certificate, its serial number stands for its subject, and it ends with
    /// the authority's certificate: no list may leave it out before.
    func row(for entry: RevocationList.Entry, in index: Index, issuer: Certificate) -> IndexRow {
        let certificate = self.certified[entry.serial] ?? ("/CN=\(entry.serial)", issuer.notAfter)
        var row =
            index[entry.serial]
            ?? IndexRow(serial: entry.serial, notAfter: certificate.notAfter, subject: certificate.subject)
        row.status = .revoked
        row.revocation = Revocation(time: entry.time, reason: entry.reason)
        return row
    }
}
