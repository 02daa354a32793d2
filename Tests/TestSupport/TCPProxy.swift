internal import Glibc
internal import Synchronization

/// Stands between a client and a server on loopback: records what passes, cuts, and swallows.
public final class TCPProxy: Sendable {
    /// What happens to bytes.
    public enum Mode: Sendable {
        /// They pass.
        case pass
        /// Nothing passes any more, and nobody is told: a cable that was pulled.
        case blackhole
        /// New connections are closed at once.
        case refuse
    }

    /// The port to connect to instead of the server's.
    public let port: UInt16

    private struct State {
        var mode = Mode.pass
        var recorded: [UInt8] = []
        var connections: [CInt] = []
        var accepted = 0
        var isStopped = false
    }

    private let state = Mutex(State())
    private let listener: CInt
    private let target: UInt16

    /// Starts to listen on a free port and forwards to a port on 127.0.0.1.
    public init(target: UInt16) throws {
        self.target = target
        (self.listener, self.port) = try Loopback.listen()
        Loopback.thread { [listener, weak self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0, let self else { return }
                _ = fcntl(client, F_SETFD, FD_CLOEXEC)
                self.serve(client)
            }
        }
    }

    deinit { self.stop() }

    /// All bytes that passed, in both directions.
    public var recorded: [UInt8] { self.state.withLock { $0.recorded } }

    /// How many connections were accepted so far.
    public var acceptedConnections: Int { self.state.withLock { $0.accepted } }

    /// Changes what happens to bytes from now on.
    public func setMode(_ mode: Mode) { self.state.withLock { $0.mode = mode } }

    /// Breaks the connections there are; new ones are possible.
    public func cut() {
        self.state.withLock { state in
            for descriptor in state.connections { shutdown(descriptor, CInt(SHUT_RDWR)) }
        }
    }

    /// Stops listening and breaks the connections.
    public func stop() {
        let isFirst = self.state.withLock { state in
            defer { state.isStopped = true }
            return !state.isStopped
        }
        guard isFirst else { return }
        self.cut()
        shutdown(self.listener, CInt(SHUT_RDWR))
        close(self.listener)
    }

    private func serve(_ client: CInt) {
        let mode = self.state.withLock { state in
            state.accepted += 1
            return state.mode
        }
        guard mode != .refuse, let server = Loopback.connect(self.target) else {
            close(client)
            return
        }
        self.state.withLock { $0.connections += [client, server] }
        let done = OpenEnds { [weak self] in
            self?.state.withLock { $0.connections.removeAll { $0 == client || $0 == server } }
            close(client)
            close(server)
        }
        Loopback.thread { [weak self] in
            self?.pump(client, server)
            done.end()
        }
        Loopback.thread { [weak self] in
            self?.pump(server, client)
            done.end()
        }
    }

    private func pump(_ source: CInt, _ destination: CInt) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(source, &buffer, buffer.count)
            guard count > 0 else { break }
            let passes = self.state.withLock { state in
                guard state.mode == .pass else { return false }
                state.recorded += buffer[..<count]
                return true
            }
            guard passes else { continue }
            var offset = 0
            while offset < count {
                let written = buffer[offset..<count].withUnsafeBytes { bytes in
                    send(destination, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL))
                }
                guard written > 0 else { break }
                offset += written
            }
            guard offset == count else { break }
        }
        if self.state.withLock({ $0.mode != .blackhole }) {
            shutdown(source, CInt(SHUT_RDWR))
            shutdown(destination, CInt(SHUT_RDWR))
        }
    }
}

/// Does something when both directions of a connection have ended.
private final class OpenEnds: Sendable {
    private let count = Mutex(2)
    private let action: @Sendable () -> Void

    init(_ action: @escaping @Sendable () -> Void) { self.action = action }

    func end() {
        let isLast = self.count.withLock { count in
            count -= 1
            return count == 0
        }
        if isLast { self.action() }
    }
}
