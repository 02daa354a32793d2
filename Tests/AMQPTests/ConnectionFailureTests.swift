import AMQP
import Glibc
import TestSupport
import Testing

/// What an operator can get wrong, and what the error says about it.
@Suite struct ConnectionFailureTests {
    private func expect(
        _ error: AMQPError,
        _ code: AMQPError.Code,
        _ stage: AMQPError.Stage,
        _ words: String...,
        location: SourceLocation = #_sourceLocation
    ) {
        #expect(error.code == code, "\(error)", sourceLocation: location)
        #expect(error.stage == stage, "\(error)", sourceLocation: location)
        for word in words { #expect(error.description.contains(word), "\(error)", sourceLocation: location) }
        #expect(!error.description.contains("\n"), sourceLocation: location)
        #expect(!error.description.contains(PrivateBroker.password), sourceLocation: location)
    }

    @Test(arguments: ["key", "certificate", "authority", "revocation list"])
    func missingFile(which: String) async throws {
        var configuration = try await PrivateBroker.shared.configuration()
        switch which {
        case "key": configuration.tls?.privateKeyPath = "/nowhere/file.pem"
        case "certificate": configuration.tls?.certificateChainPath = "/nowhere/file.pem"
        case "authority": configuration.tls?.certificateAuthorityPath = "/nowhere/file.pem"
        default: configuration.tls?.revocationListPath = "/nowhere/file.pem"
        }
        try await self.expect(openFailure(configuration), .configuration, .tls, "/nowhere/file.pem", "No such file")
    }

    @Test(.enabled(if: getuid() != 0, "root can read everything"))
    func unreadableKey() async throws {
        let directory = try TemporaryDirectory()
        var configuration = try await PrivateBroker.shared.configuration()
        configuration.tls?.privateKeyPath = try directory.write("x", to: "key.pem", mode: 0)
        try await self.expect(openFailure(configuration), .configuration, .tls, "key.pem", "Permission denied")
    }

    @Test func fileWithoutContent() async throws {
        let directory = try TemporaryDirectory()
        let junk = try directory.write("this is no PEM", to: "junk.pem")
        let good = try await PrivateBroker.shared.configuration()
        for path in [
            \TLSConfiguration.privateKeyPath, \.certificateChainPath, \.certificateAuthorityPath, \.revocationListPath,
        ] {
            var configuration = good
            configuration.tls?[keyPath: path] = junk
            try await self.expect(openFailure(configuration), .configuration, .tls, junk)
        }
    }

    @Test func encryptedKeyIsRefusedWithoutAsking() async throws {
        let broker = try await PrivateBroker.shared
        let directory = try TemporaryDirectory()
        let encrypted = directory.file("encrypted.pem")
        try Command.run(
            "openssl",
            ["pkcs8", "-topk8", "-in", broker.client.key, "-out", encrypted, "-passout", "pass:x"]
        )
        var configuration = broker.configuration()
        configuration.tls?.privateKeyPath = encrypted
        try await self.expect(openFailure(configuration), .configuration, .tls, "unencrypted", encrypted)
    }

    @Test func keyOfAnotherCertificate() async throws {
        let broker = try await PrivateBroker.shared
        var configuration = broker.configuration()
        configuration.tls?.privateKeyPath = try broker.authority.issue("somebody.else").key
        try await self.expect(openFailure(configuration), .configuration, .tls, "does not belong to the certificate")
    }

    @Test func certificateWithoutKey() async throws {
        var configuration = try await PrivateBroker.shared.configuration()
        configuration.tls?.privateKeyPath = nil
        try await self.expect(openFailure(configuration), .configuration, .configure, "without its private key")
    }

    @Test func otherAuthority() async throws {
        var configuration = try await PrivateBroker.shared.configuration()
        configuration.tls?.certificateAuthorityPath = try TestAuthority(name: "Another authority").certificate
        try await self.expect(openFailure(configuration), .tls, .tls, "certificate", "check that the CA file")
    }

    @Test func nameNotInCertificate() async throws {
        let authority = try TestAuthority.shared.get()
        let server = try TLSServer(authority.issue("elsewhere", names: ["DNS:elsewhere.example.com", "IP:192.0.2.1"]))
        defer { server.stop() }
        var configuration = try await PrivateBroker.shared.configuration(port: server.port)
        try await self.expect(openFailure(configuration), .tls, .tls, "mismatch", "name in the broker's certificate")
        let names = "it is for DNS:elsewhere.example.com, IP Address:192.0.2.1"
        try await self.expect(openFailure(configuration), .tls, .tls, "mismatch", names)
        configuration.addresses[0].host = "127.0.0.1"
        try await self.expect(openFailure(configuration), .tls, .tls, "mismatch", "name in the broker's certificate")
    }

    @Test func expiredBrokerCertificate() async throws {
        let server = try TLSServer(TestAuthority.shared.get().issue("old", isExpired: true))
        defer { server.stop() }
        let configuration = try await PrivateBroker.shared.configuration(port: server.port)
        try await self.expect(openFailure(configuration), .tls, .tls, "certificate has expired", "renew the broker's")
    }

    @Test func oldProtocolVersion() async throws {
        let server = try TLSServer(TestAuthority.shared.get().issue("broker"), "-tls1_1", "-cipher", "ALL:@SECLEVEL=0")
        defer { server.stop() }
        let configuration = try await PrivateBroker.shared.configuration(port: server.port)
        try await self.expect(openFailure(configuration), .tls, .tls)
    }

    @Test func revokedBrokerCertificate() async throws {
        let authority = try TestAuthority(name: "Authority with a list")
        let identity = try authority.issue("broker")
        let server = try TLSServer(identity)
        defer { server.stop() }
        var configuration = try await PrivateBroker.shared.configuration(port: server.port)
        configuration.tls = TLSConfiguration(
            certificateAuthorityPath: authority.certificate,
            revocationListPath: try authority.revocationList(revoking: [identity])
        )
        try await self.expect(openFailure(configuration), .tls, .tls, "certificate revoked")
        // A list that does not fit the issuer proves nothing, so nobody passes.
        configuration.tls?.revocationListPath = try TestAuthority(name: "Stranger").revocationList()
        try await self.expect(openFailure(configuration), .tls, .tls, "get certificate CRL")
    }

    @Test func clientCertificateMissing() async throws {
        var configuration = try await PrivateBroker.shared.configuration()
        configuration.tls?.certificateChainPath = nil
        configuration.tls?.privateKeyPath = nil
        try await self.expect(openFailure(configuration), .tls, .sasl, "client certificate", "give one")
    }

    @Test func clientCertificateOfAnotherAuthority() async throws {
        var configuration = try await PrivateBroker.shared.configuration()
        let stranger = try TestAuthority(name: "Stranger").issue(PrivateBroker.certificateUser)
        configuration.tls?.certificateChainPath = stranger.certificate
        configuration.tls?.privateKeyPath = stranger.key
        try await self.expect(openFailure(configuration), .tls, .sasl, "client certificate")
    }

    @Test func clientCertificateExpired() async throws {
        let broker = try await PrivateBroker.shared
        var configuration = broker.configuration()
        let old = try broker.authority.issue(PrivateBroker.certificateUser, isExpired: true)
        configuration.tls?.certificateChainPath = old.certificate
        configuration.tls?.privateKeyPath = old.key
        try await self.expect(openFailure(configuration), .tls, .sasl, "client certificate")
    }

    @Test func certificateOfAnUnknownUser() async throws {
        let broker = try await PrivateBroker.shared
        var configuration = broker.configuration()
        let stranger = try broker.authority.issue("unknown.example.com")
        configuration.tls?.certificateChainPath = stranger.certificate
        configuration.tls?.privateKeyPath = stranger.key
        try await self.expect(openFailure(configuration), .refused, .sasl, "ACCESS_REFUSED")
    }

    @Test func plainToTheTLSPort() async throws {
        let broker = try await PrivateBroker.shared
        var configuration = broker.configuration()
        configuration.tls = nil
        configuration.authentication = .plain(user: PrivateBroker.user, password: PrivateBroker.password)
        let error = try await openFailure(configuration)
        #expect(error.stage == .sasl)
        #expect(error.description.contains("whether it expects TLS"), "\(error)")
    }

    @Test func tlsToThePlainPort() async throws {
        let broker = try await PrivateBroker.shared
        try await self.expect(
            openFailure(broker.configuration(port: broker.plainPort)),
            .tls,
            .tls,
            "the port does not speak TLS"
        )
    }

    @Test func wrongPassword() async throws {
        var configuration = try await PrivateBroker.shared.configuration()
        configuration.authentication = .plain(user: PrivateBroker.user, password: "wrong")
        try await self.expect(openFailure(configuration), .refused, .sasl, "ACCESS_REFUSED", "check user, password")
    }

    @Test func virtualHostMissing() async throws {
        let configuration = try await PrivateBroker.shared.configuration(virtualHost: "no-such-vhost")
        try await self.expect(openFailure(configuration), .refused, .open, "no-such-vhost", "check the virtual host")
    }

    @Test func virtualHostNotPermitted() async throws {
        let broker = try await PrivateBroker.shared
        let name = uniqueName("user")
        try broker.addUser(name, password: "secret")
        var configuration = broker.configuration()
        configuration.authentication = .plain(user: name, password: "secret")
        try await self.expect(openFailure(configuration), .refused, .open, "hatohol", "permissions")
    }

    @Test func portClosed() async throws {
        let port = try Loopback.closedPort()
        let configuration = try await PrivateBroker.shared.configuration(port: port)
        try await self.expect(
            openFailure(configuration),
            .unreachable,
            .connect,
            "localhost:\(port)",
            "Connection refused"
        )
    }

    @Test func unknownHost() async throws {
        var configuration = try await PrivateBroker.shared.configuration()
        configuration.addresses = [BrokerAddress(host: "no-such-host.invalid", port: 5671)]
        try await self.expect(
            openFailure(configuration),
            .unreachable,
            .resolve,
            "no-such-host.invalid",
            "check the host name"
        )
    }

    @Test(arguments: [true, false])
    func silentServer(isSecure: Bool) async throws {
        let (listener, port) = try Loopback.listen()
        defer { close(listener) }
        var configuration = try await PrivateBroker.shared.configuration(port: port)
        configuration.connectTimeout = .seconds(1)
        if !isSecure { configuration.tls = nil }
        try await self.expect(openFailure(configuration), .timeout, isSecure ? .tls : .sasl, "within 1.0 seconds")
    }

    @Test(.timeLimit(.minutes(3))) func cancelledWhileTheServerIsSilent() async throws {
        let (listener, port) = try Loopback.listen()
        defer { close(listener) }
        let configuration = try await PrivateBroker.shared.configuration(port: port)
        let task = Task { try await openFailure(configuration) }
        task.cancel()
        #expect(try await task.value.code == .cancelled)
    }

    @Test(arguments: [
        "HTTP/1.1 400 Bad Request\r\n\r\n", "AMQP\u{0}\u{1}\u{0}\u{0}", "\u{1}\u{0}\u{0}\u{7f}\u{7f}\u{7f}\u{7f}",
    ])
    func somethingElseAnswers(bytes: String) async throws {
        let port = try Loopback.answer(with: Array(bytes.utf8))
        var configuration = try await PrivateBroker.shared.configuration(port: port)
        configuration.tls = nil
        configuration.connectTimeout = .seconds(2)
        let error = try await openFailure(configuration)
        #expect(error.stage == .sasl)
        #expect(error.description.contains("AMQP port") || error.description.contains("port of a broker"), "\(error)")
    }
}
