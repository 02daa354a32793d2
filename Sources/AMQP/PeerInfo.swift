/// What is known about the other end of a secure connection, and about our own certificate.
public struct PeerInfo: Sendable, Hashable {
    /// The protocol in use, for example `TLSv1.3`.
    public var tlsVersion: String
    /// The cipher suite in use.
    public var cipher: String
    /// When the broker's certificate ends, in seconds since 1970.
    public var certificateNotAfter: Int64?
    /// When the client's certificate ends, in seconds since 1970; `nil` without one.
    public var clientCertificateNotAfter: Int64?
}
