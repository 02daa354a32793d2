/// Where a source listens.
public struct SocketEndpoint: Hashable, Sendable, CustomStringConvertible {
    /// What carries the bytes.
    public enum Transport: String, Sendable {
        case udp
        case tcp
        case tls
        /// A Unix datagram socket, as `/dev/log` is.
        case unixDatagram = "unix"
        /// A Unix stream socket.
        case unixStream = "unix-stream"
    }

    /// What carries the bytes.
    public var transport: Transport
    /// A host name or numeric address, or the path of a Unix socket.
    public var host: String
    /// The port; 0 lets the system choose, and is the value for Unix sockets.
    public var port: Int

    /// Whether it is a Unix socket, which only programs of this machine reach.
    var isLocal: Bool { self.transport == .unixDatagram || self.transport == .unixStream }

    /// Whether bytes come without marks of where a message ends.
    var isStream: Bool { self.transport != .udp && self.transport != .unixDatagram }

    /// Names a place to listen.
    public init(_ transport: Transport, host: String, port: Int = 0) {
        self.transport = transport
        self.host = host
        self.port = port
    }

    /// Reads `udp://ADDRESS:PORT`, `tcp://…`, `tls://…`, `unix:PATH` or `unix-stream:PATH`.
    ///
    /// An IPv6 address stands in brackets. Without an address it is the loopback: a syslog port open to the network is
    /// asked for in so many words (`0.0.0.0` or `[::]`). The port is 514, and 6514 with TLS (RFC 5425), if not given.
    public init(syslog text: String) throws(IntakeError) {
        guard let colon = text.firstIndex(of: ":"), let transport = Transport(rawValue: String(text[..<colon])) else {
            throw Self.invalid(text, "begin with udp://, tcp://, tls://, unix: or unix-stream:")
        }
        var rest = text[text.index(after: colon)...]
        switch transport {
        case .unixDatagram, .unixStream:
            guard !rest.isEmpty, rest.utf8.count < 108 else {
                throw Self.invalid(text, "name a path of at most 107 bytes")
            }
            self.init(transport, host: String(rest))
        case .udp, .tcp, .tls:
            guard rest.hasPrefix("//") else { throw Self.invalid(text, "write // after the colon") }
            rest.removeFirst(2)
            try self.init(transport, authority: rest, defaultPort: transport == .tls ? 6514 : 514, whole: text)
        }
    }

    /// Reads the `ADDRESS:PORT` of the Forward protocol, with TLS `tls://ADDRESS:PORT`; 24224 and the loopback if not given.
    public init(forward text: String) throws(IntakeError) {
        let transport: Transport = text.hasPrefix("tls://") ? .tls : .tcp
        let start = text.firstRange(of: "://").map(\.upperBound) ?? text.startIndex
        guard start == text.startIndex || transport == .tls || text.hasPrefix("tcp://") else {
            throw Self.invalid(text, "give ADDRESS:PORT, or tls://ADDRESS:PORT")
        }
        try self.init(transport, authority: text[start...], defaultPort: 24_224, whole: text)
    }

    private init(
        _ transport: Transport,
        authority: Substring,
        defaultPort: Int,
        whole: String
    ) throws(IntakeError) {
        let bracket = authority.lastIndex(of: "]")
        let colon = authority.lastIndex(of: ":").flatMap { colon in bracket.map { colon > $0 } ?? true ? colon : nil }
        var host = authority[..<(colon ?? authority.endIndex)]
        let port = colon.map { Int(authority[authority.index(after: $0)...]) } ?? defaultPort
        guard let port, (0...65_535).contains(port) else {
            throw Self.invalid(whole, "give a port from 0 to 65535")
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.contains("?") else { throw Self.invalid(whole, "the only option behind a port is ?framing=") }
        guard bracket != nil || !host.contains(":") else {
            throw Self.invalid(whole, "put an IPv6 address in brackets")
        }
        self.init(transport, host: host.isEmpty ? "127.0.0.1" : String(host), port: port)
    }

    private static func invalid(_ text: String, _ advice: String) -> IntakeError {
        IntakeError(.invalidConfiguration, stage: "read the address \"\(text)\"", reason: advice)
    }

    /// The form that the initialisers read.
    public var description: String {
        switch self.transport {
        case .unixDatagram, .unixStream: "\(self.transport.rawValue):\(self.host)"
        case .udp, .tcp, .tls:
            "\(self.transport.rawValue)://\(self.host.contains(":") ? "[\(self.host)]" : self.host):\(self.port)"
        }
    }
}
