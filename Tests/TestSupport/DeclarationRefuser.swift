internal import Glibc
internal import Synchronization

/// A broker that ends the connection of whoever declares a queue that is not durable, as RabbitMQ 4.3 does (541).
///
/// Stands between a client without TLS and a real broker, and hands on everything else.
public final class DeclarationRefuser: Sendable {
    /// The port to connect to instead of the broker's.
    public let port: UInt16

    private let listener: CInt
    private let target: UInt16
    private let counts = Mutex(Counts())

    private struct Counts {
        var connections = 0
        var refusals = 0
        var declarations: [String: Int] = [:]
    }

    /// Starts to listen on a free port; `target` is the plain port of a broker on 127.0.0.1.
    public init(target: UInt16) throws {
        self.target = target
        (self.listener, self.port) = try Loopback.listen()
        Loopback.thread { [listener, weak self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0, let self else { return }
                _ = fcntl(client, F_SETFD, FD_CLOEXEC)
                self.counts.withLock { $0.connections += 1 }
                guard let server = Loopback.connect(self.target) else { continue }
                Loopback.thread { Self.carry(server, client) }
                Loopback.thread { [weak self] in self?.watch(client, server) }
            }
        }
    }

    deinit {
        shutdown(self.listener, CInt(SHUT_RDWR))
        close(self.listener)
    }

    /// How many connections were accepted so far.
    public var connections: Int { self.counts.withLock { $0.connections } }
    /// How often a declaration was refused.
    public var refusals: Int { self.counts.withLock { $0.refusals } }

    /// How often a queue was declared, or looked for, which is a passive declaration.
    public func declarations(of queue: String) -> Int { self.counts.withLock { $0.declarations[queue] ?? 0 } }

    private static func carry(_ source: CInt, _ destination: CInt) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(source, &buffer, buffer.count)
            guard count > 0, send(destination, buffer, count, CInt(MSG_NOSIGNAL)) == count else { break }
        }
        shutdown(source, CInt(SHUT_RDWR))
        shutdown(destination, CInt(SHUT_RDWR))
    }

    /// Hands frames of the client on, one by one, until one declares a queue that is not durable.
    private func watch(_ client: CInt, _ server: CInt) {
        var header = self.take(8, from: client)  // AMQP and its version
        while !header.isEmpty, send(server, header, header.count, CInt(MSG_NOSIGNAL)) == header.count {
            let start = self.take(7, from: client)
            guard start.count == 7 else { break }
            let size = start[3...6].reduce(0) { $0 << 8 | Int($1) }
            let rest = self.take(size + 1, from: client)
            let declared = start[0] == 1 ? Self.declaration(rest) : nil
            if let declared { self.counts.withLock { $0.declarations[declared.queue, default: 0] += 1 } }
            if declared?.isTransient == true {
                self.counts.withLock { $0.refusals += 1 }
                let close = Self.connectionClose
                send(client, close, close.count, CInt(MSG_NOSIGNAL))
                _ = self.take(12, from: client)  // close-ok
                break
            }
            header = start + rest
        }
        shutdown(client, CInt(SHUT_RDWR))
        shutdown(server, CInt(SHUT_RDWR))
    }

    private func take(_ count: Int, from descriptor: CInt) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        return recv(descriptor, &bytes, count, CInt(MSG_WAITALL)) == count ? bytes : []
    }

    /// The queue that a method declares, if it is queue.declare, and whether it is to be neither passive nor durable.
    private static func declaration(_ payload: [UInt8]) -> (queue: String, isTransient: Bool)? {
        guard payload.starts(with: [0, 50, 0, 10]), payload.count > 7 else { return nil }
        let bits = 7 + Int(payload[6])
        guard bits < payload.count else { return nil }
        return (String(decoding: payload[7..<bits], as: UTF8.self), payload[bits] & 3 == 0)
    }

    private static var connectionClose: [UInt8] {
        let text = "INTERNAL_ERROR - Feature `transient_nonexcl_queues` is deprecated."
        let method = [0, 10, 0, 50, 2, 29, UInt8(text.utf8.count)] + Array(text.utf8) + [0, 50, 0, 10]
        return [1, 0, 0, 0, 0, 0, UInt8(method.count)] + method + [0xCE]
    }
}
