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
        /// The broker's user that the arm's messages must carry; `nil` takes messages of anybody who can write to the queue.
        ///
        /// Original arms do not say who they are, and those that were registered before this was asked are not asked.
        public var armUser: String?

        /// Describes a broker.
        public init(
            url: BrokerURL,
            queue: String,
            certificateAuthority: String? = nil,
            certificate: String? = nil,
            key: String? = nil,
            verifiesPeer: Bool = true,
            queueType: String = "durable",
            armUser: String? = nil
        ) {
            self.url = url
            self.queue = queue
            self.certificateAuthority = certificateAuthority
            self.certificate = certificate
            self.key = key
            self.verifiesPeer = verifiesPeer
            self.queueType = queueType
            self.armUser = armUser
        }

        /// A broker about which nothing is known yet; ``use(queue:)`` demands that its arm signs in by the name of the queue.
        public static let blank = Self(url: BrokerURL(""), queue: "", armUser: "")

        /// Takes another queue pair; a user that was named like the old one is named like the new one.
        public mutating func use(queue: String) {
            if self.armUser == self.queue { self.armUser = queue }
            self.queue = queue
        }
    }
}
