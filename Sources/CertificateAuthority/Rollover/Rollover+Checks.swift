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

    /// The certificates to be signed again, and the files for their successors.
    public func reissuing() throws -> [(entry: CertificateEntry, file: String)] {
        guard self.stage == .prepared || self.stage == .reissued else {
            throw self.wrongStage("signing again", .prepared)
        }
        return try self.authority.entries()
            .filter { $0.state == .valid && $0.details.profile != .ca }
            .map { ($0, "\(self.reissuedDirectory)/\(Self.fileName($0))") }
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
