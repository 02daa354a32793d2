import CertificateAuthority
import TestSupport
import Testing

/// A RabbitMQ with the configuration that we print: who is let in, and a change of its root under way.
struct BrokerTests {
    @Test func onlyGoodClientsAreLetIn() async throws {
        let (site, ended) = try Site.withEndedClient("good")
        let broker = try await LiveBroker(site, server: site.issue(.server, "localhost"))
        for keyType in [KeyType.p256, .p384, .rsa(2048)] {
            let outcome = try await broker.check(
                site.issue(.client, "good", keyType: keyType).files,
                trusting: site.root
            )
            #expect(outcome.isGood, "\(keyType): \(outcome.text)")
        }
        let peer = try await broker.check(site.issue(.peer, "good").files, trusting: site.root)
        #expect(peer.isGood, "\(peer.text)")
        let wrongPurpose = try await broker.check(site.issue(.server, "good").files, trusting: site.root)
        #expect(wrongPurpose.status == 1, "\(wrongPurpose.text)")
        let expired = try await broker.check(ended.files, trusting: site.root)
        #expect(expired.status == 1 && !expired.output.contains(": good,"), "\(expired.text)")
        let ed25519 = try await broker.check(site.issue(.client, "good", keyType: .ed25519).files, trusting: site.root)
        #expect(
            ed25519.output.contains("TLS 1.3: good") && !ed25519.output.contains("TLS 1.2: good"),
            "\(ed25519.text)"
        )
        let nobody = try await broker.check(nil, trusting: site.root)
        #expect(nobody.status == 1, "\(nobody.text)")
        let wrongName = try await broker.check(
            site.issue(.client, "good").files,
            trusting: site.root,
            "--host-name",
            "elsewhere"
        )
        #expect(wrongName.status == 1 && wrongName.output.contains("hostname mismatch"), "\(wrongName.text)")

        let revoked = try site.issue(.client, "good")
        #expect(try await broker.check(revoked.files, trusting: site.root).isGood)
        let list = try #require(
            try site.authority.revoke([revoked.certificate.serial], reason: .keyCompromise, key: site.key)
        )
        _ = try site.authority.install(list, into: "\(broker.directory)/crl")
        let refused = try await broker.check(revoked.files, trusting: site.root)
        #expect(!refused.output.contains(": good,"), "\(refused.text)")
        await broker.process.stop()
    }

    @Test func theRootChangesWhileClientsAreLetIn() async throws {
        let site = try Site()
        let server = try site.issue(.server, "localhost")
        let client = try site.issue(.client, "good")
        let broker = try await LiveBroker(site, server: server)
        let peer = ["--base-directory", site.base, "--peer", "localhost:\(broker.port)"]
        let oldRoot = site.directory.file("old-root.pem")
        try OperatorFile(oldRoot).write(site.authority.root.pem)

        let prepared = try await Tool.hatoholCA("rollover", "prepare", "--base-directory", site.base, "--no-passphrase")
        #expect(prepared.isGood, "\(prepared.text)")
        let rollover = Rollover(site.authority)
        let next = try rollover.next()
        let nextKey = try next.key(nil)
        _ = try next.install(next.writeRevocationList(key: nextKey), into: "\(broker.directory)/crl")
        // The broker does not know the new root yet, and we must not go on.
        let early = try await Tool.run(Tool.program, ["rollover", "reissue"] + peer)
        #expect(early.status == 1 && early.errors.contains("does not trust the new root"), "\(early.text)")
        #expect(rollover.stage == .prepared)

        // Without the bundle, only the cross certificate lets a new client in.
        let reissued = try rollover.reissue(nextKey: nextKey)
        #expect(reissued.count == 2)
        let newClient = try #require(reissued.first { $0.certificate.subject.commonName == "good" })
        let newServer = try #require(reissued.first { $0.certificate.subject.commonName == "localhost" })
        let new = (certificate: newClient.file, key: client.keyFile)
        let forgotten = try await broker.check(new, trusting: oldRoot)
        #expect(forgotten.isGood, "\(forgotten.text)")

        try OperatorFile(broker.trusted).write(contents(of: site.authority.layout.bundle), force: true)
        try await broker.clearCache()
        for identity in [client.files, new] {
            let outcome = try await broker.check(identity, trusting: site.authority.layout.bundle)
            #expect(outcome.isGood, "\(outcome.text)")
        }
        let trusted = try await Tool.run(Tool.program, ["rollover", "reissue"] + peer)
        #expect(trusted.isGood, "\(trusted.text)")
        let tooEarly = try await Tool.run(Tool.program, ["rollover", "switch"] + peer)
        #expect(tooEarly.status == 1 && tooEarly.errors.contains("still shows"), "\(tooEarly.text)")

        let deployed = try await Tool.hatoholCA(
            "deploy",
            "--cert",
            newServer.file,
            "--key",
            server.keyFile,
            "--to",
            "\(broker.directory)/server.pem",
            "--reload",
            "true",
            "--peer",
            "localhost:\(broker.port)"
        )
        #expect(deployed.isGood, "\(deployed.text)")
        // A client that knows the old root alone still accepts the broker, and the new root's clients do as well.
        for root in [oldRoot, next.layout.certificate] {
            let outcome = try await broker.check(client.files, trusting: root)
            #expect(outcome.isGood, "\(outcome.text)")
        }
        let switched = try await Tool.run(Tool.program, ["rollover", "switch"] + peer)
        #expect(switched.isGood, "\(switched.text)")
        let retired = try await Tool.run(Tool.program, ["rollover", "retire"] + peer)
        #expect(retired.isGood, "\(retired.text)")

        try OperatorFile(broker.trusted).write(contents(of: site.authority.layout.bundle), force: true)
        try await broker.clearCache()
        let moved = (certificate: newClient.file.replacingNext, key: client.keyFile)
        let good = try await broker.check(moved, trusting: site.root)
        #expect(good.isGood, "\(good.text)")
        let old = try await broker.check(client.files, trusting: site.root)
        #expect(old.status == 1, "\(old.text)")
        #expect(try Doctor(base: site.base, repair: false).hasErrors == false)
        await broker.process.stop()
    }
}

extension String {
    /// Where a file of the next authority lies after the change.
    fileprivate var replacingNext: String {
        self.split(separator: "/", omittingEmptySubsequences: false).map { $0 == "next" ? "previous" : $0 }.joined(
            separator: "/"
        )
    }
}
