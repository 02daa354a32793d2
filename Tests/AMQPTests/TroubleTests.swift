import AMQP
import TestSupport
import Testing

/// Brokers and networks that misbehave while a connection is open; each test has a broker or a proxy of its own.
@Suite struct TroubleTests {
    @Test func waitsWhileTheBrokerIsShortOfMemory() async throws {
        let broker = try await PrivateBroker.start()
        try await withConnection(broker.configuration()) { connection in
            let queue = uniqueName("alarm")
            let channel = try await connection.openChannel(confirms: true)
            _ = try await channel.declareQueue(queue, as: .durable)
            try broker.setMemoryAlarm(true)
            // The broker tells a connection of the alarm when it publishes.
            _ = try await channel.publish([0], to: queue, messageID: "first")
            try await channel.first {
                if case .blocked(let reason) = $0 { #expect(reason.contains("memory")) } else { nil }
            }

            let waiting = Task { try await channel.publish([1], to: queue, messageID: "second") }
            let cancelled = Task { try await channel.publish([2], to: queue, messageID: "never") }
            cancelled.cancel()
            let error = await #expect(throws: AMQPError.self) { try await cancelled.value }
            #expect(error?.code == .cancelled)

            try broker.setMemoryAlarm(false)
            try await channel.first { if case .unblocked = $0 { () } else { nil } }
            #expect(try await waiting.value == 2)
            try await channel.waitForConfirm(of: 2)
            #expect(try broker.messageCount(queue) == 2)
        }
        await broker.stop()
    }

    @Test(.timeLimit(.minutes(2))) func outlivesAnAlarmInTheMiddleOfLargeMessages() async throws {
        let broker = try await PrivateBroker.start()
        var configuration = broker.configuration()
        configuration.heartbeat = .seconds(3)
        try await withConnection(configuration) { connection in
            let queue = uniqueName("alarm")
            let channel = try await connection.openChannel(confirms: true)
            _ = try await channel.declareQueue(queue, as: .durable)
            try broker.setMemoryAlarm(true)
            // More than all buffers on the way hold, so that a message is stuck half-way when the broker stops reading.
            let body = [UInt8](repeating: 1, count: 30_000_000)
            let publishing = Task {
                for number in 0..<3 { _ = try await channel.publish(body, to: queue, messageID: "\(number)") }
            }
            try await channel.first { if case .blocked = $0 { () } else { nil } }
            // Longer than the heartbeats and the kernel's patience would allow with a broker that is gone.
            try await Task.sleep(for: .seconds(9))
            try broker.setMemoryAlarm(false)
            try await publishing.value
            try await channel.waitForConfirm(of: 3)
            #expect(try broker.messageCount(queue) == 3)
        }
        await broker.stop()
    }

    @Test func noticesARestart() async throws {
        let broker = try await PrivateBroker.start()
        let queue = uniqueName("restart")
        let configuration = broker.configuration()
        let connection = Connection(configuration: configuration, address: configuration.addresses[0], logger: quiet)
        try await connection.open()
        let channel = try await connection.openChannel(confirms: true)
        _ = try await channel.declareQueue(queue, as: .durable)
        try await channel.waitForConfirm(of: channel.publish([1], to: queue, messageID: "kept"))
        let end = Task { try await connection.waitUntilClosed() }
        try await broker.restart()
        let error = await #expect(throws: AMQPError.self) { try await end.value }
        #expect(error?.code == .connectionClosed, "\(error as Any)")
        #expect(error?.replyCode == 320, "\(error as Any)")
        await #expect(throws: AMQPError.self) { for try await _ in channel.events {} }
        #expect(try broker.messageCount(queue) == 1)
        await broker.stop()
    }

    @Test(.timeLimit(.minutes(3))) func noticesThatTheBrokerIsFrozen() async throws {
        let broker = try await PrivateBroker.start()
        var configuration = broker.configuration()
        configuration.heartbeat = .seconds(1)
        configuration.requestTimeout = .seconds(60)
        let connection = Connection(configuration: configuration, address: configuration.addresses[0], logger: quiet)
        try await connection.open()
        let channel = try await connection.openChannel(confirms: true)
        let queue = uniqueName("frozen")
        _ = try await channel.declareQueue(queue, as: .durable)
        broker.freeze()
        // The socket's buffers fill up, and the call that does not fit must not hang.
        let error = await #expect(throws: AMQPError.self) {
            while true {
                _ = try await channel.publish([UInt8](repeating: 0, count: 1_000_000), to: queue, messageID: "")
            }
        }
        #expect(error?.code == .connectionClosed, "\(error as Any)")
        broker.thaw()
        await broker.stop()
    }

