internal import COpenSSL

/// A handshake with a live broker or server: what it sends, and what a client with these files would say.
public struct LiveCheck {
    /// What is spoken after the handshake; a TLS 1.3 server refuses a client's certificate only then.
    public enum Application: String, Sendable, CaseIterable {
        case amqp, http, none
    }

    /// The versions of TLS to try.
    public enum Version: String, Sendable, CaseIterable {
        case tls12 = "TLS 1.2"
        case tls13 = "TLS 1.3"
    }

    /// What came out of one handshake.
    public struct Handshake {
        /// The version tried.
        public let version: Version
        /// The cipher suite; nil when there was no handshake.
        public let cipher: String?
        /// The certificates in the order in which the peer sent them.
        public let chain: [Certificate]
        /// Why it failed, in the peer's or OpenSSL's words; nil when it went well to the first answer.
        public let failure: String?
    }

    /// The name or address dialled.
    public var host: HostName
    /// The port.
    public var port: Int
    /// The name that the certificate must have; the one dialled unless set.
    public var expectedName: HostName?
    /// Our certificate with its chain, and its key.
    public var identity: (certificates: [Certificate], key: PrivateKey)?
    /// What to say after the handshake.
    public var application = Application.amqp
    /// Seconds to wait for each answer.
    public var patience = 10

    /// A check of one address.
    public init(host: HostName, port: Int) {
        self.host = host
        self.port = port
        self.application = port == 443 ? .http : .amqp
    }

    /// Shakes hands in one version.
    public func handshake(_ version: Version) throws -> Handshake {
        // We look at the chain ourselves, against as many trust sets as the operator likes.
        let connection = try TLSConnection(
            host: self.host,
            port: self.port,
            name: self.expectedName ?? self.host,
            seconds: self.patience
        )
        connection.require(version: version == .tls12 ? TLS1_2_VERSION : TLS1_3_VERSION)
        if let identity { try connection.use(identity.certificates, key: identity.key) }
        if let failure = connection.shakeHands() {
            return Handshake(version: version, cipher: nil, chain: connection.peerChain, failure: failure)
        }
        return Handshake(
            version: version,
            cipher: connection.cipher,
            chain: connection.peerChain,
            failure: self.talk(connection)
        )
    }

    /// Says the first words of the protocol and waits for the first of the answer.
    private func talk(_ connection: TLSConnection) -> String? {
        let words: [UInt8]
        switch self.application {
        case .none: return nil
        case .amqp: words = Array("AMQP".utf8) + [0, 0, 9, 1]
        case .http: words = Array("GET / HTTP/1.0\r\n\r\n".utf8)
        }
        if let failure = connection.send(words) { return failure }
        switch connection.receive(limit: 16) {
        case .failure(let reason): return reason
        case .end: return "the peer closed the connection"
        case .bytes(let answer):
            // Frame type 1, channel 0: connection.start.
            let isBroker = answer.prefix(3) == [1, 0, 0]
            return self.application == .amqp && !isBroker ? "the peer does not speak AMQP 0-9-1" : nil
        }
    }
}
