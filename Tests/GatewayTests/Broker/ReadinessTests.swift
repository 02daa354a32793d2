import Gateway
import Logging
import ServiceLifecycle
import TestSupport
import Testing

@Suite("Being ready")
struct ReadinessTests {
    @Test("means that the queues of every server have been tried, and says how many are being consumed")
    func attempts() async throws {
        let fixture = try GatewayFixture(try await .shared)
        let (_, queue) = try await fixture.addServer()
        _ = try await fixture.addServer(url: "amqps://127.0.0.1:1/hatohol")
        let logger = Logger(label: "gateway") { _ in SwiftLogNoOpLogHandler() }
        let (answers, continuation) = AsyncStream.makeStream(of: Gateway.Readiness.self)
        let broker = fixture.broker
        let gateway = Gateway(store: fixture.store, logger: logger) { continuation.yield($0) }
        let group = ServiceGroup(configuration: .init(services: [.init(service: gateway)], logger: logger))
        let task = Task { try await group.run() }
        for await readiness in answers.prefix(1) {
            #expect(readiness.servers == 2)
            #expect(readiness.reached == 1)
            #expect(throws: Never.self) { try broker.messageCount("\(queue)-S") }
        }
        await group.triggerGracefulShutdown()
        try await task.value
    }
}
