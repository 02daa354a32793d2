internal import AMQP
internal import ArmPlugin
internal import Glibc
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
        for warning in self.configuration.warnings { self.say("warning: \(warning)") }
        for address in self.configuration.broker.connection.addresses {
            self.say("broker \(address)")
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
            let toServer = try await self.look(at: broker.queues.toServer, connection)
            let toArm = try await self.look(at: broker.queues.toArm, connection)
            if toServer.consumerCount == 0 {
                self.say("  nobody consumes \(toServer.name) yet, so no server can answer")
            }
            if toArm.consumerCount > 0 {
                // Whoever consumes beside the agent takes answers away from it.
                self.say(
                    "  another arm consumes \(toArm.name) (is the agent running?): ok so far, the server was not asked"
                )
            } else {
                let route = try await broker.route(on: connection)
                self.say("  exchange: ok, \(route.exchange.isEmpty ? "the default one" : route.exchange)")
                let channel = try await connection.openChannel(confirms: false)
                let server = try await self.exchangeProfiles(by: route, on: channel)
                self.say("  profile: ok, the server is \(server.name)")
            }
            await connection.close()
            return true
        } catch let error as AMQPError {
            self.tellStages(before: error.stage, connection.peer)
            self.say("  \(error)")
        } catch {
            self.say("  profile failed: \(error)")
        }
        await connection.close()
        return false
    }

    private func look(at queue: String, _ connection: Connection) async throws -> DeclaredQueue {
        let queue = try await connection.declareQueue(queue, as: self.configuration.broker.queueType)
        self.say(
            "  queue: ok, \(queue.name) \(queue.existed ? "is there" : "was declared"), \(queue.messageCount) messages"
        )
        return queue
    }

    /// Prints a line now, also into a pipe.
    private func say(_ line: String) {
        print(line)
        fflush(nil)
    }

    /// Tells of the stages that went well; opening a connection goes through all of them at once.
    private func tellStages(before failed: AMQPError.Stage?, _ peer: PeerInfo?) {
        guard failed != .configure else { return }
        for stage in Self.stages {
            if stage == failed { return }
            if stage == .tls {
                guard self.configuration.broker.connection.tls != nil else { continue }
                self.say("  TLS: ok\(peer.map { ", \($0.tlsVersion) \($0.cipher)" } ?? "")")
            } else {
                self.say("  \(stage): ok")
            }
        }
    }

    private func exchangeProfiles(by route: Route, on channel: Channel) async throws -> Profile {
        let broker = self.configuration.broker
        try await channel.consume(broker.queues.toArm, prefetch: 64)
        let profile = Profile(name: Agent.name, offering: [.exchangeProfile, .updateMonitoringServerInfo])
        let id = Int64.random(in: 1...0x7FFF_FFFF)
        _ = try await channel.publish(profile.request(id: .number(id)), by: route, messageID: String(id))
        return try await withThrowingTaskGroup(of: Profile.self) { group in
            group.addTask { try await self.answer(to: .number(id), on: channel) }
            group.addTask {
                try await Task.sleep(for: Self.patience)
                throw NoAnswer(
                    description:
                        "the server did not answer within \(Self.patience); check that it runs, consumes \(broker.queues.toServer), "
                        + "and is told this node's broker user (server update --arm-user)"
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
