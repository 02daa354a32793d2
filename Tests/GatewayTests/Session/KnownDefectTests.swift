import HAPI
import JSONRPC
import Store
import TestSupport
import Testing

@testable import Gateway

/// Habits of the original server in taking messages, each as a test that we do not have it.
@Suite("Habits of the original server that are not ours: messages")
struct KnownDefectTests {
    private static let success = #""SUCCESS""#

    private static func event(_ id: String, _ more: String = "") -> String {
        #"{"events":[{"eventId":"\#(id)","time":"20260102030405","type":"BAD","brief":"b"\#(more)}]}"#
    }

    private static func hosts(_ hosts: [(String, String)], _ update: String = "ALL", _ more: String = "") -> String {
        let list = hosts.map { #"{"hostId":"\#($0.0)","hostName":"\#($0.1)"}"# }.joined(separator: ",")
        return #"{"hosts":[\#(list)],"updateType":"\#(update)"\#(more)}"#
    }

    @Test(
        "its consumer ended at missing params, missing procedures, empty names and bodies: ours answers and goes on",
        arguments: [
            "putEvents", "putHosts", "putHostGroups", "putHostGroupMembership", "putTriggers", "putItems", "putHistory",
            "putHostParents", "putArmInfo", "exchangeProfile",
        ]
    )
    func missingParams(method: String) async throws {
        let arm = try await Conversation()
        #expect(try await arm.call(method, nil).hasPrefix("1 -32602"))
        #expect(try await arm.call(method, "{}").hasPrefix("1 -32602"))
        #expect(try await arm.say("").hasPrefix("null -32700"))
        #expect(try await arm.call("putHosts", Self.hosts([("a", "")])) == Self.success)
        #expect(arm.acknowledged == arm.delivered)
    }

    @Test("it answered malformed answers, which could go on for ever: ours drops them")
    func malformedAnswers() async throws {
        let arm = try await Conversation()
        for body in [#"{"result":1}"#, #"{"result":1,"error":{},"id":1}"#, #"{"error":7,"id":{}}"#] {
            #expect(try await arm.say(body) == "")
        }
        #expect(arm.acknowledged == arm.delivered)
    }

    @Test("it acknowledged on arrival and lost what it had not stored: ours acknowledges after the commit")
    func acknowledging() {
        var script = Script.established()
        #expect(!script.call("putEvents", Self.event("1")).contains { $0.hasPrefix("ack") })
        #expect(script.handle(.disconnected("killed")).allSatisfy { !$0.hasPrefix("ack") })
        #expect(script.stored(0) == [], "the delivery comes again and must not be answered twice")
        #expect(Script.server.broker.queueType == "durable", "nor does the queue go with the broker")
    }

    @Test("it took nothing more until an answer was out: ours takes on while answers wait")
    func takingOn() {
        var script = Script.established()
        for id in 1...30 { #expect(script.call("putEvents", Self.event("\(id)"), id: id) == ["store 1 events"]) }
        #expect(script.stored(29) == [#"reply 30 "SUCCESS""#])
    }

    @Test(
        "it exchanged profiles once and never forgot: ours exchanges anew after each connection and long silence ends"
    )
    func exchangingAnew() {
        var script = Script.established()
        _ = script.handle(.disconnected("cut"))
        #expect(script.handle(.connected(exchange: "hatohol")).contains("call exchangeProfile"))
        #expect(script.call("putEvents", Self.event("1")) == [])
        #expect(script.wait(3) == [#"reply 5 "FAILURE""#, "ack 2"])
        script = Script(hasReported: true)
        _ = script.handle(.connected(exchange: "hatohol"))
        _ = script.call("exchangeProfile", #"{"name":"arm","procedures":[]}"#)
        #expect(script.wait(3600).contains("note _SELF_/arm ng"))
        #expect(script.call("getMonitoringServerInfo", #""""#).contains("note _SELF_/arm ok"), "any message will do")
    }

    @Test(
        "its errors about the order of parts lost the id and told a wrong number: ours echoes the one and tells the other"
    )
    func divideOrder() async throws {
        let arm = try await Conversation()
        let part = Self.hosts([("a", "a")], "ALL", #","divideInfo":{"isLast":false,"serialId":5,"requestId":"r"}"#)
        let answer = try await arm.call("putHosts", part, id: "77")
        #expect(answer.hasPrefix("77 -32602"))
        #expect(answer.contains("expected: 0 actual: 5"))
    }

    @Test("it hung when a part did not come, purged another series, and kept bad parts: ours forgets that series alone")
    func divideMemory() {
        func part(_ request: String, _ serial: Int, isLast: Bool = false) -> String {
            let info = #"{"isLast":\#(isLast),"serialId":\#(serial),"requestId":"\#(request)"}"#
            return Self.hosts([("\(request)\(serial)", "n")], "ALL", #","divideInfo":\#(info)"#)
        }
        var script = Script.established()
        _ = script.call("putHosts", part("late", 0))
        _ = script.wait(60)
        _ = script.call("putHosts", part("good", 0))
        #expect(script.call("putHosts", part("bad", 3)).first == "error 5 -32602")
        #expect(script.wait(40).contains("log gave a divided put up"))
        #expect(script.call("putHosts", part("good", 1, isLast: true)) == ["store 2 hosts all"])
        #expect(script.call("putHosts", part("late", 1, isLast: true)).first == "error 5 -32602")
        #expect(script.call("putHosts", part("bad", 0, isLast: true)) == ["store 1 hosts all"])
    }

    @Test("its answers to requests with the id null got lost, and a batch was none of its business: ours answers both")
    func nullAndBatch() async throws {
        let arm = try await Conversation()
        #expect(try await arm.call("getLastInfo", #""nonsense""#, id: "null").hasPrefix("null -32602"))
        let call = #"{"method":"putEvents","params":\#(Self.event("1")),"id":1}"#
        #expect(try await arm.say("[\(call)]").hasPrefix("null -32600"))
        #expect(!(try await arm.store.events(EventQuery()).contains { $0.content.eventID == "1" }))
        for version in [#""jsonrpc":"2.0","#, #""jsonrpc":2,"#, #""jsonrpc":2.0,"#, ""] {
            let body = #"{\#(version)"method":"getLastInfo","params":"host","id":1}"#
            #expect(try await arm.say(body) == #""""#, "whatever version it says")
        }
    }

    @Test("it kept the broker's password where everybody could read it: ours shows none and tells the arm none")
    func brokerPassword() {
        var server = Script.server
        server.broker.url = BrokerURL("amqps://arm:hush@broker/v")
        #expect(!"\(server) \(String(reflecting: server))".contains("hush"))
        #expect(!String(decoding: MonitoringServerInfo(server).encoded(), as: UTF8.self).contains("hush"))
    }

    @Test(
        "it answered however late, which confuses its own arms until they restart: ours answers in time or not at all"
    )
    func lateAnswers() {
        var script = Script.established()
        _ = script.call("putEvents", Self.event("1"), id: 1)
        _ = script.call("getLastInfo", #""event""#, id: 2)
        _ = script.wait(25)
        _ = script.call("putEvents", Self.event("2"), id: 3)
        _ = script.wait(1)
        let late = script.stored(0).filter { !$0.hasPrefix("note") }
        #expect(late == ["log left out an answer that would come too late", "ack 2"])
        #expect(
            script.handle(.lastInfo(script.tokens[1], .success("x"))) == [
                "log left out an answer that would come too late", "ack 3",
            ]
        )
        #expect(script.stored(2) == [#"reply 3 "SUCCESS""#, "ack 4"])
    }
}
