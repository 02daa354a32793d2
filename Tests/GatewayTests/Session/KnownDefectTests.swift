import Store
import TestSupport
import Testing

/// The weaknesses of the original server, each as a test that it is not ours.
@Suite("Weaknesses of the original server")
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
        "missing params, missing procedures, empty names and bodies end nothing",
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

    @Test("a malformed answer is not answered")
    func malformedAnswers() async throws {
        let arm = try await Conversation()
        for body in [#"{"result":1}"#, #"{"result":1,"error":{},"id":1}"#, #"{"error":7,"id":{}}"#] {
            #expect(try await arm.say(body) == "")
        }
        #expect(arm.acknowledged == arm.delivered)
    }

    @Test("an order error in a divided put echoes the id and says what was expected")
    func divideOrder() async throws {
        let arm = try await Conversation()
        let part = Self.hosts([("a", "a")], "ALL", #","divideInfo":{"isLast":false,"serialId":5,"requestId":"r"}"#)
        let answer = try await arm.call("putHosts", part, id: "77")
        #expect(answer.hasPrefix("77 -32602"))
        #expect(answer.contains("expected: 0 actual: 5"))
    }

    @Test(
        "wrong types and times are errors that name the place, not empty texts and the year 1970",
        arguments: [
            (#"{"events":[{"eventId":{},"time":"20260102030405","type":"BAD","brief":"b"}]}"#, "events[0].eventId"),
            (#"{"events":[{"eventId":"e","time":"garbage","type":"BAD","brief":"b"}]}"#, "events[0].time"),
            (#"{"events":[{"eventId":"e","time":"20150323275800","type":"BAD","brief":"b"}]}"#, "events[0].time"),
        ]
    )
    func wrongTypes(params: String, place: String) async throws {
        let arm = try await Conversation()
        let answer = try await arm.call("putEvents", params)
        #expect(answer.hasPrefix("1 -32602"))
        #expect(answer.contains(place))
        let stored = try await arm.store.events(EventQuery()).filter { $0.content.hostID != "_SELF_" }
        #expect(stored.isEmpty)
    }

    @Test(
        "ALL keeps the server's own triggers, a renamed host stays, items can become none, memberships can shrink"
    )
    func replacing() async throws {
        let arm = try await Conversation()
        _ = try await arm.say("not json")
        #expect(try await arm.call("putTriggers", #"{"triggers":[],"updateType":"ALL"}"#) == Self.success)
        #expect(try await arm.store.triggers().map(\.trigger.id) == ["_SELF_/messages"])

        _ = try await arm.call("putHosts", Self.hosts([("a", "old")]))
        _ = try await arm.call("putHosts", Self.hosts([("a", "new")]))
        let host = try await arm.store.hosts().first { $0.host.id == "a" }
        #expect(host?.host.name == "new")
        #expect(host?.state == .listed)

        let item =
            #"{"itemId":"i","hostId":"a","brief":"b","lastValueTime":"20260102030405","lastValue":"1","itemGroupName":[],"unit":""}"#
        _ = try await arm.call("putItems", #"{"items":[\#(item)]}"#)
        #expect(try await arm.store.items().count == 1)
        _ = try await arm.call("putItems", #"{"items":[]}"#)
        #expect(try await arm.store.items().isEmpty)

        for groups in [#"["1","2"]"#, #"["2"]"#] {
            let membership = #"{"hostGroupMembership":[{"hostId":"a","groupIds":\#(groups)}],"updateType":"UPDATED"}"#
            #expect(try await arm.call("putHostGroupMembership", membership) == Self.success)
        }
        #expect(try await arm.store.hosts().first { $0.host.id == "a" }?.groups == ["2"])

        let parents = #"{"hostParents":[{"childHostId":"a","parentHostId":"p"}],"updateType":"ALL"}"#
        for _ in 0..<2 { #expect(try await arm.call("putHostParents", parents) == Self.success) }
        #expect(try await arm.store.hosts().first { $0.host.id == "a" }?.parent == "p")
    }

    @Test("the position is kept when a list changes nothing; unknown elements are errors")
    func lastInfo() async throws {
        let arm = try await Conversation()
        for position in ["1", "2"] {
            _ = try await arm.call("putHosts", Self.hosts([("a", "a")], "ALL", #","lastInfo":"\#(position)""#))
            #expect(try await arm.call("getLastInfo", #""host""#) == "\"\(position)\"")
        }
        #expect(try await arm.call("getLastInfo", #""trigger""#) == #""""#)
        #expect(try await arm.call("getLastInfo", #""everything""#).hasPrefix("1 -32602"))
    }

    @Test("an event that is sent again is stored once")
    func duplicates() async throws {
        let arm = try await Conversation()
        for _ in 0..<3 { #expect(try await arm.call("putEvents", Self.event("same")) == Self.success) }
        #expect(try await arm.store.count(EventQuery()) == 1)
    }

    @Test("hosts that only events and triggers name are hosts, and events keep the name they came with")
    func adHocHosts() async throws {
        let arm = try await Conversation()
        _ = try await arm.call("putEvents", Self.event("1", #","hostId":"h","hostName":"then""#))
        _ = try await arm.call("putHosts", Self.hosts([("h", "now")]))
        _ = try await arm.call("putHosts", Self.hosts([]))
        #expect(try await arm.store.hosts(includingRemoved: true).map(\.host.id) == ["h"])
        var query = EventQuery()
        query.host = "h"
        #expect(try await arm.store.events(query).map(\.content.hostName) == ["then"])
    }

    @Test("times beyond 2038 and texts at their limits are kept whole")
    func limits() async throws {
        let arm = try await Conversation()
        let brief = String(repeating: "語", count: 255)
        let extended = String(repeating: "é", count: 32_767)
        let params =
            #"{"events":[{"eventId":"e","time":"20991231235959.999999999","type":"BAD","brief":"\#(brief)","extendedInfo":"\#(extended)"}]}"#
        #expect(try await arm.call("putEvents", params) == Self.success)
        let stored = try #require(try await arm.store.events(EventQuery()).first?.content)
        #expect(stored.time.description == "2099-12-31T23:59:59.999999999Z")
        #expect(stored.brief == brief)
        #expect(stored.extendedInfo == extended)
    }

    @Test("the arm's last report survives a restart")
    func report() async throws {
        let arm = try await Conversation()
        let params =
            #"{"lastStatus":"NG","failureReason":"no route","lastSuccessTime":"","lastFailureTime":"20260102030405","numSuccess":0,"numFailure":3}"#
        #expect(try await arm.call("putArmInfo", params) == Self.success)
        let again = try MonitoringStore(directory: arm.directory.path)
        #expect(try await again.armStatus(of: arm.server)?.report?.failureReason == "no route")
        try again.close()
    }
}
