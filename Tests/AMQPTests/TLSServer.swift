import Glibc
import TestSupport

/// A TLS server that is no broker, for what fails within the handshake: `openssl s_server`.
final class TLSServer: Sendable {
    let port: UInt16
    private let process: ChildProcess

    init(_ identity: TestAuthority.Identity, _ options: String...) throws {
        let port = try Loopback.closedPort()
        self.port = port
        self.process = try ChildProcess(
            "openssl",
            ["s_server", "-accept", "127.0.0.1:\(port)", "-cert", identity.certificate, "-key", identity.key, "-quiet"]
                + options
        )
        for _ in 0..<5000 {
            if let descriptor = Loopback.connect(port) {
                close(descriptor)
                return
            }
            usleep(1000)
        }
        throw TestFailure("openssl s_server does not listen")
    }

    func stop() { self.process.signal(SIGKILL) }
}
