internal import Glibc
import TestSupport
import Testing

/// How a server begins beside others, and ends when it is told to, whatever its peers do.
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

    @Test
    func `it ends with status 0 also before it is ready`() async throws {
        let data = self.directory.file("data")
        try #require(mkdir(data, 0o700) == 0)
        // Whoever has the directory's lock is preparing the store, and the server waits.
        let other = open(data, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(other) }
        try #require(flock(other, LOCK_EX) == 0)
        let options = ["--data-dir", data, "serve", "--no-console"]
        let server = try ChildProcess(Programs.server, options, output: self.directory.file("log"))
        try await eventually("its lock") { access("\(data)/serve.lock", F_OK) == 0 }
        server.signal(SIGTERM)
        #expect(try await server.wait() == 0)
    }

    @Test
    func `many commands that start together on an empty directory make one store`() async throws {
        for round in 0..<3 {
            let data = self.directory.file("data\(round)")
            let outcomes = try await withThrowingTaskGroup(of: Outcome.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await Outcome.of(Programs.server, ["server", "list", "--data-dir", data]) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.map(\.errors).filter { !$0.isEmpty } == [])
            #expect(outcomes.allSatisfy { $0.status == 0 })
        }
    }

    private func say(_ text: String, to peer: CInt) throws {
        let bytes = Array(text.utf8)
        guard send(peer, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count else {
            throw TestFailure("send: \(String(cString: strerror(errno)))")
        }
    }
}
