internal import NIOCore
public import NIOSSL

extension TLSConfiguration {
    /// What is offered with TLS 1.2: suites with forward secrecy and authenticated encryption (RFC 9325, section 4.2).
    ///
    /// TLS 1.3 has no others.
    private static let safeSuites: [NIOTLSCipher] = [
        .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ]

    /// TLS 1.2 or newer for a server, with safe suites only.
    ///
    /// - Parameters:
    ///   - chain: The server's certificate, and those between it and the root.
    ///   - key: The key of the server's certificate.
    /// - Returns: A configuration that asks for no client certificate.
    public static func safeServer(
        chain: [NIOSSLCertificateSource],
        key: NIOSSLPrivateKeySource
    ) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: key)
        configuration.minimumTLSVersion = .tlsv12
        configuration.cipherSuiteValues = self.safeSuites
        // A peer that says nothing does not say farewell either; its descriptor is needed.
        configuration.shutdownTimeout = .seconds(1)
        return configuration
    }
}
