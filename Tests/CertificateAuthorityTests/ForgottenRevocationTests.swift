import CertificateAuthority
import TestSupport
import Testing

/// A revocation outlives the database that holds it: the latest list and the audit log know it as well.
struct ForgottenRevocationTests {
    private let site: Site
    private let serials: [String: SerialNumber]

    /// Revoked, held, released and good certificates, and a list that says so.
    init() throws {
        self.site = try Site()
        var serials: [String: SerialNumber] = [:]
        for name in ["evil", "odd", "held", "released", "good"] {
            serials[name] = try self.site.issue(.client, name).certificate.serial
        }
        self.serials = serials
        func revoke(_ name: String, _ reason: RevocationReason) throws {
            _ = try self.site.authority.revoke([#require(serials[name])], reason: reason, key: nil)
        }
        try revoke("released", .certificateHold)
        _ = try self.site.authority.release([#require(serials["released"])], key: nil)
        try revoke("held", .certificateHold)
        try revoke("odd", .privilegeWithdrawn)
        // The last change is what index.txt.old does not have.
        try revoke("evil", .keyCompromise)
        _ = try self.site.authority.writeRevocationList(key: self.site.key)
    }

    private func damage(_ command: String) throws {
        try Command.run("sh", ["-c", "cd '\(self.site.authority.layout.directory)' && \(command)"])
    }

    /// `hasDetails` says whether the true reason is still there that index.txt has no word for.
    private func expectNothingForgotten(
        hasDetails: Bool = true,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let list = try self.site.authority.writeRevocationList(key: self.site.key)
        let reasons = Dictionary(uniqueKeysWithValues: list.entries.map { ($0.serial, $0.reason) })
        let expected: [String: RevocationReason] = [
            "evil": .keyCompromise, "odd": .privilegeWithdrawn, "held": .certificateHold,
        ]
        #expect(reasons.count == expected.count, sourceLocation: sourceLocation)
        for (name, reason) in expected {
            let serial = try #require(self.serials[name])
            let entry = try self.site.authority.findOne("\(serial)", in: [.revoked, .held])
            guard hasDetails || reason != .privilegeWithdrawn else { continue }
            #expect(reasons[serial] == reason, "\(name)", sourceLocation: sourceLocation)
            #expect(entry.reason == reason, "\(name)", sourceLocation: sourceLocation)
        }
    }

    @Test(
        arguments: [
            "rm index.txt", "rm index.txt*", ": > index.txt", "sed -i '/evil/d' index.txt",
            "sed -i 's/^R\\t\\([^\\t]*\\)\\t[^\\t]*/V\\t\\1\\t/' index.txt",
        ],
        ["true", "rm crl.pem", "rm hatohol/audit.log", "rm newcerts/*", "rm hatohol/audit.log hatohol/details"]
    )
    func nothingIsForgotten(_ damage: String, _ further: String) throws {
        try self.damage("\(damage) && \(further)")
        // The database alone would make a list that lets revoked clients back in.
        let error = #expect(throws: AuthorityError.self) {
            try self.site.authority.writeRevocationList(key: self.site.key)
        }
        #expect(error?.code == .damaged && error?.advice?.contains("doctor --repair") == true, "\(error as Any)")
        #expect(try Doctor(base: self.site.base, repair: false).hasErrors)
        for repair in [true, false] {
            // A list that was lost must be written; the doctor has no passphrase for that.
            let errors = try Doctor(base: self.site.base, repair: repair).findings.filter { $0.level == .error }
            #expect(errors.map(\.subject) == (further == "rm crl.pem" ? ["revocation list"] : []), "\(errors)")
        }
        try self.expectNothingForgotten(hasDetails: !further.contains("details"))
    }

    /// The list is older than the release, and must not bring the hold back.
    @Test func aReleaseIsNoLostHold() throws {
        let held = try #require(self.serials["held"])
        _ = try self.site.authority.release([held], key: nil)
        #expect(try #require(try self.site.authority.revocationList()).entries.contains { $0.serial == held })
        try self.damage("rm index.txt*")
        #expect(!(try Doctor(base: self.site.base, repair: true)).hasErrors)
        #expect(try self.site.authority.findOne("held", in: [.valid]).row.serial == held)
        #expect(try !self.site.authority.writeRevocationList(key: self.site.key).entries.contains { $0.serial == held })
    }

    /// `openssl ca` revokes without a line in our log: its list is what knows it.
    @Test func whatTheOtherToolRevokedIsKnownByItsList() async throws {
        let good = try #require(self.serials["good"])
        let layout = self.site.authority.layout
        for arguments in [["-revoke", layout.certificate(good)], ["-gencrl", "-out", layout.revocationList]] {
            let outcome = try await Tool.run("openssl", ["ca", "-config", layout.configuration] + arguments)
            try #require(outcome.isGood, "\(outcome.text)")
        }
        try self.damage(": > index.txt")
        #expect(!(try Doctor(base: self.site.base, repair: true)).hasErrors)
        #expect(try self.site.authority.findOne("good", in: [.revoked]).row.serial == good)
    }

    @Test func aListOfAnotherKeyTellsNothing() throws {
        let other = try Site()
        let serial = try other.issue(.client, "node1").certificate.serial
        let list = try #require(try other.authority.revoke([serial], reason: .superseded, key: other.key))
        try OperatorFile(self.site.authority.layout.revocationList).write(list.pem, force: true)
        try self.expectNothingForgotten()
    }

    @Test func aDamagedListIsReplaced() throws {
        try self.damage("echo damaged > crl.pem")
        #expect(try self.site.authority.whyNewListIsNeeded() == "it cannot be read")
        #expect(
            try Doctor(base: self.site.base, repair: false).findings.contains {
                $0.subject == "revocation list" && $0.level == .error
            }
        )
        try self.expectNothingForgotten()
    }
}
