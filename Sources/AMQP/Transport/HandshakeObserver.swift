internal import COpenSSL
internal import Glibc

/// Sees a TLS handshake from inside: librabbitmq never shows its `SSL *`.
///
/// OpenSSL calls back on the thread that shakes hands, which is the one that owns this object.
final class HandshakeObserver {
    /// What to name in the SNI extension; `nil` when the broker is dialled by address (RFC 6066, section 3).
    let serverName: String?
    /// Whether TCP is up and the handshake has begun.
    private(set) var hasStarted = false
    /// Why the broker's certificate was refused by us.
    private(set) var refusal: String?
    /// What was agreed on, after the handshake.
    private(set) var peer: PeerInfo?

    init(serverName: String?) { self.serverName = serverName }

    /// Puts the callbacks into a context, which must not outlive this object.
    func attach(to context: OpaquePointer) {
        // Index 0 is the application's own (`SSL_CTX_set_app_data`); librabbitmq does not use it.
        SSL_CTX_set_ex_data(context, 0, Unmanaged.passUnretained(self).toOpaque())
        SSL_CTX_set_info_callback(context) { ssl, event, _ in
            guard let ssl, let observer = HandshakeObserver.of(ssl) else { return }
            if event & SSL_CB_HANDSHAKE_START != 0 { observer.start(ssl) }
            if event & SSL_CB_HANDSHAKE_DONE != 0 { observer.finish(ssl) }
        }
    }

    /// Gets rid of the callbacks: OpenSSL also calls them for what comes after the handshake.
    func detach(from context: OpaquePointer) {
        SSL_CTX_set_info_callback(context, nil)
        SSL_CTX_set_ex_data(context, 0, nil)
    }

    /// The verification callback of OpenSSL: keeps the decision and writes down why.
    static let verify: @convention(c) (CInt, OpaquePointer?) -> CInt = { isFine, store in
        guard isFine == 0, let store,
            let ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()),
            let observer = HandshakeObserver.of(OpaquePointer(ssl))
        else { return isFine }
        let error = X509_STORE_CTX_get_error(store)
        observer.refusal = String(cString: X509_verify_cert_error_string(Int(error)))
        if error == X509_V_ERR_HOSTNAME_MISMATCH || error == X509_V_ERR_IP_ADDRESS_MISMATCH,
            let names = HandshakeObserver.names(of: X509_STORE_CTX_get_current_cert(store))
        {
            observer.refusal? += ", it is for \(names)"
        }
        return isFine
    }

    private static func of(_ ssl: OpaquePointer) -> HandshakeObserver? {
        guard let context = SSL_get_SSL_CTX(ssl), let pointer = SSL_CTX_get_ex_data(context, 0) else { return nil }
        return Unmanaged<HandshakeObserver>.fromOpaque(pointer).takeUnretainedValue()
    }

    private func start(_ ssl: OpaquePointer) {
        guard !self.hasStarted else { return }
        self.hasStarted = true
        // librabbitmq names what it dials, which is an address here because we look the name up ourselves.
        if let serverName {
            serverName.withCString { name in
                _ = SSL_ctrl(
                    ssl,
                    SSL_CTRL_SET_TLSEXT_HOSTNAME,
                    Int(TLSEXT_NAMETYPE_host_name),
                    UnsafeMutableRawPointer(mutating: name)
                )
            }
        } else {
            _ = SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, Int(TLSEXT_NAMETYPE_host_name), nil)
        }
    }

    private func finish(_ ssl: OpaquePointer) {
        let certificate = SSL_get1_peer_certificate(ssl)
        defer { X509_free(certificate) }
        self.peer = PeerInfo(
            tlsVersion: String(cString: SSL_get_version(ssl)),
            cipher: SSL_CIPHER_get_name(SSL_get_current_cipher(ssl)).map { String(cString: $0) } ?? "unknown",
            certificateNotAfter: Self.notAfter(certificate),
            clientCertificateNotAfter: Self.notAfter(SSL_get_certificate(ssl)),
            clientName: Self.commonName(of: SSL_get_certificate(ssl))
        )
    }

    /// The names a certificate is for, as OpenSSL writes them: `DNS:broker.example.com, IP Address:192.0.2.1`.
    private static func names(of certificate: OpaquePointer?) -> String? {
        guard let certificate else { return nil }
        let index = X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1)
        guard index >= 0, let extensions = X509_get_ext(certificate, index), let output = BIO_new(BIO_s_mem()) else {
            return self.commonName(of: certificate)
        }
        defer { BIO_free(output) }
        guard X509V3_EXT_print(output, extensions, 0, 0) == 1 else { return nil }
        var text = [UInt8](repeating: 0, count: 1000)
        let count = BIO_read(output, &text, CInt(text.count))
        return count > 0 ? String(decoding: text.prefix(Int(count)), as: UTF8.self) : nil
    }

    private static func commonName(of certificate: OpaquePointer?) -> String? {
        guard let certificate else { return nil }
        var text = [CChar](repeating: 0, count: 256)
        let count = X509_NAME_get_text_by_NID(
            X509_get_subject_name(certificate),
            NID_commonName,
            &text,
            CInt(text.count)
        )
        guard count > 0 else { return nil }
        return String(decoding: text.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The end of a certificate in seconds since 1970.
    private static func notAfter(_ certificate: OpaquePointer?) -> Int64? {
        guard let certificate, let time = X509_get0_notAfter(certificate) else { return nil }
        var broken = tm()
        guard ASN1_TIME_to_tm(time, &broken) == 1 else { return nil }
        return Int64(timegm(&broken))
    }
}
