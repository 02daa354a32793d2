/// What a listener with TLS shows of itself and asks of its clients, as files in PEM.
public struct TLSFiles: Hashable, Sendable {
    /// Whether clients have to show a certificate.
    public enum Clients: String, CaseIterable, Hashable, Sendable {
        /// They are not asked for one.
        case none
        /// One that is shown must be good; none is good too.
        case optional
        /// Without a good one there is no connection.
        case required
    }

    /// Our certificate, and those between it and the root.
    public var certificate: String
    /// The private key of our certificate.
    public var key: String
    /// The authorities whose clients are admitted; needed unless clients are not asked.
    public var authorities: String?
    /// Whether clients have to show a certificate.
    public var clients: Clients

    /// Names the files; clients have to show a certificate when there are authorities, unless said otherwise.
    public init(certificate: String, key: String, authorities: String? = nil, clients: Clients? = nil) {
        self.certificate = certificate
        self.key = key
        self.authorities = authorities
        self.clients = clients ?? (authorities == nil ? .none : .required)
    }
}
