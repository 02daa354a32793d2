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
    /// The common name in the client's certificate; `nil` without one.
    public var clientName: String?

    /// The certificates with less than so many days left at a moment, in seconds since 1970, each by its name and its whole days left.
    public func certificatesEnding(within days: Int64, of now: Int64) -> [(name: String, daysLeft: Int64)] {
        let ends = [
            ("the client certificate", self.clientCertificateNotAfter),
            ("the broker's certificate", self.certificateNotAfter),
        ]
        return ends.compactMap { name, end in
            guard let end, end - now < days * 86_400 else { return nil }
            return (name, max(0, end - now) / 86_400)
        }
    }
}
