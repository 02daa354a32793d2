import Glibc
import TestSupport

/// A client on a TCP, UDP or Unix socket; it waits on threads of its own.
final class SocketClient: Sendable {
    enum Kind { case stream, datagram }

    struct Failure: Error { var errno: CInt }

    private let descriptor: CInt

    /// - Parameters:
    ///   - port: The port on 127.0.0.1.
    ///   - kind: What kind of socket it is.
    ///   - source: An address of this machine's loopback network to connect from.
    /// - Throws: ``Failure`` when it cannot connect.
    init(port: Int, _ kind: Kind, from source: String = "127.0.0.1") throws {
        self.descriptor = socket(AF_INET, Self.type(kind), 0)
        var own = sockaddr_in()
        own.sin_family = sa_family_t(AF_INET)
        guard inet_pton(AF_INET, source, &own.sin_addr) == 1 else { throw Failure(errno: EINVAL) }
        let isBound = withUnsafePointer(to: own) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(self.descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isBound else { throw Failure(errno: Glibc.errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        try Self.connect(self.descriptor, address)
    }

    init(path: String, _ kind: Kind) throws {
        self.descriptor = socket(AF_UNIX, Self.type(kind), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        try Self.connect(self.descriptor, address)
    }

    deinit { close(self.descriptor) }

    private static func type(_ kind: Kind) -> CInt {
        CInt(kind == .stream ? SOCK_STREAM.rawValue : SOCK_DGRAM.rawValue)
    }

    private static func connect<Address>(_ descriptor: CInt, _ address: Address) throws {
        let result = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
        guard result == 0 else { throw Failure(errno: Glibc.errno) }
    }

    /// Sends all bytes, waiting for room; with a datagram socket, as one datagram.
    func send(_ bytes: [UInt8]) async throws {
        try await blocking { try self.sendAll(bytes) }
    }

    private func sendAll(_ bytes: [UInt8]) throws {
        var sent = 0
        repeat {
            let count = bytes.withUnsafeBytes {
                Glibc.send(self.descriptor, $0.baseAddress! + sent, $0.count - sent, CInt(MSG_NOSIGNAL))
            }
            guard count >= 0 else { throw Failure(errno: Glibc.errno) }
            sent += count
        } while sent < bytes.count
    }

    func send(_ text: String) async throws { try await self.send(Array(text.utf8)) }

    /// Sends a beginning, and then a byte every fifth of a second until the other side takes no more.
    func drip(_ beginning: [UInt8]) async {
        var piece = beginning
        while (try? await self.send(piece)) != nil {
            piece = [0x78]
            // A pause that is cut short only makes the peer livelier.
            try? await Task.sleep(for: .milliseconds(200))
        }
    }

    /// Sends what fits without waiting, and says how much that was.
    func sendWithoutWaiting(_ bytes: [UInt8]) -> Int {
        max(
            0,
            bytes.withUnsafeBytes {
                Glibc.send(self.descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT))
            }
        )
    }

    /// Ends the sending direction.
    func finish() { shutdown(self.descriptor, CInt(SHUT_WR)) }

    /// Waits for bytes; an empty answer is the end of the stream.
    func receive() async -> [UInt8] {
        await blocking { self.receive(flags: 0) }
    }

    /// What is there already.
    func receiveWithoutWaiting() -> [UInt8] {
        self.receive(flags: CInt(MSG_DONTWAIT))
    }

    private func receive(flags: CInt) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = buffer.withUnsafeMutableBytes { recv(self.descriptor, $0.baseAddress, $0.count, flags) }
        return Array(buffer.prefix(max(0, count)))
    }
}
