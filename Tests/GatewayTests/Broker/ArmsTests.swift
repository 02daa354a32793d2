import Logging
import Store
import TestSupport
import Testing

@testable import Gateway

@Suite("The monitoring servers being served")
struct ArmsTests {
    @Test("those that take long to end keep nobody else waiting", .timeLimit(.minutes(3)))
    func slowEnds() async throws {
        let fixture = try GatewayFixture(try await .shared)
        let proxy = try TCPProxy(target: fixture.broker.tlsPort)
        let logger = Logger(label: "gateway") { _ in SwiftLogNoOpLogHandler() }
        let arms = Arms(
            store: fixture.store,
            links: BrokerLinks(logger: logger),
            logger: logger,
            endPatience: .seconds(3600)
        )
        var removed: [Int64] = []
        for _ in 0..<2 { removed.append(try await fixture.addServer(url: fixture.broker.url(port: proxy.port)).id) }
        try await arms.update()
        for id in removed {
            try await eventually("the queues are open") {
                try await fixture.store.armStatus(of: id)?.link?.state == .waiting
            }
        }
        // A broker that answers nothing is asked to close each channel, and waited for.
        proxy.setMode(.blackhole)
        for id in removed { try await fixture.store.remove(id) }
        let (_, queue) = try await fixture.addServer()
        try await arms.update()
        #expect(await arms.ending.count == 2)
        let arm = try await TestArm(fixture.broker, queue: queue)
        try await arm.signOn()
        await arm.close()
        proxy.stop()
        try await eventually("their end") { await arms.ending.isEmpty }
        await arms.stop(patience: .seconds(60))
    }
}
