import AMQP
import TestSupport
import Testing

/// What goes wrong on one channel is not felt on another.
@Suite struct ChannelIsolationTests {
    /// Does something that fails on one channel, then shows that another one of the same connection still works.
    private func expectIsolated(
        _ configuration: ConnectionConfiguration,
        _ code: AMQPError.Code,
        _ stage: AMQPError.Stage,
        replyCode: UInt16,
        _ fail: (Channel) async throws -> Void
    ) async throws {
        try await withConnection(configuration) { connection in
            let good = try await connection.openChannel(confirms: true)
            let bad = try await connection.openChannel(confirms: true)
            let error = await #expect(throws: AMQPError.self) { try await fail(bad) }
            #expect(error?.code == code, "\(error as Any)")
            #expect(error?.stage == stage, "\(error as Any)")
            #expect(error?.replyCode == replyCode, "\(error as Any)")

            let queue = uniqueName("good")
            _ = try await good.declareQueue(queue, as: .durable)
            try await good.consume(queue, prefetch: 1)
            _ = try await good.publish([1], to: queue, messageID: "")
            #expect(try await good.nextDelivery().body == [1])
        }
    }

    @Test func missingQueue() async throws {
        let configuration = try await PrivateBroker.shared.configuration()
        try await self.expectIsolated(configuration, .notFound, .consume, replyCode: 404) { channel in
            try await channel.consume(uniqueName("missing"), prefetch: 1)
        }
    }

    @Test func wrongAcknowledgement() async throws {
        let configuration = try await PrivateBroker.shared.configuration()
        try await self.expectIsolated(configuration, .preconditionFailed, .channel, replyCode: 406) { channel in
            try await channel.acknowledge(4711, multiple: false)
            for try await _ in channel.events {}
        }
    }

    @Test func laterCallsTellTheReason() async throws {
        let configuration = try await PrivateBroker.shared.configuration()
        try await self.expectIsolated(configuration, .notFound, .publish, replyCode: 404) { channel in
            try? await channel.consume(uniqueName("missing"), prefetch: 1)
            _ = try await channel.publish([1], to: "q", messageID: "")
        }
    }

    @Test func queueOfAnotherConnection() async throws {
        let broker = try await PrivateBroker.shared
        let queue = uniqueName("exclusive")
        try broker.evaluate(
            "rabbit_amqqueue:declare(rabbit_misc:r(<<\"hatohol\">>, queue, <<\"\(queue)\">>), true, false, [], whereis(rabbit_sup), <<\"test\">>), ok"
        )
        try await self.expectIsolated(broker.configuration(), .preconditionFailed, .declare, replyCode: 405) {
            channel in
            _ = try await channel.declareQueue(queue, as: .durable)
        }
    }

    @Test func noPermission() async throws {
        let broker = try await PrivateBroker.shared
        let user = uniqueName("user")
        try broker.addUser(user, password: "secret")
        try broker.setPermissions(of: user, configure: "^good", write: "^(good|amq)", read: "^good")
        var configuration = broker.configuration()
        configuration.authentication = .plain(user: user, password: "secret")
        try await self.expectIsolated(configuration, .refused, .declare, replyCode: 403) { channel in
            _ = try await channel.declareQueue(uniqueName("forbidden"), as: .durable)
        }
    }

    @Test func publishingWithoutPermissionKeepsTheConnection() async throws {
        let broker = try await PrivateBroker.shared
        let user = uniqueName("user")
        try broker.addUser(user, password: "secret")
        try broker.setPermissions(of: user, configure: ".*", write: "", read: ".*")
        var configuration = broker.configuration()
        configuration.authentication = .plain(user: user, password: "secret")
        try await withConnection(configuration) { connection in
            let other = try await connection.openChannel(confirms: false)
            let channel = try await connection.openChannel(confirms: true)
            _ = try await channel.publish([1], to: "q", messageID: "")
            let error = await #expect(throws: AMQPError.self) { for try await _ in channel.events {} }
            #expect(error?.code == .refused && error?.replyCode == 403)
            #expect(try await other.declareQueue(uniqueName("q"), as: .durable).existed == false)
        }
    }

    @Test(.timeLimit(.minutes(3))) func fiveHundredChannels() async throws {
        try await withConnection(PrivateBroker.shared.configuration()) { connection in
            let queues = (0..<500).map { uniqueName("many-\($0)") }
            let channels = try await withThrowingTaskGroup(of: (String, Channel).self) { group in
                for queue in queues {
                    group.addTask {
                        let channel = try await connection.openChannel(confirms: true)
                        _ = try await channel.declareQueue(queue, as: .transient)
                        try await channel.consume(queue, prefetch: 10)
                        return (queue, channel)
                    }
                }
                return try await group.reduce(into: [(String, Channel)]()) { $0.append($1) }
            }
            let received = try await withThrowingTaskGroup(of: Int.self) { group in
                for (queue, channel) in channels {
                    group.addTask {
                        for number in UInt8(0)..<4 {
                            let body = [UInt8](repeating: number, count: 1000 + Int(number) * 50_000)
                            _ = try await channel.publish(body, to: queue, messageID: queue)
                        }
                        for number in UInt8(0)..<4 {
                            let delivery = try await channel.nextDelivery()
                            #expect(delivery.queue == queue && delivery.messageID == queue)
                            #expect(delivery.body == [UInt8](repeating: number, count: 1000 + Int(number) * 50_000))
                            try await channel.acknowledge(delivery.tag, multiple: false)
                        }
                        await channel.close()
                        return 4
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(received == 2000)
        }
    }

    @Test func refusesMoreChannelsThanTheBrokerAllows() async throws {
        try await withConnection(PrivateBroker.shared.configuration()) { connection in
            let error = await #expect(throws: AMQPError.self) {
                try await withThrowingTaskGroup { group in
                    for _ in 0..<2048 { group.addTask { _ = try await connection.openChannel(confirms: false) } }
                    try await group.waitForAll()
                }
            }
            #expect(error?.description.contains("all 2047 channels") == true, "\(error as Any)")
        }
    }
}
