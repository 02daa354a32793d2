/// A source registered on our server: where its arm is reached and what the arm is told.
public struct MonitoringServer: Equatable, Sendable, Identifiable {
    /// Identifies a monitoring server; never used again after a removal.
    public typealias ID = Int64

    /// The id, given by the store; 0 before it is stored.
    public var id: ID
    /// The name for people, unique among the registered servers.
    public var nickname: String
    /// The UUID of the kind of arm.
    public var type: String
    /// Where messages are exchanged.
    public var broker: Broker
    /// What `getMonitoringServerInfo` tells the arm.
    public var settings: ArmSettings

    /// Describes a server that is not stored yet.
    public init(id: ID = 0, nickname: String, type: String, broker: Broker, settings: ArmSettings = ArmSettings()) {
        self.id = id
        self.nickname = nickname
        self.type = type
        self.broker = broker
        self.settings = settings
    }

    /// The broker, the queue pair on it and the files for TLS.
    public struct Broker: Hashable, Sendable {
        /// Address and sign-in.
        public var url: BrokerURL
        /// The queue pair's base: messages come on `<base>-S` and go out on `<base>-T`.
        public var queue: String
        /// Certificate authority, own certificate and own key, as paths; read at every connect.
        public var certificateAuthority: String?
        public var certificate: String?
        public var key: String?
        /// Whether the broker's chain and name are verified.
        public var verifiesPeer: Bool
        /// How a missing queue is declared: `durable`, `quorum` or `transient`.
        public var queueType: String

        /// Describes a broker.
        public init(
            url: BrokerURL,
            queue: String,
            certificateAuthority: String? = nil,
            certificate: String? = nil,
            key: String? = nil,
            verifiesPeer: Bool = true,
            queueType: String = "durable"
        ) {
            self.url = url
            self.queue = queue
            self.certificateAuthority = certificateAuthority
            self.certificate = certificate
            self.key = key
            self.verifiesPeer = verifiesPeer
            self.queueType = queueType
        }
    }
}
