import AMQP
import ArmPlugin
import HAPI
import JSONRPC
import Logging
import Spool
import Synchronization
import TestSupport
import Testing

/// A monitored system that says what it was told to say.
private final class ScriptedArm: Arm {
    let name = "scripted-arm"
    let offers: [Procedure] = [.fetchTriggers, .fetchItems, .fetchHistory, .fetchEvents]
    let hostList = Mutex<[Host]>([Host(hostId: "h1", hostName: "one")])
    let failures = Mutex(0)
    let asked = Mutex<[String?]>([])

    func hosts() async throws -> [Host]? {
        let mustFail = self.failures.withLock { left in
            defer { left = max(0, left - 1) }
            return left > 0
        }
        if mustFail { throw TestFailure("the system is away") }
        return self.hostList.withLock { $0 }
    }

    func triggers(since lastInfo: String?) async throws -> Polled<Trigger>? {
        self.asked.withLock { $0.append(lastInfo) }
        let triggers = (0..<(lastInfo == nil ? 1200 : 1)).map { number in
            Trigger(
                triggerId: "t\(number)",
                status: .ok,
                severity: .info,
                lastChangeTime: TimeStamp(seconds: 0),
                hostId: "h1",
                hostName: "one",
                brief: "b",
                extendedInfo: ""
            )
        }
        return Polled(triggers, lastInfo: "seen")
    }

    func events(since lastInfo: String?) async throws -> Polled<Event>? {
        let next = (lastInfo.flatMap { Int($0) } ?? 0) + 1
        guard next <= 2 else { return Polled([], lastInfo: lastInfo) }
        let event = Event(eventId: "e\(next)", time: TimeStamp(seconds: 0), type: .bad, brief: "event \(next)")
        return Polled([event], lastInfo: "\(next)")
    }

    func events(around lastInfo: String, direction: FetchDirection, count: Int) async throws -> [Event] {
        [Event(eventId: "f", time: TimeStamp(seconds: 0), type: .good, brief: lastInfo)]
    }

    func history(
        of itemId: String,
        host hostId: String,
        from begin: TimeStamp,
        to end: TimeStamp
    ) async throws -> [Sample] {
        [Sample(value: "later", time: end), Sample(value: "earlier", time: begin)]
    }
}

/// A monitored system that never has the items it is asked for.
private final class SlowArm: Arm {
    let name = "slow-arm"
    let offers: [Procedure] = [.fetchItems]
    let underWay = Mutex(0)

    func items(of hostIds: [String]?) async throws -> [Item] {
        self.underWay.withLock { $0 += 1 }
        defer { self.underWay.withLock { $0 -= 1 } }
        try await Task.sleep(for: .seconds(86_400))
        return []
    }
}

