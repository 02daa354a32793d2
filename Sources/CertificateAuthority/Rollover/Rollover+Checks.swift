/// What signing again means for the certificates that are valid.
public struct Reissue {
    /// Those to be signed again, and the files for their successors.
    public let due: [(entry: CertificateEntry, file: String)]
    /// Those left out because a renewal of the same name and profile is valid, and its serial number.
    public let superseded: [(entry: CertificateEntry, by: SerialNumber)]
}

extension CertificateEntry {
    /// Whether this one, renewed from another, has taken its place.
    fileprivate func replaces(_ other: CertificateEntry) -> Bool {
        self.row.subject == other.row.subject && self.details.profile == (other.details.profile ?? self.details.profile)
    }
}

/// What each step needs, looked at without a change.
extension Rollover {
    /// Throws unless the new authority can be made beside this one.
    public func checkPreparing(_ new: NewAuthority) throws {
        try self.require(.none, "preparing a new root")
        guard self.authority.certificate.isSelfSigned, self.authority.certificate.pathLength != 0 else {
            throw AuthorityError(
                .refused,
                "preparing a new root",
                "this authority may not certify another one",
                advice: "start a new authority and distribute its root first"
            )
        }
        try Authority.check(new, base: self.layout.next)
    }

    /// The certificates to be signed again, and the files for their successors; and those that a renewal replaced.
    public func reissuing() throws -> Reissue {
        guard self.stage == .prepared || self.stage == .reissued else {
            throw self.wrongStage("signing again", .prepared)
        }
        let entries = try self.authority.entries().filter { $0.state == .valid && $0.details.profile != .ca }
        // Revoked links of the chain count as well: what follows them replaced what was before them.
        let lineage = Lineage(try self.authority.details())
        var successors: [SerialNumber: SerialNumber] = [:]
        var older: [SerialNumber: CertificateEntry] = [:]
        for entry in entries {
            for serial in lineage.ancestors(of: entry.row.serial) {
                guard let old = older[serial], entry.replaces(old) else { continue }
                successors[serial] = entry.row.serial
            }
            older[entry.row.serial] = entry
        }
        return Reissue(
            due: entries.filter { successors[$0.row.serial] == nil }
                .map { ($0, "\(self.reissuedDirectory)/\(Self.fileName($0))") },
            superseded: entries.compactMap { entry in successors[entry.row.serial].map { (entry, $0) } }
        )
    }

    private static func fileName(_ entry: CertificateEntry) -> String {
        let name = String(entry.row.commonName.map { $0.isLetter || $0.isNumber || ".-_".contains($0) ? $0 : "_" })
        return "\(name)-\(entry.details.profile?.rawValue ?? "")-\(entry.row.serial.description.prefix(8)).pem"
    }

    /// Throws unless the new authority can take the place of the old one.
    public func checkSwitching() throws {
        try self.require(.reissued, "switching")
        guard !FileSystem.exists(self.layout.previous) else {
            throw AuthorityError(
                .exists,
                "switching",
                "\(self.layout.previous) is there from an earlier change",
                advice: "move it away first"
            )
        }
    }

    /// Throws unless the old root can go.
    public func checkRetiring() throws { try self.require(.switched, "retiring the old root") }

    func require(_ stage: Stage, _ step: String) throws {
        guard self.stage == stage else { throw self.wrongStage(step, stage) }
    }

    func wrongStage(_ step: String, _ wanted: Stage) -> AuthorityError {
        AuthorityError(
            .refused,
            step,
            "the change is at '\(self.stage.rawValue)', not at '\(wanted.rawValue)'",
            advice: "'hatohol-ca rollover status' says what comes next"
        )
    }
}
