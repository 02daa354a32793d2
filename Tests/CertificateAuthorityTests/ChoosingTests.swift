import CertificateAuthority
import TestSupport
import Testing

/// A name that several certificates have is not guessed at, and none of them is hidden.
struct ChoosingTests {
    private let site: Site

    init() throws { self.site = try Site() }

    private func run(_ arguments: String...) async throws -> Outcome {
        try await Tool.run(Tool.program, arguments + ["--base-directory", self.site.base])
    }

    private func renewed(_ certificate: Certificate) throws -> Certificate {
        let entry = try self.site.authority.findOne("\(certificate.serial)", in: [.valid])
        return try self.site.authority.renew(entry, key: self.site.key)
    }

    @Test(arguments: [
        ["renew", "broker.example.com", "--out", "OUT"], ["rekey", "broker.example.com", "--output-directory", "OUT"],
        ["show", "broker.example.com"], ["show", "DNS:broker.example.com", "--rabbitmq-user"],
        ["revoke", "broker.example.com"], ["hold", "BROKER.example.com"],
    ])
    func severalAreRefused(_ arguments: [String]) async throws {
        let server = try self.site.issue(.server, "broker.example.com").certificate
        let client = try self.site.issue(.client, "broker.example.com").certificate
        let out = self.site.directory.file("out")
        let base = ["--base-directory", self.site.base]
        let command = arguments.map { $0 == "OUT" ? out : $0 } + base
        let refused = try await Tool.run(Tool.program, command)
        #expect(refused.status == 1 && !OperatorFile(out).exists, "\(refused.text)")
        for words in ["\(server.serial) server", "\(client.serial) client", "serial number", "--purpose"] {
            #expect(refused.errors.contains(words), "\(refused.text)")
        }
        #expect(try self.site.authority.entries().map(\.state) == [.valid, .valid])
        let chosen = try await Tool.run(Tool.program, command + ["--purpose", "server"])
        #expect(chosen.isGood && chosen.output.contains("server"), "\(chosen.text)")
        #expect(try self.site.authority.findOne("\(client.serial)", in: [.valid]).row.serial == client.serial)
    }

    /// Renewing every year must not become ambiguous by itself.
    @Test func whatWasRenewedIsNotMeant() async throws {
        let first = try self.site.issue(.server, "broker.example.com").certificate
        let second = try self.renewed(first)
        #expect(try self.site.authority.findOne("broker.example.com", in: [.valid]).row.serial == second.serial)
        let third = try self.renewed(second)
        let shown = try await self.run("show", "broker.example.com")
        #expect(shown.output.contains("\(third.serial)") && !shown.output.contains("\(first.serial)"), "\(shown.text)")
        let all = try await self.run("show", "broker.example.com", "--all")
        #expect(all.output.contains("\(third.serial)") && all.output.contains("\(first.serial)"), "\(all.text)")
        // The old ones are valid still, so that a revocation concerns them.
        let revoked = try await self.run("revoke", "broker.example.com")
        #expect(revoked.status == 1 && revoked.errors.contains("--all"), "\(revoked.text)")
    }

    @Test func aValidOneIsMeantBeforeAnExpiredOne() throws {
        let (site, ended) = try Site.withEndedClient("node1")
        #expect(try site.authority.findOne("node1", in: [.valid, .expired]).row.serial == ended.certificate.serial)
        let valid = try site.issue(.client, "node1").certificate
        #expect(try site.authority.findOne("node1", in: [.valid, .expired]).row.serial == valid.serial)
    }

    /// Two hosts of one subject, of which one ends soon.
    @Test func anEndIsNotHiddenByANamesake() throws {
        let long = String(repeating: "a", count: 60) + ".example.com"
        let soon = try [
            self.site.issue(.client, "agent", names: ["DNS:rack1"], lifetime: .days(5)),
            self.site.issue(.client, "node1.\(long)", lifetime: .days(6)),
            self.site.issue(.client, "twice", lifetime: .days(7)),
        ].map(\.certificate.serial)
        try self.site.issue(.client, "agent", names: ["DNS:rack2"])
        try self.site.issue(.client, "node1.b\(long)")
        try self.site.issue(.client, "twice")
        #expect(try self.site.authority.expiring(within: .days(30)).map(\.row.serial) == soon)
        // A renewal is what ends the warning.
        for serial in soon {
            let entry = try self.site.authority.findOne("\(serial)", in: [.valid])
            _ = try self.site.authority.renew(entry, key: self.site.key)
        }
        #expect(try self.site.authority.expiring(within: .days(30)).isEmpty)
    }

    /// `openssl ca` leaves no line of renewals: the same key, subject and names are one.
    @Test func aRenewalByTheOtherToolIsKnownByItsKey() throws {
        let ending = try self.site.issue(.client, "node1", lifetime: .days(5))
        let identity = Identity(.client, host: try HostName("node1"))
        let plan = try self.site.authority.plan(identity, key: ending.key, SigningOrder(.client))
        _ = try self.site.authority.sign(plan, key: self.site.key)
        #expect(try self.site.authority.expiring(within: .days(30)).isEmpty)
    }

    /// Whatever fails, the pair that works stays.
    @Test func aFailedRekeyLeavesThePair() async throws {
        let node = self.site.directory.file("node")
        let issued = try await self.run("issue", "client", "--host-name", "node1", "--output-directory", node)
        try #require(issued.isGood, "\(issued.text)")
        let files = ["\(node)/key.pem", "\(node)/client-cert.pem"]
        let before = try files.map(contents(of:))
        let arguments = ["rekey", "node1", "--output-directory", node, "--force"]
        // The certificate cannot be signed: another process has the directory.
        let lock = try ChildProcess("flock", ["-o", "\(self.site.base)/CA/hatohol/lock", "sleep", "300"])
        try await eventually("the lock is held") {
            try await !Tool.run("flock", ["-n", "\(self.site.base)/CA/hatohol/lock", "true"]).isGood
        }
        let busy = try await Tool.run(Tool.program, arguments + ["--wait", "0", "--base-directory", self.site.base])
        #expect(busy.status == 1 && busy.errors.contains("still holds it"), "\(busy.text)")
        await lock.stop()
        #expect(try files.map(contents(of:)) == before)
        #expect(!OperatorFile("\(node)/key.pem.pending").exists)
        let done = try await Tool.run(Tool.program, arguments + ["--base-directory", self.site.base])
        #expect(done.isGood, "\(done.text)")
        let key = try PrivateKey(pem: contents(of: files[0]), from: files[0])
        let certificate = try Certificate(bytes: contents(of: files[1]), from: files[1])
        #expect(certificate.publicKey?.matches(key) == true)
        #expect(try zip(files, before).allSatisfy { try contents(of: $0 + ".old") == $1 })
    }
}
