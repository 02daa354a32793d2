import AMQP
import Store
import TestSupport
import Testing

@Suite("The gateway and a broker that takes no messages")
struct BlockedBrokerTests {
    @Test("a graceful shutdown ends all the same", .timeLimit(.minutes(3)))
    func shutdown() async throws {
        let broker = try await PrivateBroker.start()
        let fixture = try GatewayFixture(broker)
        let (id, queue) = try await fixture.addServer()
        try await fixture.running {
            let arm = try await TestArm(broker, queue: queue)
            try await arm.signOn()
            await arm.close()
            try broker.setMemoryAlarm(true)
            // The broker stops reading from a connection when it publishes, as the gateway does to tell of new settings.
            var server = try await fixture.store.server(id)
            server.settings.pollingInterval = 77
            try await fixture.store.update(server)
            let states = "[rabbit_reader:info(P, [state]) || P <- rabbit_networking:connections()]"
            try await eventually("the alarm is felt") { try broker.evaluate(states).contains("{state, blocked}") }
        }
        try broker.setMemoryAlarm(false)
        await broker.stop()
    }
}
