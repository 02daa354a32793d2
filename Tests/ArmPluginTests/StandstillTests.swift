import AMQP
import ArmPlugin
import HAPI
import TestSupport
import Testing

/// Whatever keeps events from moving is a problem within seconds.
@Suite(.timeLimit(.minutes(3))) struct StandstillTests {
    private func problem(of arm: RunningArm, contains text: String) async throws {
        try await eventually(timeout: .seconds(30), "the problem: \(text)") {
            await arm.runner.status.problem?.contains(text) == true
        }
        #expect(arm.log.contains(text))
    }

    @Test func theBrokerIsAway() async throws {
        var configuration = try await PrivateBroker.shared.configuration()
        configuration.addresses = [BrokerAddress(host: "localhost", port: try Loopback.closedPort())]
        let arm = try await RunningArm(configuration)
        try await self.problem(of: arm, contains: "no connection to the broker: broker localhost")
        try await arm.stop()
    }

    @Test func noServerConsumes() async throws {
        let arm = try await RunningArm(try await PrivateBroker.shared.configuration())
        try await self.problem(of: arm, contains: "no server consumes \(arm.queue)-S")
        try await arm.stop()
    }

    @Test func theServerConfirmsNothing() async throws {
        let broker = try await PrivateBroker.shared
        let arm = try await RunningArm(broker.configuration()) { $0.outbox.replyTimeout = .seconds(60) }
        let server = ScriptedServer(broker.configuration(), queue: arm.queue)
        await server.react([.silence])
        try await server.start()
        try await arm.add(["kept"])
        try await self.problem(of: arm, contains: "the server has confirmed none")
        try await eventually("the report") {
            await server.armInfos.last?.failureReason.contains("confirmed none") == true
        }
        try await arm.stop()
        await server.stop()
    }

    @Test func anotherArmConsumesTheSameQueue() async throws {
        let broker = try await PrivateBroker.shared
        let arm = try await RunningArm(broker.configuration()) { $0.queueCheckInterval = .milliseconds(200) }
        try await eventually("a connection") { await arm.runner.status.broker != nil }
        let thief = try await RunningArm(broker.configuration(), queue: arm.queue)
        try await self.problem(of: arm, contains: "another arm consumes \(arm.queue)-T")
        try await self.problem(of: thief, contains: "another arm consumes \(arm.queue)-T")
        try await thief.stop()
        try await eventually("the end of the problem") {
            await arm.runner.status.problem?.contains("another arm") != true
        }
        try await arm.stop()
    }

    @Test func twoServersConsumeTheSameQueue() async throws {
        let broker = try await PrivateBroker.shared
        let arm = try await RunningArm(broker.configuration()) { $0.queueCheckInterval = .milliseconds(200) }
        let servers = [1, 2].map { _ in ScriptedServer(broker.configuration(), queue: arm.queue) }
        for server in servers { try await server.start() }
        try await self.problem(of: arm, contains: "2 servers consume \(arm.queue)-S")
        try await arm.stop()
        for server in servers { await server.stop() }
    }
}
