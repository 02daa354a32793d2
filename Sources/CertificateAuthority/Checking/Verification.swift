internal import COpenSSL

/// What to verify a certificate for.
public struct VerificationOptions {
    /// The certificates trusted as they are.
    public var trusted: [Certificate]
    /// Authorities that may be between.
    public var intermediates: [Certificate] = []
    /// Revocation lists; when there are any, the certificate must be covered by one, and so must each authority above it of
    /// whose issuer there is one.
    public var revocationLists: [RevocationList] = []
    /// client or server; nil for any.
    public var purpose: Profile?
    /// The name that is dialled.
    public var host: HostName?
    /// The moment; nil for now.
    public var time: Timestamp?
    /// Whether a trusted certificate ends the chain although another authority signed it.
    ///
    /// Clients do not accept that as a rule: to them only a root ends a chain.
    public var acceptsPartialChain = false
    /// Whether the host's name may be the common name where there are no alternative names (RFC 9525 section 2 says no).
    public var acceptsCommonName = false
    /// Whether the rules for extensions, serial numbers and lists apply that strict peers have, and keys must have 112 bits of
    /// security: RSA from 2048, curves from P-224, signatures with SHA-2.
    public var isStrict = true

    /// Verification against some trusted certificates.
    public init(trusted: [Certificate]) { self.trusted = trusted }
}

/// The answer of a verification.
public struct Verification: Sendable {
    /// Whether the certificate is good for what was asked.
    public let isGood: Bool
    /// What is wrong, and at which certificate of the chain; nil when it is good.
    public let reason: String?
    /// The subjects of the chain that was found, the certificate itself first.
    public let chain: [String]

    /// Verifies a certificate with libcrypto.
    public init(_ certificate: Certificate, _ options: VerificationOptions) throws {
        ERR_clear_error()
        defer { ERR_clear_error() }
        guard let store = X509_STORE_new(), let context = X509_STORE_CTX_new() else { fatalError("out of memory") }
        defer {
            X509_STORE_CTX_free(context)
            X509_STORE_free(store)
        }
        for trusted in options.trusted { X509_STORE_add_cert(store, trusted.pointer) }
        for list in options.revocationLists { X509_STORE_add_crl(store, list.pointer) }
        guard let between = OPENSSL_sk_new_null() else { fatalError("out of memory") }
        defer { OPENSSL_sk_free(between) }
        for intermediate in options.intermediates { OPENSSL_sk_push(between, UnsafeRawPointer(intermediate.pointer)) }
        try openSSLSucceeds("preparing the verification") {
            X509_STORE_CTX_init(context, store, certificate.pointer, between)
        }
        Self.apply(options, to: X509_STORE_CTX_get0_param(context))
        X509_STORE_CTX_set_verify_cb(context, passOverMissingLists)
        let result = withExtendedLifetime((options, certificate)) { X509_verify_cert(context) }
        let error = X509_STORE_CTX_get_error(context)
        let chain = Self.chain(of: context)
        self.chain = chain.map { "\($0.subject)" }
        var failure: (reason: String, depth: Int)?
        if result != 1 || error != X509_V_OK {
            let depth = Int(X509_STORE_CTX_get_error_depth(context))
            failure = (String(cString: X509_verify_cert_error_string(Int(error))), depth)
        } else if options.isStrict {
            failure = StrictRules(options: options).violation(in: chain)
        }
        self.isGood = failure == nil
        self.reason = failure.map { $0.depth < chain.count ? "\($0.reason) (\(chain[$0.depth].subject))" : $0.reason }
    }

    /// The chain that was found, as far as it was found.
    private static func chain(of context: OpaquePointer) -> [Certificate] {
        elements(of: X509_STORE_CTX_get0_chain(context)).compactMap { element in
            let pointer = OpaquePointer(element)
            return X509_up_ref(pointer) == 1 ? Certificate(owning: pointer) : nil
        }
    }

    private static func apply(_ options: VerificationOptions, to parameters: OpaquePointer?) {
        var flags: UInt = 0
        if options.acceptsPartialChain { flags |= UInt(X509_V_FLAG_PARTIAL_CHAIN) }
        if options.isStrict {
            flags |= UInt(X509_V_FLAG_X509_STRICT)
            X509_VERIFY_PARAM_set_auth_level(parameters, 2)
        }
        if !options.revocationLists.isEmpty { flags |= UInt(X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL) }
        X509_VERIFY_PARAM_set_flags(parameters, flags)
        switch options.purpose {
        case .client: X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_CLIENT)
        case .server: X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_SERVER)
        default: break
        }
        // RFC 9525 section 6.3: a wildcard is a whole label.
        let names = UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS)
        let subject = options.acceptsCommonName ? 0 : UInt32(X509_CHECK_FLAG_NEVER_CHECK_SUBJECT)
        X509_VERIFY_PARAM_set_hostflags(parameters, names | subject)
        if let host = options.host {
            if host.isAddress {
                X509_VERIFY_PARAM_set1_ip_asc(parameters, host.description)
            } else {
                X509_VERIFY_PARAM_set1_host(parameters, host.description, 0)
            }
        }
        if let time = options.time { X509_VERIFY_PARAM_set_time(parameters, time.seconds) }
    }
}

/// Lets libcrypto go on where it misses a list of an issuer none of whose lists was given, for authorities only.
///
/// libcrypto looks at all of the chain or at the end certificate alone. The former would refuse whoever has the lists of the
/// issuing authority and not those of the root, the latter would accept a chain whose authority the root has revoked.
private func passOverMissingLists(_ isGood: Int32, _ context: OpaquePointer?) -> Int32 {
    guard isGood == 0, X509_STORE_CTX_get_error(context) == X509_V_ERR_UNABLE_TO_GET_CRL,
        X509_STORE_CTX_get_error_depth(context) > 0, let current = X509_STORE_CTX_get_current_cert(context)
    else { return isGood }
    let lists = X509_STORE_CTX_get1_crls(context, X509_get_issuer_name(current))
    defer {
        for list in elements(of: lists) { X509_CRL_free(OpaquePointer(list)) }
        OPENSSL_sk_free(lists)
    }
    guard elements(of: lists).isEmpty else { return isGood }
    X509_STORE_CTX_set_error(context, X509_V_OK)
    return 1
}
