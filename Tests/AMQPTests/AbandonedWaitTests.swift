import TestSupport
import Testing

@testable import AMQP

/// What happens to those who wait for a broker when they no longer want to, or when it can never come.
@Suite struct AbandonedWaitTests {
    @Test(.timeLimit(.minutes(5))) func nobodyMustWaitForABrokerThatReadsNothing() async throws {
        let broker = try await PrivateBroker.start()
        var configuration = broker.configuration()
        configuration.heartbeat = .seconds(60)  // the broker is away for as long as a busy machine needs
        configuration.requestTimeout = .seconds(120)
        try await withConnection(configuration) { connection in
            let queue = uniqueName("frozen")
            let channel = try await connection.openChannel(confirms: true)
            _ = try await channel.declareQueue(queue, as: .durable)
            try await channel.waitForConfirm(of: channel.publish([0], to: queue, messageID: "small"))
            try await channel.consume(queue, prefetch: 1)
            let delivery = try await channel.nextDelivery()

            broker.freeze()
            // More than all buffers on the way hold: it is stuck half-way, and what follows on the channel behind it.
            let body = [UInt8](repeating: 1, count: 30_000_000)
            let publishing = Task { _ = try await channel.publish(body, to: queue, messageID: "large") }
            try await eventually("a message that is half out") { await connection.isWithinMessage }
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
            broker.thaw()
            try await eventually("the end of channels nobody uses") { await connection.openChannels == 0 }
            #expect(try broker.messageCount(queue) == 1)
            let other = try await connection.openChannel(confirms: false)
            try await other.consume(queue, prefetch: 1)
            #expect(try await other.nextDelivery().body.count == body.count)
        }
        await broker.stop()
    }

    @Test(.timeLimit(.minutes(5))) func whoWaitsForATurnToDeclareAQueueNeedNot() async throws {
        let broker = try await PrivateBroker.start()
        var configuration = broker.configuration()
        configuration.heartbeat = .seconds(60)
        configuration.requestTimeout = .seconds(120)
        try await withConnection(configuration) { connection in
            let queue = uniqueName("turn")
            let channel = try await connection.openChannel(confirms: false)
            _ = try await channel.declareQueue(queue, as: .durable)
            broker.freeze()
            let declaring = (0..<16).map { _ in Task { try await channel.declareQueue(queue, as: .durable) } }
            try await eventually("no turn is free") { await connection.freeTurns == 0 }
            let (first, second) = (
                Task { try await channel.declareQueue(queue, as: .durable) },
                Task { try await channel.declareQueue(queue, as: .durable) }
            )
            try await eventually("two wait for a turn") { await connection.waitingForATurn == 2 }
            first.cancel()
            let error = await #expect(throws: AMQPError.self) { try await first.value }
            #expect(error?.code == .cancelled && error?.stage == .declare, "\(error as Any)")
            broker.thaw()
            for task in declaring + [second] { #expect(try await task.value.existed) }
            #expect(await connection.freeTurns == 16, "no turn is lost")
        }
        await broker.stop()
    }

    @Test(.timeLimit(.minutes(3))) func whoAsksOnAChannelThatHasEndedIsTold() async throws {
        try await withConnection(PrivateBroker.shared.configuration()) { connection in
            let error = await #expect(throws: AMQPError.self) { try await connection.askAfterTheEnd() }
            #expect(error?.reason == "the end" && error?.stage == .consume, "\(error as Any)")
        }
    }

    @Test(.timeLimit(.minutes(3))) func whoWaitsForARequestThatCannotBeSentIsTold() async throws {
        let configuration = try await PrivateBroker.shared.configuration()
        let connection = Connection(configuration: configuration, address: configuration.addresses[0], logger: quiet)
        try await connection.open()
        let error = await #expect(throws: AMQPError.self) { try await connection.sendInVain().get() }
        #expect(error?.reason == "in vain", "\(error as Any)")
        await #expect(throws: AMQPError.self) { try await connection.waitUntilClosed() }
    }
}

extension Connection {
    fileprivate var freeTurns: Int { self.scratchChannels.free }
    fileprivate var waitingForATurn: Int { self.scratchChannels.waiting }

    fileprivate var openChannels: Int { self.channels.count }

    fileprivate var isWithinMessage: Bool { self.outbox.current != nil }

    /// Asks on a channel that ended between two requests.
    fileprivate func askAfterTheEnd() async throws(AMQPError) {
        let channel = ChannelState(
            number: 1,
            serial: self.makeSerial(),
            hasConfirms: false,
            status: ChannelStatus(),
            events: AsyncThrowingStream.makeStream().continuation,
            maximumBodySize: 0
        )
        channel.end(AMQPError(code: .connectionClosed, stage: .receive, reason: "the end"), isFailure: true)
        _ = try await self.call(on: channel, .consume) { (_) throws(AMQPError) in }
    }

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
