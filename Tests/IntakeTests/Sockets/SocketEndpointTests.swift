import Intake
import Testing

@Suite("A listening address is read")
struct SocketEndpointTests {
    static let valid: [(text: String, endpoint: SocketEndpoint)] = [
        ("udp://0.0.0.0:514", .init(.udp, host: "0.0.0.0", port: 514)),
        ("udp://", .init(.udp, host: "127.0.0.1", port: 514)),
        ("tcp://:6000", .init(.tcp, host: "127.0.0.1", port: 6000)),
        ("tcp://log.example.com", .init(.tcp, host: "log.example.com", port: 514)),
        ("tcp://[::1]:601", .init(.tcp, host: "::1", port: 601)),
        ("tcp://[::]", .init(.tcp, host: "::", port: 514)),
        ("tls://[::]", .init(.tls, host: "::", port: 6514)),
        ("unix:/run/log", .init(.unixDatagram, host: "/run/log")),
        ("unix-stream:/run/log", .init(.unixStream, host: "/run/log")),
    ]

    @Test("from a URL", arguments: Self.valid)
    func reads(_ text: String, _ endpoint: SocketEndpoint) throws {
        #expect(try SocketEndpoint(syslog: text) == endpoint)
        #expect(try SocketEndpoint(syslog: endpoint.description) == endpoint)
    }

    @Test("of a syslog source, with its framing")
    func framing() throws {
        let source = try SyslogSource.Configuration(address: "tcp://:6000?framing=lines")
        #expect(source.endpoint == .init(.tcp, host: "127.0.0.1", port: 6000))
        #expect(source.framing == .lines)
        #expect(try SyslogSource.Configuration(address: "unix-stream:/run/log?framing=octets").framing == .octets)
        #expect(try SyslogSource.Configuration(address: "tls://[::1]").framing == .auto)
        for text in ["tcp://:6000?framing=", "tcp://:6000?framing=line", "udp://?framing=lines", "tcp://x?frame=lines"]
        {
            #expect(throws: IntakeError.self) { try SyslogSource.Configuration(address: text) }
        }
    }

    @Test(
        "or refused",
        arguments: [
            "", "udp", "udp:", "udp:/x", "http://x", "tcp://x:", "tcp://x:65536", "tcp://x:-1", "tcp://::1", "unix:",
            "unix:" + String(repeating: "x", count: 108),
        ]
    )
    func refuses(_ text: String) {
        #expect(throws: IntakeError(.invalidConfiguration, stage: "", reason: "")) { try SocketEndpoint(syslog: text) }
    }

    @Test("in the short form of the Forward protocol")
    func forward() throws {
        #expect(try SocketEndpoint(forward: "0.0.0.0") == .init(.tcp, host: "0.0.0.0", port: 24_224))
        #expect(try SocketEndpoint(forward: "[::1]:1") == .init(.tcp, host: "::1", port: 1))
        #expect(try SocketEndpoint(forward: ":1") == .init(.tcp, host: "127.0.0.1", port: 1))
        #expect(try SocketEndpoint(forward: "tls://[::1]:1") == .init(.tls, host: "::1", port: 1))
        #expect(try SocketEndpoint(forward: "tls://") == .init(.tls, host: "127.0.0.1", port: 24_224))
        #expect(throws: IntakeError.self) { try SocketEndpoint(forward: "udp://x:1") }
    }
}
