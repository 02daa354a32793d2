/// How to reach brokers and how to behave there.
public struct ConnectionConfiguration: Sendable, Hashable {
    /// The brokers, tried in turn.
    public var addresses: [BrokerAddress]
    /// The virtual host; default `/`.
    public var virtualHost: String
    /// How to sign in.
    public var authentication: Authentication
    /// TLS settings; `nil` means plain TCP.
    public var tls: TLSConfiguration?
    /// The interval of heartbeats; default 10 s, from 1 s to 1 h.
    ///
    /// A broker that is silent for twice as long counts as lost.
    public var heartbeat: Duration
    /// How long connecting, the TLS handshake and signing in may each take; default 10 s.
    public var connectTimeout: Duration
    /// How long the broker may take to answer a request; default 15 s.
    public var requestTimeout: Duration
    /// What the broker shows as the name of this connection.
    public var clientName: String
    /// The largest message body kept in memory, in bytes; default 64 MiB.
    ///
    /// The body of a larger delivery is read and dropped, see ``Delivery/isOversized``.
    public var maximumBodySize: Int

    /// Creates a configuration with defaults for everything but where and who.
    public init(
        addresses: [BrokerAddress],
        virtualHost: String = "/",
        authentication: Authentication,
        tls: TLSConfiguration? = nil,
        heartbeat: Duration = .seconds(10),
        connectTimeout: Duration = .seconds(10),
        requestTimeout: Duration = .seconds(15),
        clientName: String = "hatohol",
        maximumBodySize: Int = 64 << 20
    ) {
        self.addresses = addresses
        self.virtualHost = virtualHost
        self.authentication = authentication
        self.tls = tls
        self.heartbeat = heartbeat
        self.connectTimeout = connectTimeout
        self.requestTimeout = requestTimeout
        self.clientName = clientName
        self.maximumBodySize = maximumBodySize
    }
}
