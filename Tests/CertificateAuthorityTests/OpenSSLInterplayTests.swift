import CertificateAuthority
import TestSupport
import Testing

/// Both tools on one directory.
struct OpenSSLInterplayTests {
    private func opensslCA(_ site: Site, _ arguments: String...) async throws -> Outcome {
        try await Tool.run("openssl", ["ca", "-batch", "-config", site.configuration] + arguments)
    }

    @Test func randomOperationsInTurn() async throws {
        let site = try Site()
        let path = site.directory.path
        _ = try await Tool.openssl(
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            "\(path)/k",
            "-subj",
            "/O=client/CN=\u{00E9}t\u{00E9}",
            "-utf8",
            "-out",
            "\(path)/req.pem"
        )
        var random = SystemRandomNumberGenerator()
        for step in 0..<24 {
            let valid = try site.authority.entries().filter { $0.state == .valid }
            switch (Int.random(in: 0..<6, using: &random), valid.randomElement()) {
            case (0, _), (_, nil): try site.issue(.client, "node\(step)")
            case (1, _):
                let outcome = try await self.opensslCA(
                    site,
                    "-in",
                    "\(path)/req.pem",
                    "-out",
                    "\(path)/\(step).pem",
                    "-notext"
                )
                #expect(outcome.isGood, "\(outcome.text)")
            case (2, let entry?):
                let reason = RevocationReason.allCases.filter { $0 != .removeFromCRL }.randomElement() ?? .unspecified
                _ = try site.authority.revoke([entry.row.serial], reason: reason, key: site.key)
            case (3, let entry?):
                let outcome = try await self.opensslCA(
                    site,
                    "-revoke",
                    site.authority.layout.certificate(entry.row.serial),
                    "-crl_reason",
                    "superseded"
                )
                #expect(outcome.isGood, "\(outcome.text)")
            case (4, let entry?):
                _ = try site.authority.revoke([entry.row.serial], reason: .certificateHold, key: site.key)
                _ = try site.authority.release([entry.row.serial], key: site.key)
            case (_, let entry?):
                // Signed by openssl ca, whose name is no host name: it could not get an alternative name.
                guard (try? HostName(entry.row.commonName)) != nil else { continue }
                _ = try site.authority.renew(entry, key: site.key)
            }
        }
        try await self.expectAgreement(site)
        let doctor = try Doctor(base: site.base, repair: false)
        #expect(!doctor.hasErrors, "\(doctor.findings)")
    }

