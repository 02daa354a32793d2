import CertificateAuthority
import Enrolment
import Glibc
import TestSupport
import Testing

/// The enrolment service publishes the revocation list, and brokers fetch it.
struct PublishedListTests {
    private func fetch(_ served: ServedAuthority, _ directory: String, _ options: String...) async throws -> Outcome {
        try await Tool.run(
            Tool.program,
            [
                "crl", "fetch", "--url", served.url, "--ca", served.site.root, "--install", directory, "--patience",
                "0",
            ] + options
        )
    }

    private func installed(_ directory: String) throws -> [RevocationList] {
        try Command.run("ls", [directory]).split(separator: "\n").map {
            try RevocationList(bytes: contents(of: "\(directory)/\($0)"), from: "\($0)")
        }
    }

    @Test func aBrokerHasWhatIsRevoked() async throws {
        let site = try Site()
        let served = try await ServedAuthority(site)
        let lists = site.directory.file("crl")
        let first = try await self.fetch(served, lists)
        #expect(first.isGood, "\(first.text)\(served.log)")
        #expect(try self.installed(lists).map(\.entries.count) == [0])
        // Another command revokes, and leaves the list to others.
        let serial = try site.issue(.client, "node1").certificate.serial
        _ = try site.authority.revoke([serial], reason: .superseded, key: nil)
        let second = try await self.fetch(served, lists)
        #expect(second.isGood, "\(second.text)")
        #expect(try self.installed(lists).first?.entries.map(\.serial) == [serial])
        // Nothing has changed: the same list is there, and that is no failure.
        let before = try self.installed(lists).first?.number
        #expect(try await self.fetch(served, lists).isGood)
        #expect(try self.installed(lists).first?.number == before)
        let rehearsed = try await self.fetch(served, site.directory.file("nowhere"), "--dry-run")
        #expect(rehearsed.isGood && !OperatorFile(site.directory.file("nowhere")).exists, "\(rehearsed.text)")
    }

    /// While the root changes both lists are published, and each gets its own file.
    @Test func bothListsOfAChangeOfTheRoot() async throws {
        let site = try Site()
        let next = try Rollover(site.authority).prepare(NewAuthority(name: "Next CA"), key: site.key)
        _ = try next.writeRevocationList(key: next.key(nil))
        let served = try await ServedAuthority(site)
        let lists = site.directory.file("crl")
        let fetched = try await Tool.hatoholCA(
            "crl",
            "fetch",
            "--url",
            served.url,
            "--ca",
            site.authority.layout.bundle,
            "--install",
            lists
        )
        #expect(fetched.isGood, "\(fetched.text)\(served.log)")
        #expect(try Set(self.installed(lists).map(\.issuer)).count == 2)
    }

    /// A broker with too old a list says so, whether or not there is a newer one.
    @Test func theEndOfAListIsWarnedOf() async throws {
        let site = try Site()
        let served = try await ServedAuthority(site)
        let lists = site.directory.file("crl")
        let soon = try await self.fetch(served, lists, "--within", "40")
        #expect(soon.status == 2 && soon.errors.contains("ends at"), "\(soon.text)")
        served.process.signal(SIGTERM)
        try await served.process.wait()
        let away = try await self.fetch(served, lists, "--within", "40")
        #expect(away.status == 1 && away.errors.contains("ends at") && away.errors.contains("connect"), "\(away.text)")
        let young = try await self.fetch(served, lists)
        #expect(young.status == 1 && !young.errors.contains("ends at"), "\(young.text)")
    }

