internal import Escaping

/// A certificate authority: a directory with a key, a certificate, and a record of everything it signed.
///
/// The directory is the one of `openssl ca`; both tools may work on it in turn. Every change is durable when the call
/// returns, and a crash in between leaves a directory that both can read.
public struct Authority {
    /// Where everything lies.
    public let layout: Layout
    /// The authority's own certificate.
    public let certificate: Certificate
    /// The certificates above it, the root last; empty for a root.
    public let chain: [Certificate]
    /// What may be signed.
    public let policy: Policy

    let patience: Patience
    let clock: @Sendable () -> Timestamp

    /// Opens the authority below a directory that holds `openssl.cnf` and `CA`.
    ///
    /// Changes wait (`patience`) for other processes that change it, each in its turn. The clock says what time it is.
    public init(
        base: String,
        patience: Patience = 30,
        clock: @escaping @Sendable () -> Timestamp = { .now }
    ) throws {
        let step = "opening the authority in \(base)"
        guard FileSystem.exists(base), case let layout = Layout(base: try FileSystem.absolute(base)),
            FileSystem.exists(layout.certificate)
        else {
            let isWaiting = FileSystem.exists(Layout(base: base).request)
            throw AuthorityError(
                .missing,
                step,
                isWaiting ? "it waits for its certificate by the authority above" : "there is none",
                advice: isWaiting
                    ? "'hatohol-ca init --certificate FILE' takes it"
                    : "'hatohol-ca init --base-directory \(base.escaped(for: .shellWord))' makes one"
            )
        }
        self.layout = layout
        self.certificate = try Certificate(bytes: FileSystem.read(layout.certificate), from: layout.certificate)
        self.chain =
            try FileSystem.readIfThere(layout.chain).map { try Certificate.list(bytes: $0, from: layout.chain) } ?? []
        self.policy = try Policy(file: layout.policy)
        self.patience = patience
        self.clock = clock
    }

    /// What a peer needs beside an end certificate: the authorities between it and the root.
    public var intermediates: [Certificate] {
        guard self.certificate.isSelfSigned else { return [self.certificate] + self.chain.filter { !$0.isSelfSigned } }
        return self.crossCertificate.map { [$0] } ?? []
    }

    /// Our key certified by the previous authority, while not every peer trusts our own certificate yet.
    public var crossCertificate: Certificate? {
        // One that cannot be read counts as none.
        (try? FileSystem.readIfThere(self.layout.crossCertificate))?.flatMap {
            try? Certificate(bytes: $0, from: self.layout.crossCertificate)
        }
    }

    /// The root that peers trust.
    public var root: Certificate { self.chain.last { $0.isSelfSigned } ?? self.certificate }

    /// The records of all certificates, oldest first.
    public func index() throws -> Index { try Index(bytes: FileSystem.read(self.layout.index, limit: Index.limit)) }

    /// What is known beyond the records.
    public func details() throws -> [SerialNumber: Details] {
        var details = try DetailsFile(file: AppendOnlyFile(path: self.layout.details)).read()
        if let journal = try self.changeUnderWay() { details[journal.row.serial] = journal.details }
        return details
    }

    /// A change that counts already, and is not everywhere yet: another process is at it, or was killed.
    private func changeUnderWay() throws -> Journal? {
        // It goes as soon as the change is complete, perhaps at this moment.
        guard FileSystem.exists(self.layout.journal), let bytes = try? FileSystem.read(self.layout.journal),
            let journal = Journal(bytes: bytes), try self.index()[journal.row.serial] == journal.row
        else { return nil }
        return journal
    }

    /// Who did what.
    public var audit: AuditLog { AuditLog(path: self.layout.audit) }

    /// The filed certificate with that serial number.
    public func certificate(_ serial: SerialNumber) throws -> Certificate {
        let path = self.layout.certificate(serial)
        if !FileSystem.exists(path), let journal = try self.changeUnderWay(), journal.row.serial == serial,
            let bytes = journal.certificate
        {
            return try Certificate(bytes: bytes, from: self.layout.journal)
        }
        return try Certificate(bytes: FileSystem.read(path), from: path)
    }

    /// Locks the directory for a change.
    func session() throws -> Session { try Session(self.layout, patience: self.patience, clock: self.clock) }

    /// Throws unless the authority's certificate is good now.
    func checkOwnValidity(_ step: String) throws {
        let now = self.clock()
        guard now >= self.certificate.notBefore else {
            throw AuthorityError(
                .refused,
                step,
                "the authority's certificate begins at \(self.certificate.notBefore), and the clock says \(now)",
                advice: "set the clock"
            )
        }
        guard now < self.certificate.notAfter else {
            throw AuthorityError(
                .refused,
                step,
                "the authority's certificate ended at \(self.certificate.notAfter)",
                advice: "'hatohol-ca init --renew' renews it with the same key and name"
            )
        }
    }
}