    private func expectAgreement(_ site: Site) async throws {
        for row in try site.authority.index().rows {
            let outcome = try await self.opensslCA(site, "-status", "\(row.serial)")
            #expect(
                outcome.errors.contains("\(row.serial)=") && outcome.errors.contains("(\(row.status.rawValue))"),
                "\(outcome.text)"
            )
        }
        let ours = try site.authority.writeRevocationList(key: site.key)
        let file = site.directory.file("theirs.pem")
        let outcome = try await self.opensslCA(site, "-gencrl", "-out", file)
        #expect(outcome.isGood, "\(outcome.text)")
        let theirs = try RevocationList(bytes: contents(of: file), from: "theirs.pem")
        #expect(Set(ours.entries.map(\.serial)) == Set(theirs.entries.map(\.serial)))
        #expect(try #require(theirs.number).description > (try #require(ours.number)).description)
    }

    @Test func anAuthorityOfTheOriginalScriptsIsTakenOver() async throws {
        let old = try await OldAuthority()
        let before = try #require(try old.authority.entries().first)
        #expect(before.row.commonName == "broker.example.com")
        let message = try await Tool.hatoholCA("init", "--base-directory", old.base)
        #expect(message.status == 1 && message.errors.contains("--renew"), "\(message.text)")
        let renewed = try old.authority.renewSelf(key: old.authority.key(nil))
        #expect(renewed.certificate.notAfter.days(since: .now) > 3600)
        #expect(renewed.certificate.subject == old.authority.certificate.subject)
        // What the old certificate signed verifies with the new one, strictly now.
        let verified = try await Tool.openssl("verify", "-CAfile", renewed.layout.certificate, old.certificateFile)
        #expect(verified.isGood, "\(verified.text)")
        #expect(Lint.findings(old.certificate).contains { $0.rule == "no-digital-signature" })
        let leaf = try renewed.renew(before, key: renewed.key(nil))
        #expect(leaf.alternativeNames == [.dns("broker.example.com")])
        #expect(Lint.findings(leaf).allSatisfy { $0.severity == .notice }, "\(Lint.findings(leaf))")
        let list = try #require(try renewed.revoke([before.row.serial], reason: .superseded, key: renewed.key(nil)))
        #expect(list.entries.map(\.serial) == [before.row.serial])
    }

    /// Certificates that name their issuer's serial number find the renewed root only if that is the same.
    @Test(arguments: [("keyid:always", false), ("keyid:always,issuer:always", true)])
    func whatNamesTheSerialNumberKeepsVerifying(_ identifier: String, _ isKept: Bool) async throws {
        let site = try Site()
        let layout = site.authority.layout
        let config = String(decoding: try contents(of: layout.configuration), as: UTF8.self)
        let changed = config.replacing(
            "authorityKeyIdentifier = keyid:always",
            with: "authorityKeyIdentifier = \(identifier)"
        )
        try OperatorFile(layout.configuration).write(Array(changed.utf8), force: true)
        let request = site.directory.file("req.pem")
        try OperatorFile(request).write(Identity(.client, host: HostName("node1")).request(key: .generate(.p256)).pem)
        let leaf = site.directory.file("leaf.pem")
        let signed = try await self.opensslCA(site, "-in", request, "-out", leaf, "-notext")
        try #require(signed.isGood, "\(signed.text)")
        let renewed = try site.authority.renewSelf(key: site.key)
        #expect((renewed.certificate.serial == site.authority.certificate.serial) == isKept)
        #expect(renewed.certificate != site.authority.certificate)
        let verified = try await Tool.openssl("verify", "-CAfile", layout.certificate, leaf)
        #expect(verified.isGood, "\(verified.text)")
    }

    @Test func initOffersAnOldAuthorityItsRenewal() async throws {
        let old = try await OldAuthority()
        let arguments = ["init", "--base-directory", old.base]
        func certificate() throws -> Certificate { try Authority(base: old.base).certificate }
        for answers in [["no\n"], ["perhaps\n", "NO\n"], ["\u{4}"]] {
            let refused = try await Tool.atTerminal(arguments, typing: answers)
            #expect(refused.status == 1 && refused.output.contains("nothing was changed"), "\(refused.text)")
            #expect(try certificate() == old.authority.certificate)
        }
        for option in ["--json", "--dry-run"] {
            #expect(try await Tool.atTerminal(arguments + [option], typing: []).status == 1)
        }
        let renewed = try await Tool.atTerminal(arguments, typing: ["yes\n"])
        #expect(renewed.isGood && renewed.output.contains("renewed with the same key and name"), "\(renewed.text)")
        let now = try certificate()
        #expect(now.notAfter.days(since: .now) > 3600 && now.subject == old.authority.certificate.subject)
        #expect(try #require(now.publicKey).matches(#require(old.authority.certificate.publicKey)))
        // It is young now, and nobody is asked any more.
        #expect(try await Tool.atTerminal(arguments, typing: []).output.contains("--if-needed"))
    }

    @Test func theDoctorMendsWhatAKilledOpensslLeft() async throws {
        let site = try Site()
        let issued = try site.issue(.server, "broker.example.com")
        let layout = site.authority.layout
        let index = try contents(of: layout.index)
        // Killed between its two renamings: the database has another name; and a certificate has no row yet.
        try OperatorFile(layout.index + ".new").write(index)
        _ = try await Tool.run("mv", [layout.index, layout.index + ".old"])
        #expect(throws: AuthorityError.self) {
            try site.authority.revoke([issued.certificate.serial], reason: .superseded, key: site.key)
        }
        #expect(try Doctor(base: site.base, repair: false).hasErrors)
        #expect(!(try Doctor(base: site.base, repair: true)).hasErrors)
        #expect(try contents(of: layout.index) == index)

        try OperatorFile(layout.index).write([], force: true)
        try Doctor(base: site.base, repair: true).expectNoErrors()
        #expect(try site.authority.index().rows.map(\.serial) == [issued.certificate.serial])

        try OperatorFile(layout.index).write(Array(String(decoding: index, as: UTF8.self).dropLast().utf8), force: true)
        try Doctor(base: site.base, repair: true).expectNoErrors()
        #expect(try contents(of: layout.index) == index)
    }
}

extension Doctor {
    func expectNoErrors(sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(!self.hasErrors, "\(self.findings)", sourceLocation: sourceLocation)
    }
}
