import AMQP
import TestSupport
import Testing

@Suite struct ChannelTests {
    @Test func carriesMessagesUnharmed() async throws {
        try await withConnection(PrivateBroker.shared.configuration()) { connection in
            let queue = uniqueName("bodies")
            let channel = try await connection.openChannel(confirms: true)
            #expect(try await channel.declareQueue(queue, as: .durable).existed == false)
            let again = try await channel.declareQueue(queue, as: .transient)
            #expect(again.existed && again.name == queue)
            try await channel.consume(queue, prefetch: 10)
            // Around the frame size of 32 KiB minus 8 bytes of framing, and far above the kernel's buffers.
            for size in [0, 1, 32_759, 32_760, 32_761, 65_520, 300_000, 20_000_000] {
                let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
                _ = try await channel.publish(body, to: queue, messageID: "size \(size)")
                let delivery = try await channel.nextDelivery()
                #expect(delivery.body == body, "size \(size)")
                #expect(delivery.messageID == "size \(size)")
                #expect(delivery.queue == queue && delivery.routingKey == queue)
                #expect(!delivery.redelivered && !delivery.isOversized)
                try await channel.acknowledge(delivery.tag, multiple: false)
            }
        }
    }

    @Test func numbersConfirmsFromOne() async throws {
        try await withConnection(PrivateBroker.shared.configuration()) { connection in
            let queue = uniqueName("confirms")
            for _ in 0..<2 {
                let channel = try await connection.openChannel(confirms: true)
                _ = try await channel.declareQueue(queue, as: .durable)
                for tag in UInt64(1)...20 { #expect(try await channel.publish([1], to: queue, messageID: "m") == tag) }
                try await channel.waitForConfirm(of: 20)
                await channel.close()
            }
            let unconfirmed = try await connection.openChannel(confirms: false)
            #expect(try await unconfirmed.publish([1], to: queue, messageID: "m") == 0)
        }
    }

    @Test func returnsWhatNoQueueTakes() async throws {
        try await withConnection(PrivateBroker.shared.configuration()) { connection in
            let channel = try await connection.openChannel(confirms: true)
            let body = [UInt8](repeating: 7, count: 200_000)
            let tag = try await channel.publish(body, to: uniqueName("nowhere"), messageID: "the lost one")
            var isReturned = false
            try await channel.first { event in
                switch event {
                case .returned(let messageID, let replyCode, let reason):
                    #expect(messageID == "the lost one" && replyCode == 312 && reason == "NO_ROUTE")
                    isReturned = true
                case .confirmed(tag, _): return ()  // always after the return
                default: break
                }
                return nil
            }
            #expect(isReturned)
        }
    }

    @Test func deliversAgainWhatWasNotAcknowledged() async throws {
        try await withConnection(PrivateBroker.shared.configuration()) { connection in
            let queue = uniqueName("again")
            let first = try await connection.openChannel(confirms: false)
            _ = try await first.declareQueue(queue, as: .durable)
            for number in UInt8(0)..<5 { _ = try await first.publish([number], to: queue, messageID: "") }
            try await first.consume(queue, prefetch: 3)
            var tags: [UInt64] = []
            for _ in 0..<3 { tags.append(try await first.nextDelivery().tag) }
            try await first.acknowledge(tags[1], multiple: true)
            await first.close()

            let second = try await connection.openChannel(confirms: false)
            try await second.consume(queue, prefetch: 0)
            var rest: [(UInt8, Bool)] = []
            for _ in 0..<3 {
                let delivery = try await second.nextDelivery()
                rest.append((delivery.body[0], delivery.redelivered))
                try await second.acknowledge(delivery.tag, multiple: false)
            }
            #expect(rest.map(\.0) == [2, 3, 4])
            #expect(rest[0].1)
        }
    }

    @Test(arguments: QueueType.allCases)
    func declaresEachType(type: QueueType) async throws {
        let broker = try await PrivateBroker.shared
        try await withConnection(broker.configuration()) { connection in
            let queue = uniqueName("type")
            let channel = try await connection.openChannel(confirms: false)
            _ = try await channel.declareQueue(queue, as: type)
            let lookup = "{ok, Q} = rabbit_amqqueue:lookup(rabbit_misc:r(<<\"hatohol\">>, queue, <<\"\(queue)\">>))"
            let properties = try broker.evaluate("\(lookup), {amqqueue:is_durable(Q), amqqueue:get_type(Q)}")
            switch type {
            case .durable: #expect(properties == "{true, rabbit_classic_queue}")
            case .quorum: #expect(properties == "{true, rabbit_quorum_queue}")
            case .transient: #expect(properties == "{false, rabbit_classic_queue}")
            }
        }
    }

    @Test func tellsWhenItsQueueIsDeleted() async throws {
        let broker = try await PrivateBroker.shared
        try await withConnection(broker.configuration()) { connection in
            let queue = uniqueName("doomed")
            let channel = try await connection.openChannel(confirms: false)
            _ = try await channel.declareQueue(queue, as: .durable)
            try await channel.consume(queue, prefetch: 1)
            try broker.deleteQueue(queue)
            let cancelled = try await channel.first { event in
                if case .consumerCancelled(let queue) = event { queue } else { nil }
            }
            #expect(cancelled == queue)
        }
    }

    @Test func dropsBodiesThatAreTooLarge() async throws {
        var configuration = try await PrivateBroker.shared.configuration()
        configuration.maximumBodySize = 100_000
        try await withConnection(configuration) { connection in
            let queue = uniqueName("large")
            let channel = try await connection.openChannel(confirms: false)
            _ = try await channel.declareQueue(queue, as: .durable)
            for size in [100_001, 5_000_000, 100_000] {
                _ = try await channel.publish([UInt8](repeating: 1, count: size), to: queue, messageID: "\(size)")
            }
            try await channel.consume(queue, prefetch: 10)
            for size in [100_001, 5_000_000, 100_000] {
                let delivery = try await channel.nextDelivery()
                #expect(delivery.messageID == "\(size)" && delivery.size == size)
                #expect(delivery.isOversized == (size > 100_000))
                #expect(delivery.body.count == (size > 100_000 ? 0 : size))
                try await channel.acknowledge(delivery.tag, multiple: false)
            }
        }
    }

    @Test func endsWithTheConnection() async throws {
        let configuration = try await PrivateBroker.shared.configuration()
        let channel = try await withConnection(configuration) { try await $0.openChannel(confirms: false) }
        for try await event in channel.events { Issue.record("\(event)") }
        await #expect(throws: AMQPError.self) { _ = try await channel.publish([], to: "q", messageID: "") }
        await #expect(throws: AMQPError.self) { try await channel.acknowledge(1, multiple: false) }
    }
}
