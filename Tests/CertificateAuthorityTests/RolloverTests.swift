import AMQP
import CertificateAuthority
import TestSupport
import Testing

/// A change of the root under a RabbitMQ that works: who is connected stays, and who comes is let in.
struct RolloverTests {
    private let site: Site
    private var bundle: String { self.site.authority.layout.bundle }

    init() throws { self.site = try Site() }

    private func rollover(_ stage: String, _ options: String...) async throws {
        let arguments = ["rollover", stage, "--base-directory", self.site.base] + options
        let outcome = try await Tool.run(Tool.program, arguments)
        try #require(outcome.isGood, "\(stage): \(outcome.text)")
    }

    /// A copy as a host has it, wherever the authority moves its own.
    private func copy(_ file: String, as name: String) throws -> String {
        let path = self.site.directory.file(name)
        try OperatorFile(path).write(contents(of: file))
        return path
    }

    private func trust(_ file: String, at broker: LiveBroker) async throws {
        try OperatorFile(broker.trusted).write(contents(of: file), force: true)
        try await broker.clearCache()
    }

    @Test func clientsStayConnectedThroughout() async throws {
        let server = try self.site.issue(.server, "localhost")
        let client = try self.site.issue(.client, "good")
        let oldRoot = try self.copy(self.site.root, as: "old-root.pem")
        let broker = try await LiveBroker(self.site, server: server)
        let clients = HeldClients(of: broker)
        try await clients.join("at first", client.files, trusting: oldRoot)

        try await self.rollover("prepare", "--no-passphrase")
        let next = try Rollover(self.site.authority).next()
        let newRoot = try self.copy(next.layout.certificate, as: "new-root.pem")
        _ = try next.install(next.writeRevocationList(key: next.key(nil)), into: "\(broker.directory)/crl")
        try await clients.join("prepared", client.files, trusting: self.bundle)

        let reissued = try Rollover(self.site.authority).reissue(nextKey: next.key(nil))
        func new(_ name: String) throws -> String {
            let found = reissued.first { $0.certificate.subject.commonName == name }
            return try self.copy(#require(found).file, as: "new-\(name).pem")
        }
        let moved = (certificate: try new("good"), key: client.keyFile)

        // A client has moved, the broker knows the old root alone: the cross certificate leads there.
        try await clients.join("the client first", moved, trusting: oldRoot)
        #expect(await clients.lost() == [])

        // The broker knows both roots.
        try await self.trust(self.bundle, at: broker)
        try await clients.join("both roots, not moved", client.files, trusting: oldRoot)
        try await clients.join("both roots, moved", moved, trusting: self.bundle)
        #expect(await clients.lost() == [])

        // The broker has moved: clients that know one root alone, either one, accept it.
        let deployed = try await Tool.hatoholCA(
            "deploy",
            "--cert",
            new("localhost"),
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
        try await clients.join("the broker moved, the client not", client.files, trusting: oldRoot)
        try await clients.join("both moved, the old root", moved, trusting: oldRoot)
        try await clients.join("both moved, the new root", moved, trusting: newRoot)
        #expect(await clients.lost() == [])

        try await self.rollover("switch", "--peer", "localhost:\(broker.port)")
        try await clients.join("switched, not moved", client.files, trusting: self.bundle)
        try await clients.join("switched, moved", moved, trusting: self.bundle)
        #expect(await clients.lost() == [])

        try await self.rollover("retire", "--peer", "localhost:\(broker.port)")
        try await self.trust(self.bundle, at: broker)
        try await clients.join("retired", moved, trusting: self.bundle)
        await #expect(throws: AMQPError.self) {
            try await clients.join("late", client.files, trusting: self.bundle)
        }
        // Even whoever came with what nobody trusts any more was not thrown out.
        #expect(await clients.lost() == [])
        #expect(clients.count == 11)
        await broker.process.stop()
        #expect(await clients.lost().count == clients.count, "a broker that is gone answers nobody")
        await clients.leave()
    }
}
