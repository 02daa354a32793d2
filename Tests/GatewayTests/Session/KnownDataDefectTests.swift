import Store
import Synchronization
import TestSupport
import Testing

/// Habits of the original server in keeping what it was told, each as a test that we do not have it.
@Suite("Habits of the original server that are not ours: data")
struct KnownDataDefectTests {
    private static let success = #""SUCCESS""#

    private static func event(_ id: String, _ more: String = "") -> String {
        #"{"events":[{"eventId":"\#(id)","time":"20260102030405","type":"BAD","brief":"b"\#(more)}]}"#
    }

    private static func hosts(_ hosts: [(String, String)], _ update: String = "ALL", _ more: String = "") -> String {
        let list = hosts.map { #"{"hostId":"\#($0.0)","hostName":"\#($0.1)"}"# }.joined(separator: ",")
        return #"{"hosts":[\#(list)],"updateType":"\#(update)"\#(more)}"#
    }

    @Test(
        "it took wrong types and times for empty texts and the year 1970: ours says what is wrong where",
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
        "ALL erased its own triggers and renamed hosts, and nothing could shrink: ours replaces what was told, and only that"
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

    @Test(
        "it dropped the position of a list without changes, and answered any word with some position: ours does neither"
    )
    func lastInfo() async throws {
        let arm = try await Conversation()
        for position in ["1", "2"] {
            _ = try await arm.call("putHosts", Self.hosts([("a", "a")], "ALL", #","lastInfo":"\#(position)""#))
            #expect(try await arm.call("getLastInfo", #""host""#) == "\"\(position)\"")
        }
        #expect(try await arm.call("getLastInfo", #""trigger""#) == #""""#)
        #expect(try await arm.call("getLastInfo", #""everything""#).hasPrefix("1 -32602"))
    }

    @Test("it stored an event as often as it was sent: ours stores it once")
    func duplicates() async throws {
        let arm = try await Conversation()
        for _ in 0..<3 { #expect(try await arm.call("putEvents", Self.event("same")) == Self.success) }
        #expect(try await arm.store.count(EventQuery()) == 1)
        // Without an id, the content tells what is a copy.
        for host in ["a", "b", "a"] {
            let unnamed = Self.event("", #","hostId":"\#(host)""#)
            #expect(try await arm.call("putEvents", unnamed) == Self.success)
        }
        #expect(try await arm.store.count(EventQuery()) == 3)
    }

    @Test("it did not know hosts that only events name: ours lists them, and events keep the name they came with")
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

    @Test("it cut texts and ended in 2038: ours keeps both whole")
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

    @Test("it forgot reports of arms when it ended: ours keeps the last one")
    func report() async throws {
        let arm = try await Conversation()
        let params =
            #"{"lastStatus":"NG","failureReason":"no route","lastSuccessTime":"","lastFailureTime":"20260102030405","numSuccess":0,"numFailure":3}"#
        #expect(try await arm.call("putArmInfo", params) == Self.success)
        let again = try MonitoringStore(directory: arm.directory.path)
        #expect(try await again.armStatus(of: arm.server)?.report?.failureReason == "no route")
        try again.close()
    }

    @Test("it answered SUCCESS when the database failed: ours answers FAILURE, and what was given is stored in the end")
    func databaseFailure() {
        var script = Script.established()
        _ = script.call("putEvents", Self.event("1"))
        #expect(script.failed().first == #"reply 5 "FAILURE""#)
        #expect(script.wait(1) == ["store 1 events"])
    }

    @Test("it wiped an event or overwrote it with its trigger: ours fills in only what the event leaves open")
    func triggersOfEvents() async throws {
        let arm = try await Conversation()
        let trigger =
            #"{"triggerId":"t","status":"NG","severity":"CRITICAL","lastChangeTime":"20260102030405","hostId":"h","hostName":"host","brief":"of the trigger","extendedInfo":"x"}"#
        _ = try await arm.call("putTriggers", #"{"triggers":[\#(trigger)],"updateType":"ALL"}"#)
        _ = try await arm.call("putEvents", Self.event("full", #","triggerId":"t","severity":"INFO","hostId":"own""#))
        _ = try await arm.call("putEvents", Self.event("open", #","triggerId":"t""#))
        _ = try await arm.call("putEvents", Self.event("stray", #","triggerId":"unknown","severity":"INFO""#))
        let events = try await arm.store.events(EventQuery()).map(\.content)
        func event(_ id: String) throws -> NewEvent { try #require(events.first { $0.eventID == id }) }
        #expect(try event("full").severity == .info)
        #expect(try event("full").hostID == "own")
        #expect(try event("open").severity == .critical)
        #expect(try event("open").hostName == "host")
        #expect(try event("open").brief == "b")
        #expect(try event("stray").severity == .info)
        #expect(try event("stray").brief == "b")
    }

    @Test("it kept every event for ever: ours lets go of old ones, and they do not come back when they are sent again")
    func retention() async throws {
        let (january, february) = try (
            #require(Timestamp(seconds: 1_767_323_045)), #require(Timestamp(seconds: 1_769_904_000))
        )
        let clock = Mutex(january)
        let arm = try await Conversation { clock.withLock { $0 } }
        _ = try await arm.call("putEvents", Self.event("old"))
        clock.withLock { $0 = february }
        let new = Self.event("new").replacing("20260102030405", with: "20260302030405")
        _ = try await arm.call("putEvents", new)
        #expect(try await arm.store.prune(before: february) == 1)
        #expect(try await arm.call("putEvents", Self.event("old")) == Self.success)
        #expect(try await arm.store.events(EventQuery()).map(\.content.eventID) == ["new"])
    }

    @Test(
        "it left orphans of a removed server, and a new one inherited them by its id: ours leaves none and gives a new id"
    )
    func removedServers() async throws {
        let arm = try await Conversation()
        _ = try await arm.call("putHosts", Self.hosts([("a", "a")], "ALL", #","lastInfo":"1""#))
        _ = try await arm.call("putEvents", Self.event("1", #","hostId":"a""#))
        try await arm.store.remove(arm.server)
        #expect(try await arm.store.purgeRemovedServers() >= 1)
        #expect(try await arm.store.count(EventQuery()) == 0)
        #expect(try await arm.store.hosts(includingRemoved: true).isEmpty)
        let next = try await arm.store.add(Script.server)
        #expect(next != arm.server)
        #expect(try await arm.store.lastInfo(.host, server: next) == "")
    }
}
