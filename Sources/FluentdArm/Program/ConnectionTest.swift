internal import AMQP
internal import ArmPlugin
internal import HAPI
internal import JSONRPC
internal import Logging

/// `--test-connection`: goes through every stage with each broker, up to the server's answer to exchangeProfile.
struct ConnectionTest {
    /// How long the server may take to answer.
    static let patience: Duration = .seconds(30)

    private static let stages: [AMQPError.Stage] = [.resolve, .connect, .tls, .sasl, .open]
    private let configuration: Configuration
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init(_ configuration: Configuration) { self.configuration = configuration }

    /// Prints a line for each stage and returns whether one of the brokers leads to the server.
    func run() async -> Bool {
        for warning in self.configuration.warnings { print("warning: \(warning)") }
        for address in self.configuration.broker.connection.addresses {
            print("broker \(address)")
            if await self.test(address) { return true }
        }
        return false
    }

    private func test(_ address: BrokerAddress) async -> Bool {
        let broker = self.configuration.broker
        let connection = Connection(configuration: broker.connection, address: address, logger: self.logger)
        do {
            try await connection.open()
            self.tellStages(before: nil, connection.peer)
            let channel = try await connection.openChannel(confirms: false)
            for queue in [broker.sendQueue, broker.receiveQueue] {
                let declared = try await channel.declareQueue(queue, as: broker.queueType)
                print(
                    "  queue: ok, \(queue) \(declared.existed ? "is there" : "was declared"), \(declared.messageCount) messages"
                )
            }
            let server = try await self.exchangeProfiles(channel)
            print("  profile: ok, the server is \(server.name)")
            await connection.close()
            return true
        } catch let error as AMQPError {
            self.tellStages(before: error.stage, connection.peer)
            print("  \(error)")
        } catch {
            print("  profile failed: \(error)")
        }
        await connection.close()
        return false
    }

    /// Tells of the stages that went well; opening a connection goes through all of them at once.
    private func tellStages(before failed: AMQPError.Stage?, _ peer: PeerInfo?) {
        guard failed != .configure else { return }
        for stage in Self.stages {
            if stage == failed { return }
            if stage == .tls {
                guard self.configuration.broker.connection.tls != nil else { continue }
                print("  TLS: ok\(peer.map { ", \($0.tlsVersion) \($0.cipher)" } ?? "")")
            } else {
                print("  \(stage): ok")
            }
        }
    }

    private func exchangeProfiles(_ channel: Channel) async throws -> Profile {
        let broker = self.configuration.broker
        try await channel.consume(broker.receiveQueue, prefetch: 64)
        let profile = Profile(name: Agent.name, offering: [.exchangeProfile, .updateMonitoringServerInfo])
        let id = Int64.random(in: 1...0x7FFF_FFFF)
        _ = try await channel.publish(profile.request(id: .number(id)), to: broker.sendQueue, messageID: String(id))
        return try await withThrowingTaskGroup(of: Profile.self) { group in
            group.addTask { try await self.answer(to: .number(id), on: channel) }
            group.addTask {
                try await Task.sleep(for: Self.patience)
                throw NoAnswer(
                    description:
                        "the server did not answer within \(Self.patience); check that it runs and consumes \(broker.sendQueue)"
                )
            }
            defer { group.cancelAll() }
            guard let profile = try await group.next() else { throw CancellationError() }
            return profile
        }
    }

    private func answer(to id: MessageID, on channel: Channel) async throws -> Profile {
        for try await event in channel.events {
            guard case .delivery(let delivery) = event else { continue }
            switch Message(parsing: delivery.body, invalidUTF8: .repair) {
            case .result(let result, id):
                try await channel.acknowledge(delivery.tag, multiple: false)
                return try Profile(result)
            case .failure(let error, id): throw error
            // Everything else is left in the queue for the arm itself.
            default: continue
            }
        }
        throw NoAnswer(description: "the channel ended")
    }

    private struct NoAnswer: Error, CustomStringConvertible {
        let description: String
    }
}
