/// What signing again means for the certificates that are valid.
public struct Reissue {
    /// The authority that signed them, and the one that signs them again.
    public let succession: Succession
    /// Those to be signed again, and the files for their successors.
    public let due: [(entry: CertificateEntry, file: String)]
    /// Those left out because a renewal of the same name and profile is valid, and its serial number.
    public let superseded: [(entry: CertificateEntry, by: SerialNumber)]
    /// Those left out because they are on hold; when they are released, signing again takes them as well.
    public let held: [CertificateEntry]
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
        try self.refuseSameName(new)
        try Authority.check(new, base: self.layout.next)
    }

    /// Revocation lists, and the issuers of certificates, are looked up by the name alone.
    private func refuseSameName(_ new: NewAuthority) throws {
        let subject = DistinguishedName([.init("CN", new.name)])
        for present in [self.authority.certificate] + self.authority.chain where try present.hasSubject(subject) {
            throw AuthorityError(
                .refused,
                "preparing a new root",
                "\(present.subject) is the name of the present one, and peers would take the lists of one for those of the other",
                advice: "give the new one another name, as in '\(new.name) 2'"
            )
        }
    }

    /// The certificates to be signed again, and the files for their successors; and those that a renewal replaced.
    ///
    /// After the switch, only what was on hold before and has been released since is left to be signed.
    public func reissuing() throws -> Reissue {
        guard let succession = try self.succession() else { throw self.wrongStage("signing again", .prepared) }
        let present = try succession.old.entries().filter { $0.details.profile != .ca }
        let signed = self.stage == .switched ? try succession.signedAgain() : [:]
        let entries = present.filter { $0.state == .valid && signed[$0.row.serial] == nil }
        let successors = Lineage(try succession.old.details()).successors(among: entries)
        return Reissue(
            succession: succession,
            due: entries.filter { successors[$0.row.serial] == nil }
                .map { ($0, "\(self.reissuedDirectory)/\(Self.fileName($0))") },
            superseded: entries.compactMap { entry in successors[entry.row.serial].map { (entry, $0) } },
            held: present.filter { $0.state == .held && signed[$0.row.serial] == nil }
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
