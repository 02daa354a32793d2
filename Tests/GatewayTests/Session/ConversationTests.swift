import Store
import Testing

@testable import Gateway

private let oneEvent = #"{"events":[{"eventId":"e","time":"20260102030405","type":"BAD","brief":"b"}],"lastInfo":"L"}"#

@Suite("A conversation with an arm")
struct ConversationTests {
    @Test("profiles are exchanged after each connection, by either side's call")
    func exchange() {
        var script = Script()
        #expect(script.handle(.connected(exchange: "hatohol")) == ["note link waiting", "call exchangeProfile"])
        let answer = #"{"result":{"name":"arm","procedures":[]},"id":\#(script.calls[0])}"#
        #expect(script.receive(answer) == ["note link established", "log profiles exchanged", "ack 1"])
        #expect(script.session.isEstablished)

        #expect(script.handle(.disconnected("cut")) == ["note link disconnected"])
        #expect(!script.session.isEstablished)
        #expect(script.handle(.connected(exchange: "hatohol")) == ["note link waiting", "call exchangeProfile"])
        let call = script.call("exchangeProfile", #"{"name":"arm","procedures":["fetchItems"]}"#)
        #expect(call.first?.hasPrefix(#"reply 5 {"name":"hatohol","procedures":["exchangeProfile""#) == true)
        #expect(call.dropFirst() == ["note link established", "log profiles exchanged", "ack 2"])
        #expect(script.call("exchangeProfile", #"{"name":"arm","procedures":["fetchItems"]}"#).count == 2)
    }

    @Test(
        "before that everything is answered FAILURE after three seconds, whatever it is, and nothing is stored",
        arguments: ["putEvents", "getMonitoringServerInfo", "getLastInfo", "noSuchThing"]
    )
    func before(method: String) {
        var script = Script()
        _ = script.handle(.connected(exchange: "hatohol"))
        #expect(script.call(method, oneEvent) == [])
        #expect(script.session.nextDeadline == .seconds(3))
        #expect(script.wait(3) == [#"reply 5 "FAILURE""#, "ack 1"])
        #expect(script.receive(#"{"method":"\#(method)","params":\#(oneEvent)}"#) == ["ack 2"])
    }

    @Test(
        "what waited in the queue while the server was restarted is served once the arm has answered with its profile"
    )
    func early() {
        var script = Script()
        _ = script.handle(.connected(exchange: "hatohol"))
        #expect(script.call("putEvents", oneEvent) == [])
        #expect(script.call("getLastInfo", #""event""#, id: 6) == [])
        let answer = script.receive(#"{"result":{"name":"arm","procedures":[]},"id":\#(script.calls[0])}"#)
        #expect(answer.suffix(2) == ["store 1 events lastInfo=L", "read event"])
        #expect(script.stored(0) == [#"reply 5 "SUCCESS""#, "ack 1"])
    }

    @Test("a put is committed, then answered, then acknowledged")
    func put() {
        var script = Script.established()
        #expect(script.call("putEvents", oneEvent) == ["store 1 events lastInfo=L"])
        #expect(script.stored() == [#"reply 5 "SUCCESS""#, "ack 2"])
    }

    @Test("many puts are in flight; acknowledging waits for the oldest")
    func inFlight() {
        var script = Script.established()
        for id in 10...12 { #expect(script.call("putEvents", oneEvent, id: id) == ["store 1 events lastInfo=L"]) }
        #expect(script.stored(1) == [#"reply 11 "SUCCESS""#])
        #expect(script.stored(0) == [#"reply 10 "SUCCESS""#, "ack 3"])
        #expect(script.stored(2) == [#"reply 12 "SUCCESS""#, "ack 4"])
    }

    @Test("a notification is applied without an answer")
    func notification() {
        var script = Script.established()
        #expect(script.receive(#"{"method":"putEvents","params":\#(oneEvent)}"#) == ["store 1 events lastInfo=L"])
        #expect(script.stored() == ["ack 2"])
    }

    static let putCases: [(method: String, params: String, stored: String)] = [
        (
            "putHosts", #"{"hosts":[{"hostId":"1","hostName":"h"}],"updateType":"ALL","lastInfo":"x"}"#,
            "1 hosts all lastInfo=x"
        ),
        ("putHosts", #"{"hosts":[],"updateType":"UPDATED"}"#, "0 hosts updated"),
        ("putHostGroups", #"{"hostGroups":[{"groupId":"1","groupName":"g"}],"updateType":"ALL"}"#, "1 groups all"),
        (
            "putHostGroupMembership", #"{"hostGroupMembership":[{"hostId":"1","groupIds":["1"]}],"updateType":"ALL"}"#,
            "1 memberships all"
        ),
        (
            "putHostParents", #"{"hostParents":[{"childHostId":"1","parentHostId":""}],"updateType":"ALL"}"#,
            "1 parents all"
        ),
        ("putHostParent", #"{"hostParents":[],"updateType":"ALL"}"#, "0 parents all"),
        ("putTriggers", #"{"triggers":[],"updateType":"ALL","lastInfo":"t"}"#, "0 triggers all lastInfo=t"),
        ("putItems", #"{"items":[],"fetchId":"unknown"}"#, "0 items of []"),
        ("putHistory", #"{"itemId":"i","samples":[{"value":"1","time":"20260102030405.5"}]}"#, "1 samples of i"),
        ("putEvents", #"{"events":[],"lastInfo":"None"}"#, "0 events"),
        ("putEvents", #"{"events":[],"lastInfo":"p","mayMoreFlag":true,"fetchId":"1"}"#, "0 events"),
        (
            "putArmInfo",
            #"{"lastStatus":"OK","failureReason":"","lastSuccessTime":"","lastFailureTime":"","numSuccess":1,"numFailure":0}"#,
            "report ok"
        ),
    ]

    @Test("each put reaches the store in its terms", arguments: Self.putCases.indices)
    func puts(index: Int) {
        var script = Script.established()
        let (method, params, stored) = Self.putCases[index]
        #expect(script.call(method, params).last == "store \(stored)")
        #expect(script.stored() == [#"reply 5 "SUCCESS""#, "ack 2"])
    }

    @Test("ids are echoed with their type")
    func ids() {
        var script = Script.established()
        for id in ["7", "4294967295", "-3", "9223372036854775807", #""seven""#, "null"] {
            let actions = script.receive(#"{"method":"getMonitoringServerInfo","params":"","id":\#(id)}"#)
            #expect(actions[0].hasPrefix("reply \(id.filter { $0 != "\"" }) {\"serverId\":7"))
        }
    }

    @Test("getLastInfo answers what the store says")
    func lastInfo() {
        var script = Script.established()
        #expect(script.call("getLastInfo", #""event""#) == ["read event"])
        #expect(script.handle(.lastInfo(script.tokens[0], .success("here"))) == [#"reply 5 "here""#, "ack 2"])
        #expect(script.call("getLastInfo", #""host""#) == ["read host"])
        #expect(script.handle(.lastInfo(script.tokens[1], .success("None"))) == [#"reply 5 """#, "ack 3"])
        #expect(script.call("getLastInfo", #""trigger""#) == ["read trigger"])
        let error = StoreError(.unavailable, stage: "read", reason: "disk")
        #expect(script.handle(.lastInfo(script.tokens[2], .failure(error))).contains(#"reply 5 "FAILURE""#))
        #expect(script.call("getLastInfo", #""nonsense""#).first == "error 5 -32602")
        #expect(script.call("getLastInfo", "7").first == "error 5 -32602")
    }

    @Test("unknown methods, and those an arm offers, are refused and no problem of the arm")
    func unknown() {
        var script = Script.established()
        #expect(script.call("conquerTheWorld", "{}") == ["error 5 -32601", "log refused a call", "ack 2"])
        #expect(script.call("fetchItems", "{}") == ["error 5 -32601", "log refused a call", "ack 3"])
    }

    @Test("params that do not fit are answered, put aside, and acknowledged once that is committed")
    func invalidParams() {
        var script = Script.established()
        let actions = script.call("putEvents", #"{"events":[{"eventId":"e"}]}"#)
        #expect(actions[0] == "error 5 -32602")
        #expect(actions.contains("store put aside"))
        #expect(actions.contains("note _SELF_/messages ng"))
        #expect(script.stored() == ["ack 2"])
        #expect(!script.call("putEvents", "[]").contains("note _SELF_/messages ng"), "one event for many bad messages")
        #expect(script.stored() == ["ack 3"])
        #expect(script.wait(599) == [])
        #expect(script.wait(1).first == "note _SELF_/messages ok")
    }

    static let malformedCases: [(body: String, answer: String?)] = [
        ("", "error null -32700"), ("not json", "error null -32700"), ("[1]", "error null -32600"),
        ("{}", "error null -32600"), (#"{"id":1}"#, "error 1 -32600"),
        (String(repeating: "[", count: 20_000), "error null -32700"),
        (#"{"method":1,"id":2}"#, "error 2 -32600"), (#"{"result":1,"error":{},"id":3}"#, nil), (#"{"result":1}"#, nil),
    ]

    @Test(
        "what is no message is answered unless it looks like an answer, and put aside",
        arguments: Self.malformedCases.indices
    )
    func malformed(index: Int) {
        var script = Script.established()
        let (body, answer) = Self.malformedCases[index]
        let actions = script.receive(body)
        #expect(actions.first { $0.hasPrefix("error") } == answer)
        #expect(actions.contains("store put aside"))
        #expect(script.stored() == ["ack 2"])
    }

    @Test("bytes in texts that are not UTF-8 are replaced, not refused")
    func repaired() {
        var script = Script.established()
        let body = Array(#"{"method":"getLastInfo","params":"host","id":"a"#.utf8) + [0xFF] + Array(#""}"#.utf8)
        #expect(script.receive(body) == ["read host"])
        #expect(script.handle(.lastInfo(script.tokens[0], .success("x"))) == ["reply a\u{FFFD} \"x\"", "ack 2"])
    }

    @Test(
        "getMonitoringServerInfo needs no params",
        arguments: [#""params":"","#, #""params":{},"#, #""params":null,"#, ""]
    )
    func settingsWithoutParams(params: String) {
        var script = Script.established()
        let actions = script.receive(#"{"method":"getMonitoringServerInfo",\#(params)"id":5}"#)
        #expect(actions.first?.hasPrefix(#"reply 5 {"serverId":7"#) == true)
    }

    @Test("a message beyond the limit is answered and acknowledged")
    func oversized() {
        var script = Script.established()
        let actions = script.handle(.receivedOversized(size: 1 << 30, tag: 2))
        #expect(actions.first == "error null -32600")
        #expect(script.stored() == ["ack 2"])
    }

    @Test("answers nobody waits for, and errors with the id null, are dropped")
    func strayAnswers() {
        var script = Script.established()
        #expect(script.receive(#"{"result":"SUCCESS","id":99}"#) == ["log an answer that nobody waits for", "ack 2"])
        let error = #"{"error":{"code":-32602,"message":"m"},"id":null}"#
        #expect(script.receive(error) == ["log the arm reports an error", "ack 3"])
    }

    @Test("changed settings are told to the arm, others are not")
    func settings() {
        var script = Script.established()
        var server = Script.server
        server.settings.pollingInterval = 60
        #expect(script.handle(.settingsChanged(server)) == ["notify updateMonitoringServerInfo"])
        #expect(script.handle(.settingsChanged(server)) == [])
    }
}
