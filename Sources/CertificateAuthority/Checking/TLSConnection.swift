internal import COpenSSL
internal import Glibc

/// A TLS connection of our own, to check a peer or to talk to the enrolment service.
///
/// The handshake verifies nothing: whoever uses it looks at ``peerChain`` before a word is said.
final class TLSConnection {
    private let socket: LiveSocket
    private let context: OpaquePointer
    private let tls: OpaquePointer

    /// Connects to a host; `name` is what the certificate is asked for, if it is no address.
    init(host: HostName, port: Int, name: HostName, seconds: Int) throws {
        signal(SIGPIPE, SIG_IGN)
        self.socket = try LiveSocket(host: host.description, port: port, seconds: seconds)
        guard let context = SSL_CTX_new(TLS_client_method()) else { fatalError("out of memory") }
        SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nil)
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
        guard let tls = SSL_new(context) else { fatalError("out of memory") }
        self.context = context
        self.tls = tls
        SSL_set_fd(tls, self.socket.descriptor)
        if !name.isAddress { _ = Self.setServerName(name.description, tls) }
    }

    deinit {
        SSL_free(self.tls)
        SSL_CTX_free(self.context)
        ERR_clear_error()
    }

    /// Allows one version only.
    func require(version number: Int32) {
        SSL_ctrl(self.tls, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(number), nil)
        SSL_ctrl(self.tls, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(number), nil)
    }

    /// Shows a certificate, with its chain, to a peer that asks for one.
    func use(_ certificates: [Certificate], key: PrivateKey) throws {
        guard let own = certificates.first else { return }
        let step = "using the client certificate"
        try openSSLSucceeds(step, .input) { SSL_use_certificate(self.tls, own.pointer) }
        try openSSLSucceeds(step, .input) { SSL_use_PrivateKey(self.tls, key.pointer) }
        for authority in certificates.dropFirst() {
            try openSSLSucceeds(step) {
                Int32(SSL_ctrl(self.tls, SSL_CTRL_CHAIN_CERT, 1, UnsafeMutableRawPointer(authority.pointer)))
            }
        }
    }

    /// Shakes hands; says why when it did not work.
    func shakeHands() -> String? {
        ERR_clear_error()
        let status = SSL_connect(self.tls)
        return status == 1 ? nil : self.reason(status)
    }

    /// The certificates in the order in which the peer sent them.
    var peerChain: [Certificate] {
        elements(of: SSL_get_peer_cert_chain(self.tls)).compactMap { element in
            let pointer = OpaquePointer(element)
            return X509_up_ref(pointer) == 1 ? Certificate(owning: pointer) : nil
        }
    }

    /// The cipher suite agreed upon.
    var cipher: String? { SSL_CIPHER_get_name(SSL_get_current_cipher(self.tls)).map { String(cString: $0) } }

    /// Sends all bytes; says why when it did not work.
    func send(_ bytes: [UInt8]) -> String? {
        ERR_clear_error()
        let status = SSL_write(self.tls, bytes, Int32(bytes.count))
        return status > 0 ? nil : self.reason(status)
    }

    /// Receives what is there, at most `limit` bytes; an empty array at the orderly end.
    func receive(limit: Int) -> Received {
        ERR_clear_error()
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = SSL_read(self.tls, &bytes, Int32(limit))
        if count > 0 { return .bytes(Array(bytes.prefix(Int(count)))) }
        return SSL_get_error(self.tls, count) == SSL_ERROR_ZERO_RETURN ? .end : .failure(self.reason(count))
    }

    /// What came of an attempt to receive.
    enum Received {
        case bytes([UInt8])
        case end
        case failure(String)
    }

    private func reason(_ status: Int32) -> String {
        let number = errno
        let kind = SSL_get_error(self.tls, status)
        if let reason = drainedOpenSSLErrors() { return reason }
        switch kind {
        case SSL_ERROR_ZERO_RETURN: return "the peer closed the connection"
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return "the peer did not answer in time"
        default: return number == 0 ? "the peer closed the connection" : String(cString: strerror(number))
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
}
