internal import Daemon
internal import HTTPServing
public import Store

/// How the console is served.
public struct ConsoleConfiguration: Sendable {
    /// Files for HTTPS; read when the console starts, and again by ``Console/reload()``.
    public struct TLS: Sendable {
        /// The chain, own certificate first, in PEM.
        public var certificate: String
        /// The key, in PEM.
        public var key: String
        /// When given, browsers and programs need a certificate of this authority.
        public var clientAuthority: String?

        /// Revocation lists of that authority, and of those between it and the clients, in PEM.
        ///
        /// When given, a certificate on one of them is refused, and so is every certificate for which there is no list that counts.
        /// Read again whenever the file changes.
        public var clientRevocationLists: String?

        /// Names the files.
        public init(
            certificate: String,
            key: String,
            clientAuthority: String? = nil,
            clientRevocationLists: String? = nil
        ) {
            self.certificate = certificate
            self.key = key
            self.clientAuthority = clientAuthority
            self.clientRevocationLists = clientRevocationLists
        }
    }

    /// One step of a connection test: its name, whether it went well, and what was found.
    public struct ConnectionStage: Sendable {
        /// What was tried.
        public let name: String
        /// Whether it went well.
        public let succeeded: Bool
        /// What was found, or why it failed.
        public let detail: String

        /// Describes a step.
        public init(name: String, succeeded: Bool, detail: String) {
            self.name = name
            self.succeeded = succeeded
            self.detail = detail
        }
    }

    /// The address to listen on; a host name or an IP address.
    public var host: String
    /// The port; 0 takes a free one.
    public var port: Int
    /// HTTPS with these files; without them plain HTTP.
    public var tls: TLS?
    /// Whether plain HTTP may be served on an address that is not loopback, as behind a proxy that does HTTPS.
    public var allowsPlainHTTP = false
    /// Addresses whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    public var trustedProxies: Set<String> = []
    /// How many seconds a peer may take for the TLS handshake, and then for the line and header fields of its first request.
    public var patience: Int64 = 10
    /// How many connections of one address are served before somebody signs in on them; others wait.
    ///
    /// Proxies that are trusted have no such limit.
    public var newcomersPerAddress = 64
    /// How long a session lasts whatever is set, in seconds: seven days.
    public static let longestSession: Int64 = 604_800
    /// How long somebody stays signed in, in seconds; 0 until the browser closes, and ``longestSession`` at most.
    public var sessionLifetime: Int64 = 28_800
    /// Whether the lifetime counts from the last request instead of from the sign-in.
    public var sessionSlides = true
    /// The shortest password, in characters; at least 5.
    public var minimumPasswordLength = 12
    /// How many connections are open at a time.
    var mostConnections = ConnectionBounds.most(8192)
    /// How long a page of events is looked for before what was found is shown.
    var searchTime = Duration.milliseconds(40)
    /// The same for whoever asked to go on with a search that was broken off.
    var patientSearchTime = Duration.milliseconds(600)
    /// How long what is known of the sessions of open pages is believed.
    var sessionCheck = Duration.seconds(5)
    /// What `/api/v1/version` says.
    public var version: String
    /// Tries a connection to a broker, stage by stage; without it there is no button for that.
    public var testConnection: (@Sendable (MonitoringServer) async -> [ConnectionStage])?

    /// Describes a console on loopback.
    public init(host: String = "127.0.0.1", port: Int = 8443, version: String = "0.0.0") {
        self.host = host
        self.port = port
        self.version = version
    }

    /// What strangers may do with connections.
    var peers: PeerLimits {
        var limits = PeerLimits()
        limits.newcomers = self.newcomersPerAddress
        limits.patience = Int(self.patience)
        limits.proxies = self.trustedProxies
        return limits
    }

    var isLoopback: Bool { self.host == "localhost" || self.host == "::1" || self.host.hasPrefix("127.") }
}
