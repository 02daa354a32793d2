import TestSupport
import Testing

/// A broker takes the user's name from the certificate in its own way: RabbitMQ the whole distinguished name unless it is told otherwise.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct CertificateNameTests {
    /// A broker that knows the owners of certificates by their distinguished names.
    private static func broker() async throws -> PrivateBroker {
        let broker = try await PrivateBroker.start()
        try broker.evaluate("application:set_env(rabbit, ssl_cert_login_from, distinguished_name)")
        try broker.addUser("CN=\(PrivateBroker.certificateUser)", password: "not used")
        try broker.setPermissions(of: "CN=\(PrivateBroker.certificateUser)")
        return broker
    }

    @Test func oneCertificateForBothSides() async throws {
        try await self.deliver(to: Site(Self.broker()), signingIn: [])
    }

    @Test func aNodeWithACertificateOfItsOwn() async throws {
        let broker = try await Self.broker()
        let node = try broker.authority.issue("web1.example.com")
        try broker.addUser("CN=web1.example.com", password: "not used")
        try broker.setPermissions(of: "CN=web1.example.com")
        try await self.deliver(
            to: Site(broker, armUser: "CN=web1.example.com"),
            signingIn: ["--amqp-ssl-cert", node.certificate, "--amqp-ssl-key", node.key]
        )
    }

    /// Lines come through, also after a reconnect of both sides, and each once.
    private func deliver(to site: Site, signingIn options: [String]) async throws {
        try site.startAgent(site.connection() + options + ["--tail", site.log, "--from", "beginning"])
        try site.write((1...20).map { "line \($0)" })
        _ = try await site.expectEveryLineOnce()
        try site.broker.closeConnections()
        try site.write((21...40).map { "line \($0)" })
        _ = try await site.expectEveryLineOnce()
        #expect(try site.agentLog().contains("the broker takes another name from the certificate"))
        await site.stop()
    }
}
