internal import Glibc
import TestSupport
import Testing

/// What a server does when it is told to end, whatever its peers do.
@Suite(.timeLimit(.minutes(5)))
struct ServerSignalTests {
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    private var log: String {
        get throws { String(decoding: try contents(of: self.directory.file("log")), as: UTF8.self) }
    }

    /// Starts it with a console, and returns the console's port.
    private func startServer() async throws -> (server: ChildProcess, port: UInt16) {
        let options = ["--data-dir", self.directory.file("data"), "serve", "--listen", "127.0.0.1:0"]
        let server = try ChildProcess(Programs.server, options, output: self.directory.file("log"))
        var port: UInt16?
        try await eventually("a console") {
            port = try self.log.firstMatch(of: /http:\/\/127\.0\.0\.1:([0-9]+)/).flatMap { UInt16($0.1) }
            return port != nil
        }
        return (server, try #require(port))
    }

    @Test
    func `somebody who never finishes a request does not keep it from ending`() async throws {
        let (server, port) = try await self.startServer()
        let peer = try #require(Loopback.connect(port))
        defer { close(peer) }
        for _ in 0..<2 {
            try self.say("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", to: peer)
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = read(peer, &buffer, buffer.count)
            #expect(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).hasPrefix("HTTP/1.1 200"))
        }
        let type = "Content-Type: application/x-www-form-urlencoded"
        try self.say(
            "POST /sign-in HTTP/1.1\r\nHost: localhost\r\n\(type)\r\nContent-Length: 100\r\n\r\nname=",
            to: peer
        )
        // Another one is served meanwhile: the first half of the request has most likely been read by then.
        let other = try #require(Loopback.connect(port))
        defer { close(other) }
        try self.say("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", to: other)
        var byte: UInt8 = 0
        #expect(read(other, &byte, 1) == 1)
        server.signal(SIGTERM)
        #expect(try await server.wait() == 0)
        #expect(try self.log.contains("stopped"))
    }

    private func say(_ text: String, to peer: CInt) throws {
        let bytes = Array(text.utf8)
        guard send(peer, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count else {
            throw TestFailure("send: \(String(cString: strerror(errno)))")
        }
    }
}
