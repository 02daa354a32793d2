import CertificateAuthority
import TestSupport
import Testing

/// A revocation concerns a key where its reason does, whatever certificates there are for it.
struct SameKeyTests {
    private let site: Site
    private var next: String { self.site.authority.layout.next }

    init() throws { self.site = try Site() }

    private func run(_ arguments: String...) async throws -> Outcome {
        try await Tool.run(Tool.program, arguments + ["--base-directory", self.site.base])
    }

    private func state(_ certificate: Certificate, _ base: String? = nil) throws -> CertificateEntry.State? {
        let authority = try Authority(base: base ?? self.site.base)
        return try authority.entries().first { $0.row.serial == certificate.serial }?.state
    }

    private func renewed(_ issued: Issued) throws -> Certificate {
        let entry = try self.site.authority.findOne("\(issued.certificate.serial)", in: [.valid])
        return try self.site.authority.renew(entry, key: self.site.key)
    }

    /// Everything signed again by a new root.
    private func reissued(passphrase: Passphrase? = nil) throws -> [(certificate: Certificate, file: String)] {
        var new = NewAuthority(name: "Next CA")
        new.keyType = .p256
        new.passphrase = passphrase
        let rollover = Rollover(self.site.authority)
        let next = try rollover.prepare(new, key: self.site.key)
        return try rollover.reissue(nextKey: next.key(passphrase))
    }

    @Test(arguments: [
        (["--reason", "keyCompromise"], CertificateEntry.State.revoked), (["--reason", "superseded"], .valid),
        (["--reason", "superseded", "--same-key"], .revoked),
    ])
    func aRenewalFollowsWhereTheReasonIsTheKey(_ options: [String], _ state: CertificateEntry.State) async throws {
        let issued = try self.site.issue(.client, "stolen")
        let successor = try self.renewed(issued)
        let other = try self.site.issue(.client, "stolen").certificate
        let arguments = ["revoke", issued.certificateFile, "--base-directory", self.site.base] + options
        let outcome = try await Tool.run(Tool.program, arguments)
        #expect(outcome.isGood && outcome.output.contains("\(successor.serial)"), "\(outcome.text)")
        #expect(try self.state(issued.certificate) == .revoked && self.state(successor) == state)
        #expect(try self.state(other) == .valid, "another key of that name is not concerned")
        let list = try #require(try self.site.authority.revocationList())
        #expect(list.entries.contains { $0.serial == successor.serial } == (state == .revoked))
    }

    @Test func aRevocationReachesWhatTheNewRootSigned() async throws {
        let stolen = try self.site.issue(.client, "stolen")
        let twin = try #require(try self.reissued().first)
        let lists = self.site.directory.file("crl")
        let named = try await self.run("revoke", stolen.certificateFile, "--reason", "superseded", "--dry-run")
        #expect(named.isGood && !named.output.contains("\(twin.certificate.serial)"), "\(named.text)")
        let revoked = try await self.run("revoke", "stolen", "--reason", "keyCompromise", "--install", lists)
        #expect(revoked.isGood && revoked.output.contains("\(twin.certificate.serial)"), "\(revoked.text)")
        #expect(try self.state(stolen.certificate) == .revoked && self.state(twin.certificate, self.next) == .revoked)
        let files = try Command.run("ls", [lists]).split(separator: "\n").map { "\(lists)/\($0)" }
        #expect(files.count == 2)
        let next = try Authority(base: self.next)
        var options = VerificationOptions(trusted: [next.certificate, self.site.authority.certificate])
        options.revocationLists = try files.map { try RevocationList(bytes: contents(of: $0), from: $0) }
        #expect(try Verification(twin.certificate, options).reason?.contains("revoked") == true)
    }

    /// The other authority has a passphrase of its own: its record changes, and its list is left to the operator.
    @Test func aListThatCannotBeSignedIsNamed() async throws {
        let stolen = try self.site.issue(.client, "stolen")
        let twin = try #require(try self.reissued(passphrase: Passphrase("correct horse".utf8)).first)
        let revoked = try await self.run("revoke", stolen.certificateFile, "--reason", "keyCompromise")
        #expect(revoked.isGood, "\(revoked.text)")
        #expect(revoked.output.contains("run 'hatohol-ca crl --base-directory \(self.next)'"), "\(revoked.text)")
        #expect(try self.state(twin.certificate, self.next) == .revoked)
    }

    /// After the switch the old certificate is on the record of the authority before.
    @Test func aRevocationReachesWhatTheOldRootSigned() async throws {
        let stolen = try self.site.issue(.client, "stolen")
        let twin = try #require(try self.reissued().first)
        _ = try Rollover(self.site.authority).switchOver()
        let revoked = try await self.run("revoke", "stolen", "--reason", "keyCompromise")
        #expect(revoked.isGood, "\(revoked.text)")
        let previous = self.site.authority.layout.previous
        #expect(try self.state(twin.certificate) == .revoked && self.state(stolen.certificate, previous) == .revoked)
    }

    @Test func aCompromisedKeyIsNotCertifiedAgain() throws {
        let stolen = try self.site.issue(.client, "stolen")
        let authority = self.site.authority
        _ = try authority.revoke([stolen.certificate.serial], reason: .keyCompromise, key: nil)
        let identity = Identity(.client, host: try HostName("harmless"))
        var order = SigningOrder(.client)
        let error = #expect(throws: AuthorityError.self) {
            try authority.plan(identity.request(key: stolen.key), order, from: "req.pem")
        }
        #expect(error?.code == .refused && error?.reason.contains("compromised") == true)
        order.acceptsCompromisedKey = true
        _ = try authority.plan(identity.request(key: stolen.key), order, from: "req.pem")
        // Nor by the new root, which has no record of it yet.
        _ = try self.reissued()
        let next = try Authority(base: self.next)
        #expect(throws: AuthorityError.self) {
            try next.plan(identity.request(key: stolen.key), SigningOrder(.client), from: "req.pem")
        }
    }

    @Test func whatWasOnHoldIsSignedAgainAfterItsRelease() async throws {
        try self.site.issue(.client, "good")
        let held = try self.site.issue(.client, "held").certificate
        _ = try self.site.authority.revoke([held.serial], reason: .certificateHold, key: self.site.key)
        #expect(try self.reissued().map(\.certificate.subject.commonName) == ["good"])
        _ = try Rollover(self.site.authority).switchOver()
        let nothing = try await self.run("rollover", "reissue")
        #expect(nothing.isGood && nothing.output.contains("skipped: \(held.serial)"), "\(nothing.text)")

        let previous = self.site.authority.layout.previous
        let released = try await Tool.hatoholCA("release", "held", "--base-directory", previous)
        #expect(released.isGood && released.output.contains("rollover reissue"), "\(released.text)")
        let signed = try await self.run("rollover", "reissue", "--json")
        let authority = try Authority(base: self.site.base)
        let again = try #require(try authority.entries().first { $0.details.renewedFrom == "\(held.serial)" })
        #expect(signed.isGood && signed.output.contains("\(previous)/reissued/held-client-"), "\(signed.text)")
        #expect(again.state == .valid && again.row.commonName == "held")
        // Each is signed again once.
        #expect(try Rollover(authority).reissuing().due.isEmpty)
    }
}
