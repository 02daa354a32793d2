internal import COpenSSL
internal import CRabbitMQ
internal import Glibc

/// Sets up the `SSL_CTX` librabbitmq hands out.
///
/// The library itself verifies after the handshake, when the client's certificate is already sent, knows no addresses in
/// certificates, no revocation lists, and does not notice when key and certificate do not belong together.
struct TLSContext {
    private let context: OpaquePointer
    private let configuration: TLSConfiguration

    init(_ context: OpaquePointer, _ configuration: TLSConfiguration) {
        self.context = context
        self.configuration = configuration
    }

    /// Reads the files and demands what the configuration says, `host` being the name the certificate must bear.
    func prepare(host: String, observer: HandshakeObserver) throws(AMQPError) {
        OpenSSLErrors.clear()
        // `SSL_CTX_set_min_proto_version` is a macro.
        SSL_CTX_ctrl(self.context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
        // Without this, OpenSSL asks for the passphrase of an encrypted key on the terminal.
        SSL_CTX_set_default_passwd_cb(self.context) { _, _, _, _ in -1 }
        try self.loadAuthorities()
        try self.loadCertificateAndKey()
        switch self.configuration.verification {
        case .peer: try self.demand(host)
        default: SSL_CTX_set_verify(self.context, SSL_VERIFY_NONE, nil)
        }
        try self.loadRevocationList()
        observer.attach(to: self.context)
    }

    private func loadAuthorities() throws(AMQPError) {
        guard let path = self.configuration.certificateAuthorityPath else {
            SSL_CTX_set_default_verify_paths(self.context)
            return
        }
        try Self.checkReadable(path, "CA file")
        guard SSL_CTX_load_verify_file(self.context, path) == 1 else {
            throw Self.failure("no certificate can be read from the CA file \(path)")
        }
    }

    private func loadCertificateAndKey() throws(AMQPError) {
        switch (self.configuration.certificateChainPath, self.configuration.privateKeyPath) {
        case (nil, nil): return
        case (nil, .some): throw .configuration("a private key is given without its certificate")
        case (.some, nil): throw .configuration("a certificate is given without its private key")
        case (let chain?, let key?):
            try Self.checkReadable(chain, "certificate")
            try Self.checkReadable(key, "private key")
            guard SSL_CTX_use_certificate_chain_file(self.context, chain) == 1 else {
                throw Self.failure("no certificate can be read from \(chain)")
            }
            guard SSL_CTX_use_PrivateKey_file(self.context, key, SSL_FILETYPE_PEM) == 1 else {
                if OpenSSLErrors.latestReason?.contains("mismatch") == true { throw Self.mismatch(key, chain) }
                throw Self.failure("no unencrypted private key can be read from \(key)")
            }
            guard SSL_CTX_check_private_key(self.context) == 1 else { throw Self.mismatch(key, chain) }
        }
    }

    private func demand(_ host: String) throws(AMQPError) {
        SSL_CTX_set_verify(self.context, SSL_VERIFY_PEER, HandshakeObserver.verify)
        let parameters = SSL_CTX_get0_param(self.context)
        if X509_VERIFY_PARAM_set1_ip_asc(parameters, host) == 1 { return }
        X509_VERIFY_PARAM_set_hostflags(parameters, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        guard X509_VERIFY_PARAM_set1_host(parameters, host, 0) == 1 else {
            throw Self.failure("the name \(host) cannot be checked")
        }
    }

    private func loadRevocationList() throws(AMQPError) {
        guard let path = self.configuration.revocationListPath else { return }
        try Self.checkReadable(path, "revocation list")
        let store = SSL_CTX_get_cert_store(self.context)
        guard let lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file()),
            X509_load_crl_file(lookup, path, X509_FILETYPE_PEM) > 0
        else { throw Self.failure("no revocation list can be read from \(path)") }
        X509_STORE_set_flags(store, UInt(X509_V_FLAG_CRL_CHECK))
    }

    private static func mismatch(_ key: String, _ chain: String) -> AMQPError {
        OpenSSLErrors.clear()
        return AMQPError(
            code: .configuration,
            stage: .tls,
            reason: "the private key \(key) does not belong to the certificate \(chain)"
        )
    }

    private static func failure(_ reason: String) -> AMQPError {
        AMQPError(code: .configuration, stage: .tls, reason: reason, tlsReason: OpenSSLErrors.drain())
    }

    /// OpenSSL's own words for a missing file are "system lib".
    private static func checkReadable(_ path: String, _ what: String) throws(AMQPError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            // Without descriptors or memory no file can be read; that passes, and is no mistake in the settings.
            let isShortage = [EMFILE, ENFILE, ENOMEM].contains(errno)
            let reason = "cannot read the \(what) \(path): \(String(cString: strerror(errno)))"
            throw AMQPError(code: isShortage ? .library : .configuration, stage: .tls, reason: reason)
        }
        close(descriptor)
    }
}
