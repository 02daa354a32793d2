import TestSupport
import Testing

@testable import AMQP

/// What happens to those who wait for a broker when they no longer want to, or when it can never come.
@Suite struct AbandonedWaitTests {
    @Test(.timeLimit(.minutes(5))) func nobodyMustWaitForABlockedBroker() async throws {
        let broker = try await PrivateBroker.start()
        try await withConnection(broker.configuration()) { connection in
            let queue = uniqueName("alarm")
            let channel = try await connection.openChannel(confirms: true)
            _ = try await channel.declareQueue(queue, as: .durable)
            _ = try await channel.publish([0], to: queue, messageID: "small")
            try await channel.consume(queue, prefetch: 1)
            let delivery = try await channel.nextDelivery()

            try broker.setMemoryAlarm(true)
            // More than all buffers on the way hold: it is stuck half-way, and what follows on the channel behind it.
            let body = [UInt8](repeating: 1, count: 30_000_000)
            let publishing = Task { _ = try await channel.publish(body, to: queue, messageID: "large") }
            try await channel.first { if case .blocked = $0 { () } else { nil } }
            let waiting = [
                publishing,
                Task { try await channel.acknowledge(delivery.tag, multiple: false) },
                Task { _ = try await channel.declareQueue(queue, as: .durable) },
                Task { _ = try await connection.openChannel(confirms: false) },
            ]
            for task in waiting {
                task.cancel()
                let error = await #expect(throws: AMQPError.self) { try await task.value }
                #expect(error?.code == .cancelled, "\(error as Any)")
            }
            let closing = Task { await channel.close() }
            closing.cancel()
            await closing.value

            // What was under way is finished in its order: the message whole, the acknowledgement, the end of the channel.
            try broker.setMemoryAlarm(false)
            try await eventually("the message that was given up") { try broker.messageCount(queue) == 1 }
            let other = try await connection.openChannel(confirms: false)
            try await other.consume(queue, prefetch: 1)
            #expect(try await other.nextDelivery().body.count == body.count)
            try await eventually("the end of channels nobody uses") { await connection.openChannels == 1 }
        }
        await broker.stop()
    }

    @Test func whoWaitsForARequestThatCannotBeSentIsTold() async throws {
        let configuration = try await PrivateBroker.shared.configuration()
        let connection = Connection(configuration: configuration, address: configuration.addresses[0], logger: quiet)
        try await connection.open()
        let error = await #expect(throws: AMQPError.self) { try await connection.sendInVain().get() }
        #expect(error?.reason == "in vain", "\(error as Any)")
        await #expect(throws: AMQPError.self) { try await connection.waitUntilClosed() }
    }
}

extension Connection {
    fileprivate var openChannels: Int { self.channels.count }

    /// Puts a request in line that fails when its turn comes, and waits for it.
    fileprivate func sendInVain() async -> Result<Void, AMQPError> {
        await FirstResult.of { result in
            let request = Outbox.Request(
                channel: nil,
                stage: .receive,
                send: { (_) throws(AMQPError) in
                    throw AMQPError(code: .connectionClosed, stage: .receive, reason: "in vain")
                },
                result: result
            )
            self.outbox.add(request)
            self.attempt { () throws(AMQPError) in try self.flush() }
        } onCancel: {
            .failure(.cancelled(.receive))
        }
    }
}
