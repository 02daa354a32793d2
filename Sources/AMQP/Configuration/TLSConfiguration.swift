/// How to secure a connection.
///
/// The files are PEM. They are read again at each connect, so a renewed certificate is used from the next one on.
public struct TLSConfiguration: Sendable, Hashable {
    /// How far the broker's certificate is checked.
    public struct Verification: Sendable, Hashable, CustomStringConvertible {
        private enum Base: String { case peer, none }
        private let base: Base

        /// The chain, the validity period and the name are checked inside the handshake; the default.
        public static let peer = Self(base: .peer)
        /// Nothing is checked: whoever answers can read everything and pretend to be the broker.
        public static let none = Self(base: .none)

        /// The word used on command lines.
        public var description: String { self.base.rawValue }
    }

    /// The certificate authorities to trust; `nil` means those of the system.
    public var certificateAuthorityPath: String?
    /// The client's certificate, followed by the intermediate ones.
    public var certificateChainPath: String?
    /// The client's private key, not encrypted.
    public var privateKeyPath: String?
    /// A revocation list of the broker's issuer.
    ///
    /// When set, a broker certificate on the list is refused, and so is any when the list does not fit the issuer or is
    /// out of date.
    public var revocationListPath: String?
    /// How far the broker's certificate is checked.
    public var verification: Verification

    /// Creates settings; a certificate and its key are given together or not at all.
    public init(
        certificateAuthorityPath: String? = nil,
        certificateChainPath: String? = nil,
        privateKeyPath: String? = nil,
        revocationListPath: String? = nil,
        verification: Verification = .peer
    ) {
        self.certificateAuthorityPath = certificateAuthorityPath
        self.certificateChainPath = certificateChainPath
        self.privateKeyPath = privateKeyPath
        self.revocationListPath = revocationListPath
        self.verification = verification
    }
}