@Suite(.timeLimit(.minutes(3))) struct PollingTests {
    private func start(
        _ arm: any Arm
    ) async throws -> (ArmRunner, ScriptedServer, Task<Void, any Error>, RecordedLog) {
        let broker = try await PrivateBroker.shared
        let queue = uniqueName("poll")
        var settings = try BrokerSettings(Settings(), clientName: "test")
        settings.connection = broker.configuration()
        settings.queues = QueuePair(base: queue)
        settings.exchange = .named("")
        let log = RecordedLog()
        let logger = Logger(label: "arm") { _ in RecordedLog.Handler(log: log) }
        let server = ScriptedServer(broker.configuration(), queue: queue)
        try await server.start()
        let runner = try ArmRunner(polling: arm, broker: settings, logger: logger)
        return (runner, server, Task { try await runner.run() }, log)
    }

    @Test func tellsTheServerWhatIsNew() async throws {
        let arm = ScriptedArm()
        let (_, server, task, _) = try await self.start(arm)
        try await eventually("two polls") { await server.eventIDs == ["e1", "e2"] }
        #expect(await server.count(of: "putHosts") == 1)
        let triggers = await server.params(of: "putTriggers").compactMap { try? PutTriggers($0) }
        #expect(triggers.prefix(3).map(\.triggers.count) == [500, 500, 200])
        #expect(triggers.prefix(3).map(\.updateType) == [.all, .all, .all])
        #expect(triggers.prefix(3).map(\.divideInfo?.isLast) == [false, false, true])
        #expect(triggers.prefix(3).map(\.divideInfo?.serialId) == [0, 1, 2])
        #expect(Set(triggers.prefix(3).map(\.divideInfo?.requestId)).count == 1)
        try await eventually("a partial list") {
            await server.params(of: "putTriggers").compactMap { try? PutTriggers($0) }.contains {
                $0.updateType == .updated
            }
        }
        arm.hostList.withLock { $0.append(Host(hostId: "h2", hostName: "two")) }
        try await eventually("the changed list") { await server.count(of: "putHosts") == 2 }
        try await eventually("a good report") { await server.armInfos.last?.lastSuccessTime != nil }
        task.cancel()
        await server.stop()
    }

    @Test func failedPollsAreReportedAndRepeated() async throws {
        let arm = ScriptedArm()
        arm.failures.withLock { $0 = 2 }
        let (_, server, task, log) = try await self.start(arm)
        try await eventually("the events") { await server.eventIDs == ["e1", "e2"] }
        #expect(log.contains("the system is away"))
        try await eventually("a report") { await server.armInfos.contains { $0.numFailure > 0 } }
        task.cancel()
        await server.stop()
    }

    @Test func everythingIsSentAgainToAServerThatAsks() async throws {
        let arm = ScriptedArm()
        let (_, server, task, _) = try await self.start(arm)
        try await eventually("the first poll") { await server.count(of: "putHosts") == 1 }
        try await server.send(#"{"method":"exchangeProfile","params":{"name":"s","procedures":["putHosts"]},"id":1}"#)
        try await eventually("the list again") { await server.count(of: "putHosts") == 2 }
        task.cancel()
        await server.stop()
    }

    @Test func fetchesAreBoundedAndEndWithTheConnection() async throws {
        let arm = SlowArm()
        let (_, server, task, log) = try await self.start(arm)
        try await eventually("a session") { await server.count(of: "putArmInfo") > 0 }
        for id in 100..<170 {
            try await server.send(#"{"method":"fetchItems","params":{"fetchId":"\#(id)"},"id":\#(id)}"#)
        }
        try await eventually("all answers") { await server.answers.count == 70 }
        #expect(await server.answers.count { $0.hasSuffix(" SUCCESS") } == 64)
        #expect(await server.answers.count { $0.hasSuffix(" ABBREV") } == 6)
        try await eventually("as many fetches") { arm.underWay.withLock { $0 } == 64 }
        task.cancel()
        try await eventually("the end of all fetches") { arm.underWay.withLock { $0 } == 0 }
        #expect(!log.contains("a fetch failed"))
        await server.stop()
    }

    @Test func fetches() async throws {
        let arm = ScriptedArm()
        let (_, server, task, _) = try await self.start(arm)
        try await eventually("the first poll") { await server.count(of: "putHosts") == 1 }
        try await server.send(#"{"method":"fetchTriggers","params":{"fetchId":"77"},"id":2}"#)
        try await eventually("the triggers") {
            await server.params(of: "putTriggers").compactMap { try? PutTriggers($0) }.contains { $0.fetchId == "77" }
        }
        try await server.send(
            #"{"method":"fetchEvents","params":{"lastInfo":"x","count":5,"direction":"ASC","fetchId":"78"},"id":3}"#
        )
        try await eventually("the events") { await server.briefs.contains("x") }
        let events = await server.params(of: "putEvents").compactMap { try? EventBatch.decode($0).value.envelope }
        #expect(events.last { $0.fetchId == "78" }?.mayMoreFlag == false, "nothing more comes for this fetch")
        try await server.send(#"{"method":"fetchItems","params":{"fetchId":"79"},"id":4}"#)
        try await eventually("the items") { await server.count(of: "putItems") == 1 }
        try await server.send(
            #"{"method":"fetchHistory","params":{"hostId":"h1","itemId":"i","beginTime":"20260102030405","endTime":"20260102030406","fetchId":"80"},"id":6}"#
        )
        try await eventually("the history") { await server.count(of: "putHistory") == 1 }
        let history = try PutHistory(await server.params(of: "putHistory").first)
        #expect(history.samples.map(\.value) == ["earlier", "later"])
        try await server.send(#"{"method":"fetchHistory","params":{},"id":5}"#)
        try await eventually("the refusal") { await server.answers.contains { $0.hasPrefix("5 error -32602") } }
        #expect(await server.answers.contains("2 SUCCESS"))
        task.cancel()
        await server.stop()
    }
}
