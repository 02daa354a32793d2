import AMQP
import Store
import TestSupport
import Testing

@testable import Gateway

@Suite("The gateway and a real broker")
struct GatewayTests {
    @Test("an arm signs on, puts events and gets its position back")
    func conversation() async throws {
        let fixture = try GatewayFixture(try await .shared)
        let (server, queue) = try await fixture.addServer()
        try await fixture.running {
            let arm = try await TestArm(fixture.broker, queue: queue)
            try await arm.signOn()
            let info = try await arm.call("getMonitoringServerInfo", #""""#)
            #expect(info.contains(#""serverId":\#(server)"#))
            #expect(try await arm.call("putEvents", TestArm.events(["a", "b"])) == #""SUCCESS""#)
            #expect(try await arm.call("putEvents", TestArm.events(["b", "c"])) == #""SUCCESS""#)
            #expect(try await fixture.store.count(EventQuery()) == 3)
            let hosts = #"{"hosts":[{"hostId":"h","hostName":"Host"}],"updateType":"ALL","lastInfo":"here"}"#
            #expect(try await arm.call("putHosts", hosts) == #""SUCCESS""#)
            #expect(try await arm.call("getLastInfo", #""host""#) == #""here""#)
            #expect(try await fixture.store.hosts().map(\.host.name) == ["Host"])
            await arm.close()
        }
        #expect(try fixture.broker.messageCount("\(queue)-S") == 0, "everything is acknowledged")
    }

    @Test("a window of batches is stored in order, each once")
    func window() async throws {
        let fixture = try GatewayFixture(try await .shared)
        let (_, queue) = try await fixture.addServer()
        try await fixture.running {
            let arm = try await TestArm(fixture.broker, queue: queue)
            try await arm.signOn()
            for batch in 0..<100 {
                let ids = (batch * 10..<batch * 10 + 20).map { "series-\(String($0 + 1_000_000_000_000_000))" }
                try await arm.send(
                    #"{"method":"putEvents","params":\#(TestArm.events(ids)),"id":\#(batch + 1)}"#
                )
            }
            for batch in 1...100 { #expect(await arm.answer(batch) == #""SUCCESS""#) }
            let events = try await fixture.store.events(EventQuery(limit: 10_000))
            #expect(events.count == 1010)
            #expect(Set(events.map(\.content.eventID)).count == 1010)
            await arm.close()
        }
    }

    @Test("of two agents with the same ids neither loses an event, and that is a problem with a name")
    func clones() async throws {
        let fixture = try GatewayFixture(try await .shared)
        let (server, queue) = try await fixture.addServer()
        try await fixture.running {
            let arm = try await TestArm(fixture.broker, queue: queue)
            try await arm.signOn()
            let ids = (1...20).map { "01J9ZK3V7Q8XGM2T5B4C6D8E0F-\(String(10_000_000_000_000_000 + $0).suffix(16))" }
            let original = TestArm.events(ids)
            let clone = original.replacing("event 01J9", with: "line of the clone 01J9")
            for events in [original, clone, clone, original] {
                #expect(try await arm.call("putEvents", events) == #""SUCCESS""#)
            }
            let briefs = try await fixture.store.events(EventQuery(limit: 100)).filter { $0.server == server }
                .map(\.content.brief).filter { $0.contains("01J9") && !$0.hasPrefix("Ids") }
            #expect(briefs.count == 40)
            #expect(Set(briefs).count == 40)
            try await eventually("the trigger of ids") {
                try await fixture.store.triggers(server: server).contains { $0.trigger.id == "_SELF_/ids" && $0.isOwn }
            }
            try await eventually("the arm is asked to compare") {
                await arm.calls.filter { $0.method == "exchangeProfile" }.count >= 2
            }
            await arm.close()
        }
    }

    @Test("before the exchange FAILURE, and malformed messages do not stop anything")
    func hostile() async throws {
        let fixture = try GatewayFixture(try await .shared)
        let (server, queue) = try await fixture.addServer()
        try await fixture.running {
            let arm = try await TestArm(fixture.broker, queue: queue)
            #expect(try await arm.call("putEvents", TestArm.events(["a"])) == #""FAILURE""#)
            try await arm.signOn()
            for body in ["", "not json", "[1]", "{}", #"{"id":1}"#, String(repeating: "[", count: 20_000)] {
                try await arm.send(body)
            }
            try await arm.send([0xFF, 0xFE])
            #expect(try await arm.call("putEvents", TestArm.events(["a"])) == #""SUCCESS""#)
            #expect(try await fixture.store.putAside(server: server).count == 7)
            try await eventually("the trigger of malformed messages") {
                try await fixture.store.triggers(server: server).contains {
                    $0.trigger.id == "_SELF_/messages" && $0.isOwn
                }
            }
            await arm.close()
        }
        #expect(try fixture.broker.messageCount("\(queue)-S") == 0)
    }

    @Test("servers that are added, changed and removed are noticed while running")
    func registry() async throws {
        let fixture = try GatewayFixture(try await .shared)
        try await fixture.running {
            let other = try MonitoringStore(directory: fixture.directory.path)
            let (id, queue) = try await fixture.addServer()
            let arm = try await TestArm(fixture.broker, queue: queue)
            try await arm.signOn()
            var server = try await other.server(id)
            server.settings.pollingInterval = 77
            try await other.update(server)
            try await eventually("the arm is told its new settings") {
                await arm.calls.contains {
                    $0.method == "updateMonitoringServerInfo" && $0.params.contains(#""pollingIntervalSec":77"#)
                }
            }
            server.broker.queue = uniqueName("moved")
            try await other.update(server)
            let moved = try await TestArm(fixture.broker, queue: server.broker.queue)
            try await moved.signOn()
            try await other.remove(id)
            try await eventually("nobody consumes its queue") {
                try await moved.channel.declareQueue("\(server.broker.queue)-S", as: .durable).consumerCount == 0
            }
            await arm.close()
            await moved.close()
            try other.close()
        }
    }

    @Test("a fetch goes to the arm and ends when its data are stored")
    func fetch() async throws {
        let fixture = try GatewayFixture(try await .shared)
        let (id, queue) = try await fixture.addServer()
        try await fixture.running {
            let arm = try await TestArm(fixture.broker, queue: queue)
            try await arm.signOn(["fetchItems"])
            let command = ArmCommand.fetchItems(hosts: nil)
            let number = try await fixture.store.submit(
                command.name,
                arguments: command.arguments,
                server: id,
                deadline: Timestamp(nanoseconds: .max)
            )
            try await eventually("the arm is asked") { await arm.calls.contains { $0.method == "fetchItems" } }
            let call = try #require(await arm.calls.first { $0.method == "fetchItems" })
            let fetchID = call.params.filter(\.isNumber)
            try await arm.reply(call.id, #""SUCCESS""#)
            let item =
                #"{"itemId":"i","hostId":"h","brief":"b","lastValueTime":"20260102030405","lastValue":"1","itemGroupName":[],"unit":""}"#
            #expect(try await arm.call("putItems", #"{"items":[\#(item)],"fetchId":"\#(fetchID)"}"#) == #""SUCCESS""#)
            try await eventually("the command is answered") { try await fixture.store.answer(to: number) != nil }
            #expect(try await fixture.store.answer(to: number) == CommandAnswer(succeeded: true, text: "1"))
            #expect(try await fixture.store.items().map(\.item.id) == ["i"])
            await arm.close()
        }
    }

    @Test("trouble with one server's broker does not disturb another")
    func independence() async throws {
        let fixture = try GatewayFixture(try await .shared)
        let (broken, _) = try await fixture.addServer(url: "amqps://127.0.0.1:1/hatohol")
        let (forbidden, _) = try await fixture.addServer(url: fixture.broker.url(virtualHost: "no-such-host"))
        let (_, queue) = try await fixture.addServer()
        try await fixture.running {
            let arm = try await TestArm(fixture.broker, queue: queue)
            try await arm.signOn()
            #expect(try await arm.call("putEvents", TestArm.events(["a"])) == #""SUCCESS""#)
            for id in [broken, forbidden] {
                try await eventually("the broken link is on record") {
                    try await fixture.store.triggers(server: id).contains { $0.trigger.id == "_SELF_/broker" }
                }
                let status = try #require(try await fixture.store.armStatus(of: id))
                #expect(status.link?.state == .disconnected)
            }
            await arm.close()
        }
    }

    @Test("a deleted queue is declared again, and the conversation goes on")
    func deletedQueue() async throws {
        let fixture = try GatewayFixture(try await .shared)
        let (_, queue) = try await fixture.addServer()
        try await fixture.running {
            let arm = try await TestArm(fixture.broker, queue: queue)
            try await arm.signOn()
            try fixture.broker.deleteQueue("\(queue)-S")
            try await eventually("the queue is back and consumed") {
                try await arm.channel.declareQueue("\(queue)-S", as: .durable).consumerCount == 1
            }
            try await arm.signOn()
            #expect(try await arm.call("putEvents", TestArm.events(["a"])) == #""SUCCESS""#)
            await arm.close()
        }
    }

    @Test("a reload connects anew, and nothing is lost on the way")
    func reload() async throws {
        let fixture = try GatewayFixture(try await .shared)
        let (id, queue) = try await fixture.addServer()
        try await fixture.runningGateway { gateway in
            let arm = try await TestArm(fixture.broker, queue: queue)
            try await arm.signOn()
            // Signing on is answered before it is on record.
            var since: Timestamp?
            try await eventually("the session on record") {
                guard let link = try await fixture.store.armStatus(of: id)?.link, link.state == .established else {
                    return false
                }
                since = link.since
                return true
            }
            let last = try #require(since)
            await gateway.reload()
            try await eventually("the new connection") {
                guard let link = try await fixture.store.armStatus(of: id)?.link else { return false }
                return link.since > last && link.state != .disconnected
            }
            try await arm.signOn()
            #expect(try await arm.call("putEvents", TestArm.events(["a"])) == #""SUCCESS""#)
            await arm.close()
        }
    }

    @Test("after a restart of the broker everything is stored once")
    func brokerRestart() async throws {
        let broker = try await PrivateBroker.start()
        let fixture = try GatewayFixture(broker)
        let (_, queue) = try await fixture.addServer()
        try await fixture.running {
            var arm = try await TestArm(broker, queue: queue)
            try await arm.signOn()
            #expect(try await arm.call("putEvents", TestArm.events(["a"])) == #""SUCCESS""#)
            try await broker.restart()
            await arm.close()
            arm = try await TestArm(broker, queue: queue)
            try await arm.signOn()
            #expect(try await arm.call("putEvents", TestArm.events(["a", "b"])) == #""SUCCESS""#)
            await arm.close()
        }
        let events = try await fixture.store.events(EventQuery()).filter { $0.content.hostID == "h" }
        #expect(events.map(\.content.eventID).sorted() == ["a", "b"])
        await broker.stop()
    }
}