    @Test func noticesASilentNetworkWhileIdle() async throws {
        let broker = try await PrivateBroker.shared
        let proxy = try TCPProxy(target: broker.tlsPort)
        var configuration = broker.configuration(port: proxy.port)
        configuration.heartbeat = .seconds(4)  // short enough to wait for, long enough for a busy machine
        let connection = Connection(configuration: configuration, address: configuration.addresses[0], logger: quiet)
        try await connection.open()
        // Heartbeats keep it alive for longer than it would live without.
        let ending = Task { try await connection.waitUntilClosed() }
        try await Task.sleep(for: .seconds(10))
        _ = try await connection.openChannel(confirms: false)
        proxy.setMode(.blackhole)
        let error = await #expect(throws: AMQPError.self) { try await ending.value }
        #expect(error?.description.contains("no sign of life") == true, "\(error as Any)")
    }

    @Test func noticesACut() async throws {
        let broker = try await PrivateBroker.shared
        let proxy = try TCPProxy(target: broker.tlsPort)
        let configuration = broker.configuration(port: proxy.port)
        let connection = Connection(configuration: configuration, address: configuration.addresses[0], logger: quiet)
        try await connection.open()
        let channel = try await connection.openChannel(confirms: false)
        proxy.cut()
        let error = await #expect(throws: AMQPError.self) { for try await _ in channel.events {} }
        #expect(error?.code == .connectionClosed, "\(error as Any)")
        let second = await #expect(throws: AMQPError.self) { try await connection.openChannel(confirms: false) }
        #expect(second?.code == .connectionClosed && second?.stage == .channel)
    }

    @Test func requestsWithoutAnswerEnd() async throws {
        let broker = try await PrivateBroker.shared
        let proxy = try TCPProxy(target: broker.tlsPort)
        var configuration = broker.configuration(port: proxy.port)
        configuration.requestTimeout = .seconds(1)
        let connection = Connection(configuration: configuration, address: configuration.addresses[0], logger: quiet)
        try await connection.open()
        let channel = try await connection.openChannel(confirms: false)
        proxy.setMode(.blackhole)
        let error = await #expect(throws: AMQPError.self) { try await channel.consume("q", prefetch: 1) }
        #expect(error?.code == .timeout && error?.stage == .consume, "\(error as Any)")
        await connection.close()
    }

    @Test(.timeLimit(.minutes(3))) func closingEndsEvenWhenTheBrokerIsGone() async throws {
        let broker = try await PrivateBroker.shared
        let proxy = try TCPProxy(target: broker.tlsPort)
        let configuration = broker.configuration(port: proxy.port)
        let connection = Connection(configuration: configuration, address: configuration.addresses[0], logger: quiet)
        try await connection.open()
        let channel = try await connection.openChannel(confirms: false)
        proxy.setMode(.blackhole)
        async let channelIsClosed: Void = channel.close()
        await connection.close()
        await channelIsClosed
    }

    @Test func anAdministratorClosesTheConnection() async throws {
        let broker = try await PrivateBroker.start()
        let configuration = broker.configuration()
        let connection = Connection(configuration: configuration, address: configuration.addresses[0], logger: quiet)
        try await connection.open()
        try broker.closeConnections()
        let error = await #expect(throws: AMQPError.self) { try await connection.waitUntilClosed() }
        #expect(error?.replyCode == 320 && error?.reason.contains("closed by test") == true, "\(error as Any)")
        await broker.stop()
    }

    @Test func nobodyOnTheWayReadsAnything() async throws {
        let broker = try await PrivateBroker.shared
        let proxy = try TCPProxy(target: broker.tlsPort)
        var configuration = broker.configuration(port: proxy.port)
        configuration.authentication = .plain(user: PrivateBroker.user, password: PrivateBroker.password)
        let queue = uniqueName("secret-queue")
        let text = "the event nobody else may read"
        try await withConnection(configuration) { connection in
            let channel = try await connection.openChannel(confirms: true)
            _ = try await channel.declareQueue(queue, as: .durable)
            try await channel.consume(queue, prefetch: 1)
            _ = try await channel.publish(Array(text.utf8), to: queue, messageID: "")
            #expect(try await channel.nextDelivery().body == Array(text.utf8))
        }
        let recorded = proxy.recorded
        #expect(recorded.count > 1000)
        for secret in [text, queue, PrivateBroker.password, PrivateBroker.user] {
            #expect(!recorded.contains(Array(secret.utf8)), "\(secret)")
        }
    }
}
