/// What strangers may do with connections alone; the same settings for everything that listens.
public struct PeerLimits: Hashable, Sendable {
    /// Values of ``newcomers`` that make sense.
    public static let newcomersRange = 8...100_000
    /// Values of ``patience`` that make sense, in seconds.
    public static let patienceRange = 1...600

    /// How many connections of one address are served before their peers have shown who they are; others wait.
    public var newcomers = 64

    /// Seconds that a peer may take for each step of its beginning: a TLS handshake, a sign-in, or the head of a request.
    public var patience = 10

    /// Addresses of proxies, behind which many have one address; they have no limit of ``newcomers``.
    public var proxies: Set<String> = []

    /// The defaults.
    public init() {}

    /// Who is counted for a peer's address; `nil` for a proxy, and for a peer without an address, as on a Unix socket.
    public func network(of address: String?) -> PeerNetwork? {
        guard let address else { return nil }
        let canonical = PeerNetwork.canonical(address)
        return self.proxies.contains { PeerNetwork.canonical($0) == canonical } ? nil : PeerNetwork(address)
    }
}
