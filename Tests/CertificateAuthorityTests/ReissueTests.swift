import CertificateAuthority
import TestSupport
import Testing

/// What a change of the root signs again: what is in use, and not what a renewal has replaced.
struct ReissueTests {
    private func entry(_ site: Site, _ certificate: Certificate) throws -> CertificateEntry {
        try site.authority.findOne("\(certificate.serial)", in: Set(CertificateEntry.State.allCases))
    }

    private func renew(_ site: Site, _ certificate: Certificate, newKey: PrivateKey? = nil) throws -> Certificate {
        try site.authority.renew(self.entry(site, certificate), newKey: newKey, key: site.key)
    }

    @Test func whatARenewalReplacedIsLeftOut() async throws {
        let site = try Site()
        let first = try site.issue(.client, "web1").certificate
        let second = try self.renew(site, first)
        let third = try self.renew(site, second, newKey: .generate(.p256))
        // The link in the middle is gone, but what follows it has replaced what was before.
        _ = try site.authority.revoke([second.serial], reason: .superseded, key: site.key)
        // The same name in other hands is no renewal.
        let other = try site.issue(.client, "web1").certificate
        // A successor that is held or revoked has replaced nothing.
        let server = try site.issue(.server, "broker").certificate
        let held = try self.renew(site, server)
        _ = try site.authority.revoke([held.serial], reason: .certificateHold, key: site.key)

        let arguments = ["rollover", "reissue", "--base-directory", site.base]
        let early = try await Tool.run(Tool.program, arguments)
        #expect(early.status == 1 && early.errors.contains("at 'none', not at 'prepared'"), "\(early.text)")
        let rollover = Rollover(site.authority)
        let next = try rollover.prepare(NewAuthority(name: "Next CA"), key: site.key)
        let plan = try rollover.reissuing()
        #expect(plan.due.map(\.entry.row.serial) == [third.serial, other.serial, server.serial])
        #expect(plan.superseded.map(\.entry.row.serial) == [first.serial])
        #expect(plan.superseded.map(\.by) == [third.serial])

        let line = "skipped: \(first.serial) /O=client/CN=web1: \(third.serial) has replaced it"
        for option in ["--dry-run", nil] {
            let said = try await Tool.run(Tool.program, arguments + [option].compactMap(\.self))
            #expect(said.isGood && said.output.contains(line), "\(said.text)")
        }
        #expect(try next.entries().map(\.details.renewedFrom) == [third, other, server].map { "\($0.serial)" })
        let json = try await Tool.run(Tool.program, arguments + ["--json"])
        #expect(json.output.contains("\"replacedBy\":\"\(third.serial)\""), "\(json.text)")
        #expect(try next.entries().count == 3)
    }

    @Test func aRecordThatRunsInACircleEnds() throws {
        let site = try Site()
        let first = try site.issue(.client, "web1").certificate
        let second = try self.renew(site, first)
        let details = site.authority.layout.details
        let circle = "\(first.serial)\tprofile=client\trenewed-from=\(second.serial)\n"
        try OperatorFile(details).write(contents(of: details) + Array(circle.utf8), mode: 0o600, force: true)
        let rollover = Rollover(site.authority)
        _ = try rollover.prepare(NewAuthority(name: "Next CA"), key: site.key)
        let plan = try rollover.reissuing()
        #expect(plan.due.count + plan.superseded.count == 2 && !plan.due.isEmpty)
    }
}
