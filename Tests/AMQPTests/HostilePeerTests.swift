import AMQP
import TestSupport
import Testing

/// Peers that sign us in and then send what no broker should.
///
/// The process goes on; the connection ends with an error.
@Suite struct HostilePeerTests {
    /// What a broker says until the virtual host is open, all at once: who only answers need not listen.
    private static let welcome: [UInt8] = {
        // connection.start: version 0-9, no properties, mechanisms, locales
        var start: [UInt8] =
            [0, 10, 0, 10, 0, 9, 0, 0, 0, 0] + Self.longString("PLAIN EXTERNAL") + Self.longString("en_US")
        let tune: [UInt8] = [0, 10, 0, 30, 0, 10] + [0, 1, 0, 0] + [0, 60]  // 10 channels, 64 KiB, 60 s
        let openOK: [UInt8] = [0, 10, 0, 41, 0]
        return Self.frame(1, 0, start) + Self.frame(1, 0, tune) + Self.frame(1, 0, openOK)
    }()

    private static func longString(_ text: String) -> [UInt8] { [0, 0, 0, UInt8(text.utf8.count)] + text.utf8 }

    private static func frame(_ type: UInt8, _ channel: UInt8, _ payload: [UInt8]) -> [UInt8] {
        let size = UInt32(payload.count)
        return [type, 0, channel] + (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) } + payload + [0xce]
    }

    private static func configuration(_ port: UInt16) -> ConnectionConfiguration {
        ConnectionConfiguration(
            addresses: [BrokerAddress(host: "127.0.0.1", port: port)],
            authentication: .plain(user: "u", password: "p"),
            connectTimeout: .seconds(5),
            requestTimeout: .seconds(5)
        )
    }

    @Test(arguments: [
        ("a method on a channel that is not open", frame(1, 7, [0, 20, 0, 11, 0, 0, 0, 0])),
        ("a header on a channel that is not open", frame(2, 3, [0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0])),
        ("a body on a channel that is not open", frame(3, 3, [1])),
        ("a body on channel 0", frame(3, 0, [1])),
        ("an answer to nothing", frame(1, 0, [0, 10, 0, 41, 0])),
        ("an unknown class", frame(1, 0, [0x7f, 0x7f, 0, 1])),
        ("a method that is too short", frame(1, 0, [0, 10])),
        ("a frame of an unknown type", frame(77, 0, [1, 2, 3])),
        ("a frame without its end", Array(frame(1, 0, [0, 10, 0, 60, 0]).dropLast()) + [0]),
        ("a frame as large as can be", [1, 0, 0, 0xff, 0xff, 0xff, 0xff]),
        ("a text longer than its frame", frame(1, 0, [0, 10, 0, 60, 200, 1])),
        ("noise", [UInt8](repeating: 0xa5, count: 5000)),
    ])
    func endsTheConnection(what: String, bytes: [UInt8]) async throws {
        let port = try Loopback.answer(with: Self.welcome + bytes)
        let configuration = Self.configuration(port)
        let connection = Connection(configuration: configuration, address: configuration.addresses[0], logger: quiet)
        try await connection.open()
        let error = await #expect(throws: AMQPError.self, "\(what)") { try await connection.waitUntilClosed() }
        #expect(error?.stage == .receive, "\(what): \(error as Any)")
    }

    @Test func closeIsTold() async throws {
        let text = "go \n away"
        let close: [UInt8] = [0, 10, 0, 50, 1, 64, UInt8(text.utf8.count)] + text.utf8 + [0, 0, 0, 0]
        let port = try Loopback.answer(with: Self.welcome + Self.frame(8, 0, []) + Self.frame(1, 0, close))
        let configuration = Self.configuration(port)
        let connection = Connection(configuration: configuration, address: configuration.addresses[0], logger: quiet)
        try await connection.open()
        let error = await #expect(throws: AMQPError.self) { try await connection.waitUntilClosed() }
        #expect(error?.replyCode == 320)
        #expect(error?.description.contains("go   away") == true, "a peer must not write lines: \(error as Any)")
    }

    @Test(.timeLimit(.minutes(3))) func goodbyeWithoutAnswerIsBounded() async throws {
        let configuration = Self.configuration(try Loopback.answer(with: Self.welcome))
        let connection = Connection(configuration: configuration, address: configuration.addresses[0], logger: quiet)
        try await connection.open()
        await connection.close()
        try await connection.waitUntilClosed()
    }

    @Test func aMechanismThatIsNotOfferedIsTold() async throws {
        let start: [UInt8] = [0, 10, 0, 10, 0, 9, 0, 0, 0, 0] + Self.longString("KERBEROS") + Self.longString("en_US")
        let error = try await openFailure(Self.configuration(Loopback.answer(with: Self.frame(1, 0, start))))
        #expect(error.code == .refused && error.description.contains("KERBEROS"), "\(error)")
    }
}