    @Test func aListOfAStrangerIsRefused() throws {
        let site = try Site()
        let stranger = try Site()
        let list = try stranger.authority.writeRevocationList(key: stranger.key)
        #expect(throws: AuthorityError.self) {
            try PublishedLists(pem: list.pem, roots: [site.authority.certificate])
        }
        // One that is known among them is taken, and the other one passed over.
        let own = try site.authority.writeRevocationList(key: site.key)
        let both = try PublishedLists(pem: list.pem + own.pem, roots: [site.authority.certificate])
        #expect(both.lists.map(\.list.issuer) == [own.issuer])
        for days in [-40, 1] {
            let late = try Authority(base: site.base, clock: { .now + days * 86_400 })
            guard let other = try? late.writeRevocationList(key: site.key) else { continue }
            #expect(throws: AuthorityError.self) {
                try PublishedLists(pem: other.pem, roots: [site.authority.certificate])
            }
        }
    }

    /// The root did not sign the list of an authority below it: the certificate that leads to it comes along.
    @Test func aListOfAnAuthorityBelowIsTaken() throws {
        let chain = try VerificationTests.Chain()
        let pem = try chain.issuing.publishedLists(key: chain.issuingKey)
        let lists = try PublishedLists(pem: pem, roots: [chain.root.authority.certificate])
        #expect(lists.lists.map(\.issuer) == [chain.issuing.certificate])
        #expect(throws: AuthorityError.self) { try PublishedLists(pem: pem, roots: [Site().authority.certificate]) }
    }

    /// A list that cannot be renewed is published as long as it is good.
    @Test func whatCannotBeRenewedIsPublishedStill() throws {
        let site = try Site()
        let serial = try site.issue(.client, "node1").certificate.serial
        let list = try #require(try site.authority.revoke([serial], reason: .superseded, key: site.key))
        try Command.run("sh", ["-c", ": > '\(site.authority.layout.index)'"])
        #expect(try site.authority.publishedLists(key: site.key) == list.pem)
        let late = try Authority(base: site.base, clock: { .now + 40 * 86_400 })
        #expect(throws: AuthorityError.self) { try late.publishedLists(key: site.key) }
    }

    /// A key has leaked: which nodes came by it, and out with them, their renewals included.
    @Test func whatCameByARegistrationKeyIsListedAndRevoked() async throws {
        let site = try Site()
        var new = NewRegistrationKey(names: ["*"].compactMap { NameGlob($0) })
        new.limit = 5
        let (key, text) = try site.authority.addRegistrationKey(new)
        var serials: [SerialNumber] = []
        for host in ["web1", "web2"] {
            let request = try Identity(.client, host: HostName(host)).request(key: .generate(.p256))
            let order = EnrolmentOrder(key: text, request: String(decoding: request.pem, as: UTF8.self))
            serials.append(try site.authority.enroll(order, requester: "192.0.2.1", key: site.key).serial)
        }
        let entry = try site.authority.findOne("web1", in: [.valid])
        serials.append(try site.authority.renew(entry, key: site.key).serial)
        let other = try site.issue(.client, "web3").certificate.serial
        func run(_ arguments: String...) async throws -> Outcome {
            try await Tool.run(Tool.program, arguments + ["--base-directory", site.base])
        }
        let listed = try await run("list", "--registration-key", key.id, "--json")
        #expect(listed.output.split(separator: "\n").count == 3, "\(listed.text)")
        #expect(listed.output.contains("\"registrationKey\":\"\(key.id)\""))
        for arguments in [["list", "--registration-key", "00000000"], ["revoke", "--registration-key", "00000000"]] {
            let unknown = try await Tool.run(Tool.program, arguments + ["--base-directory", site.base])
            #expect(unknown.status == 1 && unknown.errors.contains("key list"), "\(unknown.text)")
        }
        for arguments in [["revoke"], ["revoke", "web1", "--registration-key", key.id]] {
            #expect(try await Tool.run(Tool.program, arguments + ["--base-directory", site.base]).status == 64)
        }
        let revoked = try await run("revoke", "--registration-key", key.id, "--reason", "cessationOfOperation")
        #expect(revoked.isGood && revoked.output.contains("key remove \(key.id)"), "\(revoked.text)")
        let list = try #require(try site.authority.revocationList())
        #expect(Set(list.entries.map(\.serial)) == Set(serials))
        #expect(try site.authority.findOne("\(other)", in: [.valid]).row.serial == other)
    }
}
