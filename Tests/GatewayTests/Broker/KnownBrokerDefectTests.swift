import AMQP
import Store
import TestSupport
import Testing

/// Habits of the original server towards the broker, each as a test that we do not have it.
@Suite("Habits of the original server that are not ours: the broker")
struct KnownBrokerDefectTests {
    @Test("it opened a connection for each message: ours has one for all")
    func oneConnection() async throws {
        let broker = try await PrivateBroker.shared
        let fixture = try GatewayFixture(broker)
        let configuration = broker.configuration()
        let proxy = try TCPProxy(target: configuration.addresses[0].port)
        defer { proxy.stop() }
        let (_, queue) = try await fixture.addServer(url: broker.url(port: proxy.port))
        try await fixture.running {
            let arm = try await TestArm(broker, queue: queue)
            try await arm.signOn()
            for number in 0..<20 {
                #expect(try await arm.call("putEvents", TestArm.events(["\(number)"])) == #""SUCCESS""#)
            }
            #expect(proxy.acceptedConnections == 1)
            await arm.close()
        }
    }

    @Test("it read nothing while an answer could not be delivered: ours stores what comes all the same")
    func answersWithoutQueue() async throws {
        let broker = try await PrivateBroker.shared
        let fixture = try GatewayFixture(broker)
        let (_, queue) = try await fixture.addServer()
        try await fixture.running {
            let arm = try await TestArm(broker, queue: queue)
            try await arm.signOn()
            try broker.deleteQueue("\(queue)-T")
            // Nobody hears the answers; whoever has not signed on again is told FAILURE, so that is done as well.
            try await eventually("the events are stored") {
                try await arm.send(#"{"method":"exchangeProfile","params":{"name":"arm","procedures":[]},"id":1}"#)
                try await arm.send(#"{"method":"putEvents","params":\#(TestArm.events(["a", "b"])),"id":2}"#)
                var query = EventQuery()
                query.host = "h"
                return try await fixture.store.count(query) == 2
            }
            await arm.close()
        }
    }
}
