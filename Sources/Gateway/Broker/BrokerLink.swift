internal import AMQP
internal import HAPI
internal import Logging
internal import Store
internal import Synchronization

/// One connection to a broker, kept for ever and shared by all monitoring servers that sign in to it in the same way.
final class BrokerLink: Sendable {
    /// What servers must have in common to share a connection.
    struct Key: Hashable, Sendable {
        var url: BrokerURL
        var certificateAuthority: String?
        var certificate: String?
        var key: String?
        var verifiesPeer: Bool
        /// Tells apart the connections that are needed because one carries a bounded number of channels.
        var shard = 0

        init(_ broker: MonitoringServer.Broker) {
            self.url = broker.url
            self.certificateAuthority = broker.certificateAuthority
            self.certificate = broker.certificate
            self.key = broker.key
            self.verifiesPeer = broker.verifiesPeer
        }

        /// How to connect; the files are read at each attempt.
        func configuration() throws(AMQPError) -> ConnectionConfiguration {
            let hasFiles = self.certificateAuthority != nil || self.certificate != nil || self.key != nil
            let isSecure = hasFiles || self.url.isSecure
            let tls = TLSConfiguration(
                certificateAuthorityPath: self.certificateAuthority,
                certificateChainPath: self.certificate,
                privateKeyPath: self.key,
                verification: self.verifiesPeer ? .peer : .none
            )
            var configuration = try ConnectionConfiguration(url: self.url, tls: isSecure ? tls : nil)
            configuration.clientName = "hatohol-server"
            return configuration
        }
    }

    /// How the link is.
    enum Status: Sendable {
        /// With the exchange that messages to arms go to, empty for the default one.
        case connected(Connection, exchange: String)
        case disconnected(String)
    }

    private struct State {
        var status: Status?
        var listeners: [UInt64: AsyncStream<Status>.Continuation] = [:]
        var nextListener: UInt64 = 0
    }

    /// How many days before the end of a certificate it is said, at each connect.
    private static let daysOfWarning: Int64 = 30

    private let key: Key
    private let logger: Logger
    private let state = Mutex(State())

    init(_ key: Key, logger: Logger) {
        self.key = key
        self.logger = logger
    }

    /// Connects and connects again, until cancelled.
    func run() async {
        let reconnector = Reconnector(
            logger: self.logger,
            configuration: { [key] in try key.configuration() },
            onChange: { [weak self] change in
                if case .disconnected(let error) = change { self?.set(.disconnected("\(error)")) }
            }
        )
        await reconnector.run { connection in
            self.warn(of: connection.peer)
            let exchange = await self.findExchange(connection)
            await self.confirmUser(connection, by: exchange)
            self.set(.connected(connection, exchange: exchange))
            try await connection.waitUntilClosed()
            throw AMQPError(code: .connectionClosed, stage: .receive, reason: "the connection was closed")
        }
    }

    /// The status now, and each that follows; a slow listener sees the newest only.
    func statuses() -> AsyncStream<Status> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let number = self.state.withLock { state in
                state.nextListener += 1
                state.listeners[state.nextListener] = continuation
                if let status = state.status { continuation.yield(status) }
                return state.nextListener
            }
            continuation.onTermination = { [weak self] _ in
                self?.state.withLock { $0.listeners[number] = nil }
            }
        }
    }

    /// Connects anew, so that changed certificates count; if that does not work, what works is kept.
    func renew() async {
        guard case .connected(let current, _)? = self.state.withLock({ $0.status }) else { return }
        do {
            let configuration = try self.key.configuration()
            let trial = Connection(configuration: configuration, address: current.address, logger: self.logger)
            try await trial.open()
            await trial.close()
            await current.close()
        } catch {
            self.logger.warning("kept the old connection: the new one fails", metadata: ["reason": "\(error)"])
        }
    }

    /// Makes sure that there is an exchange in which the broker can keep arms apart.
    private func findExchange(_ connection: Connection) async -> String {
        do throws(AMQPError) {
            try await connection.declareTopicExchange(QueuePair.exchange)
            return QueuePair.exchange
        } catch {
            self.logger.warning(
                "arms are reached by the default exchange, where one is not kept from the queues of others",
                metadata: ["exchange": "\(QueuePair.exchange)", "reason": "\(error)"]
            )
            return ""
        }
    }

    /// Finds out our own user, by which arms know us and which may be theirs as well.
    private func confirmUser(_ connection: Connection, by exchange: String) async {
        do {
            try await connection.confirmUser(by: exchange)
        } catch {
            self.logger.warning("the broker did not say who we are to it", metadata: ["reason": "\(error)"])
        }
    }

    private func warn(of peer: PeerInfo?) {
        let now = ArmShell.now.wall.nanoseconds / 1_000_000_000
        for (name, daysLeft) in peer?.certificatesEnding(within: Self.daysOfWarning, of: now) ?? [] {
            self.logger.warning("\(name) ends soon", metadata: ["days-left": "\(daysLeft)"])
        }
    }

    private func set(_ status: Status) {
        self.state.withLock { state in
            state.status = status
            for listener in state.listeners.values { listener.yield(status) }
        }
    }
}
