import AMQP
import TestSupport
import Testing

/// Messages through an exchange that is not the default one.
@Suite struct RouteTests {
    @Test func aMessageArrivesByItsKeyWithTheUserWhoSentIt() async throws {
        try await withConnection(PrivateBroker.shared.configuration()) { connection in
            let (exchange, queue) = (uniqueName("exchange"), uniqueName("routed"))
            let wasThere = try await connection.hasExchange(exchange)
            try await connection.declareTopicExchange(exchange)
            try await connection.declareTopicExchange(exchange)  // once more changes nothing
            let isThere = try await connection.hasExchange(exchange)
            #expect(!wasThere && isThere)
            #expect(connection.user == PrivateBroker.certificateUser)
            let channel = try await connection.openChannel(confirms: true)
            _ = try await channel.declareQueue(queue, as: .durable)
            try await connection.bind([(queue, "a.S"), (queue, "b.S")], to: exchange)
            try await channel.consume(queue, prefetch: 10)
            // Also one that is sent in several frames.
            for (key, user, size) in [
                ("a.S", connection.user, 10), ("b.S", nil, 10), ("a.S", connection.user, 100_000),
            ] {
                let body = [UInt8](repeating: 1, count: size)
                let route = Route(exchange: exchange, routingKey: key, userID: user)
                _ = try await channel.publish(body, by: route, messageID: "m")
                let delivery = try await channel.nextDelivery()
                #expect(delivery.body == body && delivery.routingKey == key && delivery.userID == user)
                #expect(delivery.queue == queue && delivery.messageID == "m")
                try await channel.acknowledge(delivery.tag, multiple: false)
            }
        }
    }

    @Test(arguments: [("", "somebody else", UInt16(406)), ("an exchange that is not there", nil, 404)])
    func whatTheBrokerRefusesEndsTheChannel(exchange: String, user: String?, code: UInt16) async throws {
        try await withConnection(PrivateBroker.shared.configuration()) { connection in
            let channel = try await connection.openChannel(confirms: true)
            let route = Route(exchange: exchange, routingKey: "q", userID: user)
            _ = try await channel.publish([1], by: route, messageID: "m")
            let error = await #expect(throws: AMQPError.self) { for try await _ in channel.events {} }
            #expect(error?.replyCode == code)
            // The connection is there for others.
            _ = try await connection.openChannel(confirms: false)
        }
    }

    @Test func partsThatAreTooLongAreRefusedBeforeTheyAreSent() async throws {
        try await withConnection(PrivateBroker.shared.configuration()) { connection in
            let channel = try await connection.openChannel(confirms: false)
            let long = String(repeating: "x", count: 256)
            for route in [
                Route(exchange: long, routingKey: "q"), Route(exchange: "", routingKey: long),
                Route(exchange: "", routingKey: "q", userID: long),
            ] {
                let error = await #expect(throws: AMQPError.self) {
                    try await channel.publish([1], by: route, messageID: "m")
                }
                #expect(error?.code == .configuration)
            }
        }
    }

    @Test func aUserWithoutRightsCannotMakeAnExchange() async throws {
        let broker = try await PrivateBroker.shared
        let user = uniqueName("limited")
        try broker.addUser(user, password: "a password")
        try broker.setPermissions(of: user, configure: "^$", write: "^$", read: "^$")
        var configuration = broker.configuration()
        configuration.authentication = .plain(user: user, password: "a password")
        try await withConnection(configuration) { connection in
            #expect(connection.user == user)
            let name = uniqueName("exchange")
            let isThere = try await connection.hasExchange(name)
            #expect(!isThere)
            let error = await #expect(throws: AMQPError.self) { try await connection.declareTopicExchange(name) }
            #expect(error?.code == .refused)
        }
    }
}
