import AMQP
import Logging

/// Clients of a broker that sign in by certificate and stay connected.
final class HeldClients {
    private let port: Int
    private var held: [(name: String, connection: Connection, channel: Channel)] = []

    /// Nobody is connected yet.
    init(of broker: LiveBroker) { self.port = broker.port }

    /// How many there are.
    var count: Int { self.held.count }

    /// Connects one more, which must be answered; throws when it is not let in.
    func join(
        _ name: String,
        _ identity: (certificate: String, key: String),
        trusting root: String
    ) async throws {
        let address = BrokerAddress(host: "localhost", port: UInt16(self.port))
        let configuration = ConnectionConfiguration(
            addresses: [address],
            authentication: .external,
            tls: TLSConfiguration(
                certificateAuthorityPath: root,
                certificateChainPath: identity.certificate,
                privateKeyPath: identity.key
            ),
            heartbeat: .seconds(120),
            connectTimeout: .seconds(60),
            requestTimeout: .seconds(60)
        )
        let connection = Connection(configuration: configuration, address: address, logger: Logger(label: name))
        try await connection.open()
        let channel = try await connection.openChannel(confirms: false)
        _ = try await channel.declareQueue(name, as: .transient)
        self.held.append((name, connection, channel))
    }

    /// Those whom the broker does not answer any more, and why.
    func lost() async -> [String] {
        var lost: [String] = []
        for (name, _, channel) in self.held {
            do {
                _ = try await channel.declareQueue(name, as: .transient)
            } catch {
                lost.append("\(name): \(error)")
            }
        }
        return lost
    }

    /// Says goodbye for all.
    func leave() async {
        for (_, connection, _) in self.held { await connection.close() }
        self.held = []
    }
}
