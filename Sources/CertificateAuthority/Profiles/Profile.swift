internal import COpenSSL

/// What a certificate is for; decides its extensions and its usual lifetime.
public enum Profile: String, Sendable, CaseIterable {
    /// A program that connects: an agent, the server, an operator's tool.
    case client
    /// A program that is connected to: the broker.
    case server
    /// Both at once: members of a broker cluster.
    case peer
    /// An authority below this one, which signs end certificates only.
    case ca
    /// The signer of OCSP answers (RFC 6960 section 4.2.2.2).
    case ocsp

    /// Days that a certificate is good for unless told otherwise.
    public var defaultLifetime: Lifetime {
        switch self {
        case .client, .server, .peer: .days(397)
        case .ca: .days(1825)
        case .ocsp: .days(30)
        }
    }

    /// The file name of a signed certificate, as the original scripts have it.
    public var defaultFileName: String { "\(self.rawValue)-cert.pem" }

    /// Whether a certificate of this profile identifies a host, and therefore must name it.
    public var needsAlternativeName: Bool { self == .client || self == .server || self == .peer }

    /// Bits of keyUsage (RFC 5280 section 4.2.1.3).
    ///
    /// TLS 1.3 and ECDHE sign, so `digitalSignature` is in every end certificate. `keyEncipherment` belongs to RSA alone:
    /// RFC 8813 forbids it on elliptic curves.
    func keyUsage(of key: KeyType) -> [KeyUsage] {
        switch self {
        case .client, .ocsp: [.digitalSignature]
        case .server, .peer: key.isRSA ? [.digitalSignature, .keyEncipherment] : [.digitalSignature]
        case .ca: [.keyCertSign, .crlSign]
        }
    }

    /// Purposes in extendedKeyUsage, as NIDs; an authority has none, so that Erlang need not compare them.
    var extendedKeyUsage: [Int32] {
        switch self {
        case .client: [NID_client_auth]
        case .server: [NID_server_auth]
        case .peer: [NID_server_auth, NID_client_auth]
        case .ca: []
        case .ocsp: [NID_OCSP_sign]
        }
    }

    /// Guesses the profile of a certificate that another tool made.
    public init?(certificate: Certificate) {
        let purposes = Set(certificate.extendedKeyUsage)
        if certificate.isAuthority {
            self = .ca
        } else if purposes.contains("OCSPSigning") {
            self = .ocsp
        } else if purposes.isSuperset(of: ["serverAuth", "clientAuth"]) {
            self = .peer
        } else if purposes.contains("serverAuth") {
            self = .server
        } else if purposes.contains("clientAuth") {
            self = .client
        } else {
            return nil
        }
    }
}

/// One bit of keyUsage.
public enum KeyUsage: Int32, Sendable, CaseIterable {
    case digitalSignature = 0
    case nonRepudiation, keyEncipherment, dataEncipherment, keyAgreement, keyCertSign, crlSign
    case encipherOnly, decipherOnly
}
