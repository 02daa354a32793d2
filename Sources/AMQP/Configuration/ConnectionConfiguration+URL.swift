extension ConnectionConfiguration {
    /// Connects to where a URL leads.
    ///
    /// Without a user, `amqps` signs in by certificate when there is one, else as `guest`. `amqps` without `tls` means the
    /// system's authorities and no client certificate; `tls` given with `amqp` is refused, so that nobody takes a plain
    /// connection for a secure one. No error shows the password.
    public init(url: BrokerURL, tls: TLSConfiguration? = nil) throws(AMQPError) {
        let parts: BrokerURL.Parts
        do { parts = try url.parts } catch { throw .configuration(error.reason) }
        guard parts.isSecure || tls == nil else {
            throw .configuration("TLS settings are given, but the broker URL says amqp: write amqps")
        }
        let authentication: Authentication
        if let user = parts.user {
            authentication = .plain(user: user, password: parts.password ?? "")
        } else if parts.isSecure, tls?.certificateChainPath != nil {
            authentication = .external
        } else {
            authentication = .plain(user: "guest", password: "guest")
        }
        self.init(
            addresses: parts.addresses,
            virtualHost: parts.virtualHost,
            authentication: authentication,
            tls: parts.isSecure ? tls ?? TLSConfiguration() : nil
        )
    }

    /// Reads a URL, see ``BrokerURL``, and connects to where it leads.
    public init(url: String, tls: TLSConfiguration? = nil) throws(AMQPError) {
        try self.init(url: BrokerURL(url), tls: tls)
    }
}
