import AMQP
import ArmPlugin
import Glibc
import HAPI
import JSONRPC
import Spool
import TestSupport
import Testing

/// An arm against the real broker, with a server that answers as it is told to.
@Suite(.timeLimit(.minutes(3))) struct ArmRunnerTests {
    private func lines(_ numbers: ClosedRange<Int>) -> [String] { numbers.map { "line \($0)" } }

    @Test func deliversEverythingInOrder() async throws {
        let broker = try await PrivateBroker.shared
        let arm = try await RunningArm(broker.configuration())
        let server = ScriptedServer(broker.configuration(), queue: arm.queue)
        try await server.start()
        let lines = self.lines(1...5000)
        try await arm.add(lines, perBatch: 100)
        try await arm.runner.waitUntilDelivered()
        #expect(await server.briefs == lines)
        #expect(await server.lastInfo == "\(arm.spool.id)-0000000000005000")
        try await eventually("a good report") { await server.armInfos.last?.lastStatus == .ok }
        try await arm.stop()
        #expect(await server.requests < 50)  // of fifty batches, those that waited were joined
        #expect(!arm.log.contains("monitoring secret"))
        #expect(arm.log.all.count < 30)
        await server.stop()
    }

    @Test func waitsForAServerThatIsNotThere() async throws {
        let broker = try await PrivateBroker.shared
        let arm = try await RunningArm(broker.configuration())
        try await arm.add(self.lines(1...10))
        try await eventually("a connection") { arm.log.contains("connected to the broker") }
        try await eventually("the first exchangeProfile") { (try? broker.messageCount(arm.queue + "-S")) ?? 0 >= 1 }
        // Nothing but the greeting is sent to a server that does not answer.
        let server = ScriptedServer(broker.configuration(), queue: arm.queue)
        try await server.start()
        try await arm.runner.waitUntilDelivered()
        #expect(await server.briefs == self.lines(1...10))
        #expect(await server.methods.prefix(while: { $0 != "putEvents" }).contains("getMonitoringServerInfo"))
        try await arm.stop()
        await server.stop()
    }

    @Test func keepsOneBatchInMemoryWhileNobodyTakesEvents() async throws {
        let broker = try await PrivateBroker.shared
        let arm = try await RunningArm(broker.configuration())
        try await arm.add(self.lines(1...10), perBatch: 1)
        try await eventually("the oldest batch") { await arm.runner.status.window > 0 }
        #expect(await arm.runner.status.window == 1)

        let server = ScriptedServer(broker.configuration(), queue: arm.queue)
        try await server.start()
        try await arm.runner.waitUntilDelivered()
        #expect(await server.briefs == self.lines(1...10))
        try await arm.stop()
        await server.stop()
    }

    @Test func sendsAgainUntilSuccess() async throws {
        let broker = try await PrivateBroker.shared
        let arm = try await RunningArm(broker.configuration()) { $0.outbox.requestEvents = 100 }
        let server = ScriptedServer(broker.configuration(), queue: arm.queue)
        let full = ErrorObject(code: -32000, message: "no space")
        await server.react([.success, .failure, .silence, .error(full), .failure, .success, .silence, .error(full)])
        try await server.start()
        let lines = self.lines(1...1000)
        try await arm.add(lines, perBatch: 100)
        try await arm.runner.waitUntilDelivered()
        #expect(Set(await server.briefs) == Set(lines))
        #expect(await server.briefs.count == lines.count)
        #expect(arm.log.contains("warning the server does not take events"))
        #expect(arm.log.contains("info the server takes events again"))
        try await arm.stop()
        await server.stop()
    }

    @Test func setsAsideWhatIsRefusedForGood() async throws {
        let broker = try await PrivateBroker.shared
        let arm = try await RunningArm(broker.configuration()) { $0.outbox.windowBatches = 1 }
        let server = ScriptedServer(broker.configuration(), queue: arm.queue)
        let invalid = ErrorObject.invalidParams(["events[0].time: bad"])
        await server.react([.error(invalid), .error(invalid), .error(invalid)])
        try await server.start()
        try await arm.add(["poison"])
        try await arm.add(["good"])
        try await arm.runner.waitUntilDelivered()
        #expect(await server.briefs == ["good"])
        let file = "set-aside/events-\(arm.spool.id)-0000000000000001-1.json"
        let kept = String(decoding: try contents(of: arm.directory.file(file)), as: UTF8.self)
        #expect(kept.contains("poison"))
        #expect(kept.contains("events[0].time: bad"))
        #expect(arm.log.contains("error events set aside"))
        try await eventually("a bad report") {
            await server.armInfos.contains {
                $0.failureReason.contains("refuses 1 events from 1") || $0.lastStatus == .notGood
            }
        }
        try await arm.stop()
        await server.stop()
    }

    @Test func setsAsideLaterWhatCannotBeSetAsideNow() async throws {
        let broker = try await PrivateBroker.shared
        let arm = try await RunningArm(broker.configuration()) { $0.outbox.windowBatches = 1 }
        let server = ScriptedServer(broker.configuration(), queue: arm.queue)
        let invalid = ErrorObject.invalidParams(["events[0].time: bad"])
        await server.react([.error(invalid), .error(invalid), .error(invalid)])
        try arm.directory.write("in the way", to: "set-aside")
        try await server.start()
        try await arm.add(["poison"])
        try await eventually("a bad report") {
            await server.armInfos.contains { $0.failureReason.contains("wait in the spool to be set aside") }
        }
        #expect(arm.spool.status.batches == 1)

        unlink(arm.directory.file("set-aside"))
        try await arm.add(["good"])
        try await arm.runner.waitUntilDelivered()
        #expect(await server.briefs == ["good"])
        let file = "set-aside/events-\(arm.spool.id)-0000000000000001-1.json"
        let kept = String(decoding: try contents(of: arm.directory.file(file)), as: UTF8.self)
        #expect(kept.contains("poison"))
        try await arm.stop()
        await server.stop()
    }

    @Test func survivesCutConnections() async throws {
        let broker = try await PrivateBroker.shared
        let proxy = try TCPProxy(target: broker.tlsPort)
        let arm = try await RunningArm(broker.configuration(port: proxy.port))
        let server = ScriptedServer(broker.configuration(), queue: arm.queue)
        try await server.start()
        let lines = self.lines(1...3000)
        for start in stride(from: 0, to: 3000, by: 1000) {
            try await arm.add(lines[start..<start + 1000], perBatch: 10)
            try await eventually("some events") { await server.briefs.count > start + 100 }
            proxy.cut()
        }
        try await arm.runner.waitUntilDelivered()
        #expect(Set(await server.briefs) == Set(lines))
        #expect(await server.briefs.count == lines.count)
        try await arm.stop()
        await server.stop()
    }

    @Test func declaresDeletedQueuesAgain() async throws {
        let broker = try await PrivateBroker.shared
        let arm = try await RunningArm(broker.configuration())
        let server = ScriptedServer(broker.configuration(), queue: arm.queue)
        try await server.start()
        try await arm.add(["before"])
        try await arm.runner.waitUntilDelivered()
        await server.stop()
        try broker.deleteQueue(arm.queue + "-S")
        try broker.deleteQueue(arm.queue + "-T")
        try await arm.add(["after"])
        let second = ScriptedServer(broker.configuration(), queue: arm.queue)
        try await second.start()
        try await arm.runner.waitUntilDelivered()
        #expect(await second.briefs == ["after"])
        try await arm.stop()
        await second.stop()
    }

    @Test func greetsAServerThatWasRestarted() async throws {
        let broker = try await PrivateBroker.shared
        let arm = try await RunningArm(broker.configuration())
        let server = ScriptedServer(broker.configuration(), queue: arm.queue)
        try await server.start()
        try await arm.add(["one"])
        try await arm.runner.waitUntilDelivered()
        await server.forgetProfiles()
        try await arm.add(["two"])
        try await arm.runner.waitUntilDelivered()
        #expect(await server.briefs == ["one", "two"])
        try await arm.stop()
        await server.stop()
    }

    @Test func endsAtOnceWhenFilesAreWrong() async throws {
        let broker = try await PrivateBroker.shared
        var configuration = broker.configuration()
        configuration.tls?.privateKeyPath = try broker.authority.issue("other").key
        let arm = try await RunningArm(configuration)
        let error = await #expect(throws: AMQPError.self) { try await arm.end() }
        #expect(error?.code == .configuration)
    }

    @Test func saysWhenTheServerRemembersAnotherSpool() async throws {
        let broker = try await PrivateBroker.shared
        let arm = try await RunningArm(broker.configuration())
        let server = ScriptedServer(broker.configuration(), queue: arm.queue)
        await server.setLastInfo("01ARZ3NDEKTSV4RRFFQ69G5FAV-0000000000000007")
        try await server.start()
        try await eventually("the warning") { arm.log.contains("this node's spool is new") }
        try await arm.stop()
        await server.stop()
    }

    @Test func asksForAnotherRunWhenTheServerKnowsMoreOfThePresentOne() async throws {
        let broker = try await PrivateBroker.shared
        let arm = try await RunningArm(broker.configuration())
        let server = ScriptedServer(broker.configuration(), queue: arm.queue)
        await server.setLastInfo("\(arm.spool.id)-0000000000000077")
        try await server.start()
        try await eventually("the doubt") { arm.runner.numberingDoubt.take() }
        #expect(arm.log.contains("a copy of this machine sends events with the same ids"))
        try await arm.stop()
        await server.stop()
    }

    @Test func deliversBeforeItEnds() async throws {
        let broker = try await PrivateBroker.shared
        let arm = try await RunningArm(broker.configuration()) { $0.drainTimeout = .seconds(60) }
        let server = ScriptedServer(broker.configuration(), queue: arm.queue)
        try await server.start()
        try await arm.add(["first"])
        try await arm.runner.waitUntilDelivered()
        try await arm.add(self.lines(1...2000), perBatch: 10)
        try await arm.stop()
        #expect(await server.briefs == ["first"] + self.lines(1...2000))
        await server.stop()
    }

    @Test(.timeLimit(.minutes(3))) func endsSoonWithoutAServer() async throws {
        let broker = try await PrivateBroker.shared
        let arm = try await RunningArm(broker.configuration())
        try await arm.add(["kept"])
        try await eventually("a connection") { arm.log.contains("connected to the broker") }
        try await arm.stop()
        #expect(arm.log.contains("batches-left-in-spool=1"))
    }

    @Test func usesSettingsThatComeWhileItConnects() async throws {
        let broker = try await PrivateBroker.start()
        let (before, after) = (try TCPProxy(target: broker.tlsPort), try TCPProxy(target: broker.tlsPort))
        broker.freeze()
        let arm = try await RunningArm(broker.configuration(port: before.port))
        try await eventually("an attempt") { before.acceptedConnections == 1 }
        var settings = try BrokerSettings(Settings(), clientName: "arm")
        settings.connection = broker.configuration(port: after.port)
        settings.queues = QueuePair(base: arm.queue)
        settings.exchange = .named("")
        await arm.runner.reload(settings)
        broker.thaw()
        try await eventually("a connection with the new settings") {
            await arm.runner.status.broker == "localhost:\(after.port)"
        }
        try await arm.stop()
        await broker.stop()
    }

    @Test func waitsForABrokerThatTakesNothing() async throws {
        let broker = try await PrivateBroker.start()
        let arm = try await RunningArm(broker.configuration()) { $0.statusInterval = .seconds(1) }
        let server = ScriptedServer(broker.configuration(), queue: arm.queue)
        try await server.start()
        try await arm.add(["before"])
        try await arm.runner.waitUntilDelivered()
        try broker.setMemoryAlarm(true)
        try await arm.add(self.lines(1...100), perBatch: 10)
        // The report, which is due after a second, waits like everything else.
        try await eventually("the problem, for some seconds") {
            arm.log.all.count { $0.contains("established") && $0.contains("the broker takes no messages") } > 2
        }
        try broker.setMemoryAlarm(false)
        try await eventually("the report") {
            await server.armInfos.contains { $0.failureReason.contains("the broker takes no messages") }
        }
        try await arm.runner.waitUntilDelivered()
        #expect(await server.briefs == ["before"] + self.lines(1...100))
        try await arm.stop()
        await server.stop()
        await broker.stop()
    }
}
