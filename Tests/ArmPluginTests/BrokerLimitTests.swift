import AMQP
import ArmPlugin
import HAPI
import Spool
import TestSupport
import Testing

/// Limits that operators set on a broker: what is too large is divided, and what keeps events from moving is said.
@Suite(.timeLimit(.minutes(5))) struct BrokerLimitTests {
    private static let long = String(repeating: "x", count: 60)

    private func lines(_ count: Int) -> [String] { (1...count).map { "line \($0) \(Self.long)" } }

    @Test func nacksAreSaidOnceAndBatchesAreDividedUntilTheyFit() async throws {
        let broker = try await PrivateBroker.shared
        let arm = try await RunningArm(broker.configuration())
        try broker.evaluate(
            "rabbit_policy:set(<<\"hatohol\">>, <<\"\(arm.queue)\">>, <<\"^\(arm.queue)-S$\">>, "
                + "[{<<\"max-length-bytes\">>, 100000}, {<<\"overflow\">>, <<\"reject-publish\">>}], "
                + "0, <<\"queues\">>, <<\"test\">>), ok"
        )
        let server = ScriptedServer(broker.configuration(), queue: arm.queue)
        try await server.start()
        try await arm.add(self.lines(2000))
        try await eventually("the problem") { await arm.runner.status.problem?.contains("reject-publish") == true }
        try await eventually("the report") {
            await server.armInfos.contains { $0.lastStatus == .notGood && $0.failureReason.contains("basic.nack") }
        }
        try await arm.runner.waitUntilDelivered()
        #expect(Set(await server.briefs) == Set(self.lines(2000)))
        #expect(await server.briefs.count == 2000)
        try await eventually(timeout: .seconds(60), "the end of the problem") { await arm.runner.status.problem == nil }
        #expect(arm.log.all.count { $0.contains("a problem") && $0.contains("basic.nack") } == 1)
        try await arm.stop()
        await server.stop()
    }

    @Test func messagesThatAreTooLargeForTheBrokerAreDivided() async throws {
        let broker = try await PrivateBroker.start()
        try broker.evaluate("application:set_env(rabbit, max_message_size, 20000), ok")
        let arm = try await RunningArm(broker.configuration())
        let server = ScriptedServer(broker.configuration(), queue: arm.queue)
        try await server.start()
        try await arm.add(self.lines(1000))
        try await arm.runner.waitUntilDelivered()
        #expect(await server.briefs == self.lines(1000))
        #expect(arm.log.contains("more than 20000 bytes (max_message_size)"))
        // What was learned is kept: one connection more than without the limit.
        try await arm.add(self.lines(1000))
        try await arm.runner.waitUntilDelivered()
        #expect(await arm.runner.status.counters.connections <= 3)
        try await arm.stop()
        await server.stop()
        await broker.stop()
    }

    @Test func anEventThatTheBrokerNeverTakesIsNamedAndHoldsNobodyUp() async throws {
        let broker = try await PrivateBroker.start()
        try broker.evaluate("application:set_env(rabbit, max_message_size, 10000), ok")
        let arm = try await RunningArm(broker.configuration())
        let server = ScriptedServer(broker.configuration(), queue: arm.queue)
        try await server.start()
        try await arm.addLarge(bytes: 20_000)
        try await arm.add(["small"])
        try await eventually("the small one") { await server.briefs == ["small"] }
        let id = "\(arm.spool.id)-0000000000000001"
        try await eventually("the problem") { await arm.runner.status.problem?.contains("event \(id) of") == true }
        try await eventually("the small one is done with, and the large one kept") { arm.spool.status.batches == 1 }
        #expect(await arm.runner.status.counters.connections < 5)
        try await arm.stop()
        await server.stop()
        await broker.stop()
    }

    @Test func oneChannelIsEnough() async throws {
        let broker = try await PrivateBroker.start()
        try broker.evaluate(
            "rabbit_auth_backend_internal:set_user_limits(<<\"\(PrivateBroker.user)\">>, <<\"{\\\"max-channels\\\":1}\">>, "
                + "<<\"test\">>), ok"
        )
        var configuration = broker.configuration()
        configuration.authentication = .plain(user: PrivateBroker.user, password: PrivateBroker.password)
        let arm = try await RunningArm(configuration)
        let server = ScriptedServer(broker.configuration(), queue: arm.queue)
        try await server.start()
        try await arm.add(["one"])
        try await arm.runner.waitUntilDelivered()
        #expect(await server.briefs == ["one"])
        try await arm.stop()
        await server.stop()
        await broker.stop()
    }
}
