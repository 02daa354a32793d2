internal import COpenSSL
internal import Glibc

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
        signal(SIGPIPE, SIG_IGN)
        let socket = try LiveSocket(host: self.host.description, port: self.port, seconds: self.patience)
        ERR_clear_error()
        defer { ERR_clear_error() }
        guard let context = SSL_CTX_new(TLS_client_method()) else { fatalError("out of memory") }
        defer { SSL_CTX_free(context) }
        let number = version == .tls12 ? TLS1_2_VERSION : TLS1_3_VERSION
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(number), nil)
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(number), nil)
        // We look at the chain ourselves, against as many trust sets as the operator likes.
        SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nil)
        try self.useIdentity(context)
        guard let tls = SSL_new(context) else { fatalError("out of memory") }
        defer { SSL_free(tls) }
        SSL_set_fd(tls, socket.descriptor)
        let name = (self.expectedName ?? self.host)
        if !name.isAddress { _ = Self.setServerName(name.description, tls) }
        let status = SSL_connect(tls)
        let chain = elements(of: SSL_get_peer_cert_chain(tls)).compactMap { element -> Certificate? in
            let pointer = OpaquePointer(element)
            return X509_up_ref(pointer) == 1 ? Certificate(owning: pointer) : nil
        }
        guard status == 1 else {
            return Handshake(version: version, cipher: nil, chain: chain, failure: Self.reason(tls, status))
        }
        let cipher = SSL_CIPHER_get_name(SSL_get_current_cipher(tls)).map { String(cString: $0) }
        let failure = withExtendedLifetime(socket) { self.talk(tls) }
        return Handshake(version: version, cipher: cipher, chain: chain, failure: failure)
    }

    private func useIdentity(_ context: OpaquePointer) throws {
        guard let identity, let own = identity.certificates.first else { return }
        let step = "using the client certificate"
        try openSSLSucceeds(step, .input) { SSL_CTX_use_certificate(context, own.pointer) }
        try openSSLSucceeds(step, .input) { SSL_CTX_use_PrivateKey(context, identity.key.pointer) }
        for authority in identity.certificates.dropFirst() {
            try openSSLSucceeds(step) {
                Int32(SSL_CTX_ctrl(context, SSL_CTRL_CHAIN_CERT, 1, UnsafeMutableRawPointer(authority.pointer)))
            }
        }
    }

    private static func setServerName(_ name: String, _ tls: OpaquePointer) -> Int {
        name.withCString {
            SSL_ctrl(
                tls,
                SSL_CTRL_SET_TLSEXT_HOSTNAME,
                Int(TLSEXT_NAMETYPE_host_name),
                UnsafeMutableRawPointer(mutating: $0)
            )
        }
    }

    /// Says the first words of the protocol and waits for the first of the answer.
    private func talk(_ tls: OpaquePointer) -> String? {
        let words: [UInt8]
        switch self.application {
        case .none: return nil
        case .amqp: words = Array("AMQP".utf8) + [0, 0, 9, 1]
        case .http: words = Array("GET / HTTP/1.0\r\n\r\n".utf8)
        }
        let written = SSL_write(tls, words, Int32(words.count))
        guard written > 0 else { return Self.reason(tls, written) }
        var answer = [UInt8](repeating: 0, count: 16)
        let count = SSL_read(tls, &answer, Int32(answer.count))
        guard count > 0 else { return Self.reason(tls, count) }
        // Frame type 1, channel 0: connection.start.
        if self.application == .amqp, answer.prefix(3) != [1, 0, 0] { return "the peer does not speak AMQP 0-9-1" }
        return nil
    }

    private static func reason(_ tls: OpaquePointer, _ status: Int32) -> String {
        let number = errno
        if let reason = drainedOpenSSLErrors() { return reason }
        switch SSL_get_error(tls, status) {
        case SSL_ERROR_ZERO_RETURN: return "the peer closed the connection"
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return "the peer did not answer in time"
        default: return number == 0 ? "the peer closed the connection" : String(cString: strerror(number))
        }
    }
}
