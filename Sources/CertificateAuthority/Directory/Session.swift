internal import Glibc

/// The directory, locked and freshly read; the only way to change it.
final class Session {
    let layout: Layout
    let clock: @Sendable () -> Timestamp
    private(set) var index: Index
    private var indexState: FileState
    private let lock: DirectoryLock

    private var details: DetailsFile { DetailsFile(file: AppendOnlyFile(path: self.layout.details)) }
    private var audit: AuditLog { AuditLog(path: self.layout.audit) }

    /// Locks, completes what a crash interrupted, and reads.
    init(_ layout: Layout, patience: Patience, clock: @escaping @Sendable () -> Timestamp) throws {
        self.layout = layout
        self.clock = clock
        try FileSystem.makeDirectory(layout.records, mode: 0o700)
        self.lock = try DirectoryLock(layout, patience: patience)
        Self.removeUnfinished(layout)
        try Self.refuseTraces(of: layout)
        (self.index, self.indexState) = try Self.read(layout)
        try self.recover()
    }

    /// Removes what was being written when a program of ours was killed, keys among it.
    private static func removeUnfinished(_ layout: Layout) {
        // All who write here hold the lock, so that nobody is writing what is unfinished now. Certificates are many to look
        // through, and are written only while there is a journal.
        let mayHaveCertificates = FileSystem.exists(layout.journal)
        let directories = [layout.directory, "\(layout.directory)/private", layout.records]
        for directory in directories + (mayHaveCertificates ? [layout.certificates] : []) {
            FileSystem.removeUnfinished(in: directory, idle: 0)
        }
        // Beside the authority's own directory lie files of others, whose names are no business of ours.
        let ours = [layout.configuration, layout.bundle, layout.certificateLink].map {
            $0.dropFirst(layout.base.count + 1)
        }
        FileSystem.removeUnfinished(in: layout.base) { $0 == Layout.staging || ours.contains($0) }
    }

    private static func read(_ layout: Layout) throws -> (Index, FileState) {
        let state = FileState(layout.index)
        return (try Index(bytes: FileSystem.read(layout.index, limit: Index.limit)), state)
    }

    /// What `openssl ca` leaves while it runs, or for ever when it was killed.
    static func traces(of layout: Layout) -> [String] {
        ["index.txt.new", "index.txt.attr.new", "serial.new", "crlnumber.new"].filter {
            FileSystem.exists("\(layout.directory)/\($0)")
        } + (FileSystem.exists(layout.index) ? [] : ["index.txt is missing"])
    }

    private static func refuseTraces(of layout: Layout) throws {
        // A running openssl ca is done within moments; only one that was killed leaves traces for longer.
        for _ in 0..<100 where !self.traces(of: layout).isEmpty { usleep(20_000) }
        let traces = self.traces(of: layout)
        guard traces.isEmpty else {
            throw AuthorityError(
                .damaged,
                "opening \(layout.directory)",
                "openssl ca was interrupted here (\(traces.joined(separator: ", ")))",
                advice: "'hatohol-ca doctor --repair' puts it in order"
            )
        }
    }

    /// Makes a change that survives a crash at any moment.
    func commit(_ journal: Journal) throws {
        try FileSystem.write(journal.bytes, to: self.layout.journal, mode: 0o600)
        do {
            try self.writeIndex(with: journal.row)
        } catch {
            // Nothing happened yet, so nothing must be completed later.
            try? FileSystem.remove(self.layout.journal)
            throw error
        }
        do {
            try self.complete(journal)
        } catch let error as AuthorityError {
            throw AuthorityError(
                .incomplete,
                error.step,
                error.reason,
                advice:
                    "\(journal.action) of \(journal.row.serial) is on record; set that right, and the next command completes it"
            )
        }
    }

    /// Notes something that changes no certificate.
    func note(_ action: String, _ circumstances: [(name: String, value: String)]) throws {
        try self.audit.append(action, circumstances, at: self.clock())
    }

    private func writeIndex(with row: IndexRow) throws {
        var changed = self.index
        changed.replace(row)
        let bytes = try changed.encoded()
        guard FileState(self.layout.index) == self.indexState, Self.traces(of: self.layout).isEmpty else {
            throw AuthorityError(
                .busy,
                "writing index.txt",
                "another program, probably openssl ca, changed it at the same time",
                advice: "try again when it is done"
            )
        }
        try FileSystem.keepOld(self.layout.index)
        try FileSystem.write(bytes, to: self.layout.index)
        self.index = changed
        self.indexState = FileState(self.layout.index)
    }

    /// What follows the change of `index.txt`; may be done again.
    private func complete(_ journal: Journal) throws {
        if let certificate = journal.certificate {
            try FileSystem.write(certificate, to: self.layout.certificate(journal.row.serial))
        }
        try self.details.append(journal.details, for: journal.row.serial)
        try self.note(journal.action, journal.circumstances)
        try FileSystem.remove(self.layout.journal)
    }

    private func recover() throws {
        guard let bytes = try FileSystem.readIfThere(self.layout.journal) else { return }
        try self.details.file.dropTornLine()
        try self.audit.dropTornLine()
        guard let journal = Journal(bytes: bytes), self.index[journal.row.serial] == journal.row else {
            try self.note("discard", [("reason", "interrupted before it counted")])
            return try FileSystem.remove(self.layout.journal)
        }
        try self.complete(journal)
    }

    /// A serial number that no certificate of this authority has.
    func unusedSerial() throws -> SerialNumber {
        while true {
            let serial = try SerialNumber.random()
            if self.index[serial] == nil, !FileSystem.exists(self.layout.certificate(serial)) { return serial }
        }
    }

    func allDetails() throws -> [SerialNumber: Details] { try self.details.read() }
}

/// Enough of a file's state to see that another program replaced it.
struct FileState: Equatable {
    private let values: [Int]

    init(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            self.values = []
            return
        }
        self.values = [
            Int(status.st_ino), Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec, Int(status.st_dev),
        ]
    }
}
