internal import Glibc

/// Sockets on 127.0.0.1.
public enum Loopback {
    /// Listens on a free port.
    public static func listen() throws -> (descriptor: CInt, port: UInt16) {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw TestFailure("socket: \(String(cString: strerror(errno)))") }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        var address = Self.address(port: 0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard bind(descriptor, address, size) == 0, Glibc.listen(descriptor, 64) == 0 else { return CInt(-1) }
                return getsockname(descriptor, address, &size)
            }
        }
        guard status == 0 else {
            close(descriptor)
            throw TestFailure("cannot listen on loopback: \(String(cString: strerror(errno)))")
        }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    /// Answers the first connection to a free port with some bytes, and says nothing more.
    ///
    /// The connection stays open until the peer closes it.
    public static func answer(with bytes: [UInt8]) throws -> UInt16 {
        let (listener, port) = try self.listen()
        self.thread {
            let peer = accept(listener, nil, nil)
            close(listener)
            send(peer, bytes, bytes.count, CInt(MSG_NOSIGNAL))
            var buffer = [UInt8](repeating: 0, count: 1024)
            while read(peer, &buffer, buffer.count) > 0 {}
            close(peer)
        }
        return port
    }

    /// A port on which nobody listens.
    public static func closedPort() throws -> UInt16 {
        let (descriptor, port) = try self.listen()
        close(descriptor)
        return port
    }

    /// Connects to a port; `nil` when nobody listens there.
    public static func connect(_ port: UInt16) -> CInt? {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        var address = Self.address(port: port)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if status == 0 { return descriptor }
        close(descriptor)
        return nil
    }

    private static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }

    /// Runs something blocking on a thread of its own.
    static func thread(_ body: @escaping @Sendable () -> Void) {
        final class Box: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        let context = Unmanaged.passRetained(Box(body)).toOpaque()
        let status = pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
                return nil
            },
            context
        )
        guard status == 0 else { fatalError("no thread: error \(status)") }
        pthread_detach(thread)
    }
}
