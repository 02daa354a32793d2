internal import AMQP
public import Logging
public import Store

/// Looks whether a monitoring server's broker settings can work, before anybody relies on them.
public enum BrokerCheck {
    /// Checks what can be known without a network: the URL, and that TLS settings and scheme fit.
    ///
    /// Throws an error whose description is one line for people, without the password.
    public static func check(_ broker: MonitoringServer.Broker) throws {
        _ = try BrokerLink.Key(broker).configuration()
    }

    /// Connects to the first broker that answers, and says what it showed.
    ///
    /// Throws an error whose description names the stage that failed. Declares nothing and takes no message.
    public static func connect(_ broker: MonitoringServer.Broker, logger: Logger) async throws -> Finding {
        let configuration = try BrokerLink.Key(broker).configuration()
        var failure: any Error = AMQPError(code: .configuration, stage: .configure, reason: "no broker is named")
        for address in configuration.addresses {
            let connection = Connection(configuration: configuration, address: address, logger: logger)
            do {
                try await connection.open()
                let finding = Finding(address: "\(address)", peer: connection.peer)
                await connection.close()
                return finding
            } catch {
                failure = error
            }
        }
        throw failure
    }

    /// What a connection showed.
    public struct Finding: Sendable {
        /// The broker that answered.
        public let address: String
        /// Protocol and cipher; nil without TLS.
        public let security: String?
        /// When the broker's certificate ends, in seconds since 1970.
        public let certificateNotAfter: Int64?
        /// When our certificate ends, in seconds since 1970.
        public let clientCertificateNotAfter: Int64?

        init(address: String, peer: PeerInfo?) {
            self.address = address
            self.security = peer.map { "\($0.tlsVersion) \($0.cipher)" }
            self.certificateNotAfter = peer?.certificateNotAfter
            self.clientCertificateNotAfter = peer?.clientCertificateNotAfter
        }
    }
}
