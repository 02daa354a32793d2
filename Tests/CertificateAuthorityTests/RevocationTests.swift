import CertificateAuthority
import TestSupport
import Testing

/// Revocation lists: numbers, reasons, holds, and the place where Erlang looks.
struct RevocationTests {
    let site: Site

    init() throws { self.site = try Site() }

    @Test func numbersRiseAndReasonsAreTrue() async throws {
        var last = ""
        for reason in RevocationReason.allCases where reason != .removeFromCRL && reason != .certificateHold {
            let serial = try self.site.issue(.client, "node-\(reason.rawValue)").certificate.serial
            let list = try #require(try self.site.authority.revoke([serial], reason: reason, key: self.site.key))
            let entry = try #require(list.entries.first { $0.serial == serial })
            #expect(entry.reason == (reason == .unspecified ? nil : reason))
            let number = try #require(list.number).description
            #expect(number > last)
            last = number
            #expect(list.hasAuthorityKeyIdentifier && !list.hasIssuingDistributionPoint)
        }
        // Reasons that it has no word for would stop every command of the other tool.
        let theirs = try await Tool.openssl(
            "ca",
            "-config",
            self.site.configuration,
            "-gencrl",
            "-out",
            self.site.directory.file("theirs.pem")
        )
        #expect(theirs.isGood, "\(theirs.text)")
        let script =
            "import subprocess, sys; sys.exit(subprocess.run(['lint_crl','lint','-t','CRL','-p','PKIX','-s','ERROR',sys.argv[1]]).returncode)"
        let lint = try await Tool.python(script, [self.site.authority.layout.revocationList])
        #expect(lint.isGood, "\(lint.text)")
    }

    @Test func aHoldEnds() throws {
        let serial = try self.site.issue(.client, "node1").certificate.serial
        let held = try #require(try self.site.authority.revoke([serial], reason: .certificateHold, key: self.site.key))
        #expect(held.entries.first?.reason == .certificateHold)
        #expect(try self.site.authority.entries().first?.state == .held)
        let released = try #require(try self.site.authority.release([serial], key: self.site.key))
        #expect(released.entries.isEmpty)
        #expect(throws: AuthorityError.self) { try self.site.authority.release([serial], key: self.site.key) }
    }

    @Test func aRevocationKeepsItsTimeAndReason() throws {
        let serial = try self.site.issue(.client, "node1").certificate.serial
        _ = try self.site.authority.revoke([serial], reason: .keyCompromise, key: self.site.key)
        let list = try #require(try self.site.authority.revoke([serial], reason: .superseded, key: self.site.key))
        #expect(list.entries.first?.reason == .keyCompromise)
    }

    @Test func oneListForEachIssuerIsInstalled() async throws {
        let directory = self.site.directory.file("crl")
        let list = try self.site.authority.writeRevocationList(key: self.site.key)
        let path = try self.site.authority.install(list, into: directory)
        let hash = try await Tool.openssl("crl", "-hash", "-noout", "-in", path)
        #expect(path == "\(directory)/\(hash.output.split(separator: "\n")[0]).r0")
        try OperatorFile(String(path.dropLast()) + "1").write(list.pem)
        let again = try self.site.authority.install(
            self.site.authority.writeRevocationList(key: self.site.key),
            into: directory
        )
        #expect(again == path)
        #expect(!OperatorFile(String(path.dropLast()) + "1").exists)
    }

    @Test func aNewListIsWrittenWhenItMust() throws {
        #expect(try self.site.authority.whyNewListIsNeeded() != nil)
        _ = try self.site.authority.writeRevocationList(key: self.site.key)
        #expect(try self.site.authority.whyNewListIsNeeded() == nil)
        let later = try Authority(base: self.site.base, clock: { .now + 16 * 86_400 })
        #expect(try later.whyNewListIsNeeded() != nil)
        let serial = try self.site.issue(.client, "node1").certificate.serial
        _ = try self.site.authority.revoke([serial], reason: .superseded, key: nil)
        #expect(try self.site.authority.whyNewListIsNeeded() != nil)
    }

    @Test func anEndingListIsNotInstalled() throws {
        let list = try self.site.authority.writeRevocationList(key: self.site.key, lifetime: .hours(1))
        let late = try Authority(base: self.site.base, clock: { .now + 60 })
        #expect(throws: AuthorityError.self) { try late.install(list, into: self.site.directory.file("crl")) }
    }
}
