import HAPI
import JSONRPC
import Testing

/// The catalogue, and every procedure's params: written, read back, and compared with the protocol's own words.
@Suite struct ProcedureTests {
    @Test func theCatalogueIsThatOfHAPI() {
        #expect(Procedure.allCases.count == 17)
        #expect(
            Procedure.offeredByServer.map(\.rawValue) == [
                "exchangeProfile", "getMonitoringServerInfo", "getLastInfo", "putItems", "putHistory", "putHosts",
                "putHostGroups", "putHostGroupMembership", "putTriggers", "putEvents", "putHostParents", "putArmInfo",
            ]
        )
        #expect(Procedure(method: "putHostParent") == .putHostParents)
        #expect(Procedure(method: "PutEvents") == nil)
    }

    /// What is written reads back the same and without a note, and is just these bytes.
    private func check<Params: ProcedureParams & Equatable>(_ params: Params, _ json: String) throws {
        let bytes = params.encoded()
        #expect(String(decoding: bytes, as: UTF8.self) == json)
        let decoded = try Params.decode(JSONValue(bytes))
        #expect(decoded.value == params)
        #expect(decoded.notes == [])
        guard case .request(let call, id: 9) = Message(parsing: params.request(id: 9)) else {
            Issue.record("not a request")
            return
        }
        #expect(call.method == Params.procedure.rawValue)
    }

    private static let time = TimeStamp(seconds: 1_431_878_400, nanoseconds: 5)
    private static let part = DivideInfo(isLast: true, serialId: 1, requestId: "r")

    @Test func profile() throws {
        let profile = Profile(name: "n", offering: [.exchangeProfile, .putEvents])
        try self.check(profile, #"{"name":"n","procedures":["exchangeProfile","putEvents"]}"#)
        #expect(profile.offers(.putEvents) && !profile.offers(.putHosts))
        #expect(
            try Profile(JSONValue(Array(#"{"name":"n","procedures":["putHostParent","x"]}"#.utf8))).offers(
                .putHostParents
            )
        )
    }

    @Test func monitoringServerInfo() throws {
        try self.check(
            MonitoringServerInfo(
                serverId: 1,
                url: "u",
                type: .fluentd,
                nickName: "n",
                userName: "w",
                password: "p",
                pollingIntervalSec: 31_622_400,
                retryIntervalSec: 30,
                extendedInfo: "e"
            ),
            #"{"serverId":1,"url":"u","type":"d91ba1cb-a64a-4072-b2b8-2f91bcae1818","nickName":"n","userName":"w","#
                + #""password":"p","pollingIntervalSec":31622400,"retryIntervalSec":30,"extendedInfo":"e"}"#
        )
    }

    @Test func itemsAndHistory() throws {
        let item = Item(
            itemId: "i",
            hostId: "h",
            brief: "b",
            lastValueTime: Self.time,
            lastValue: "v",
            itemGroupName: ["g"],
            unit: ""
        )
        try self.check(
            PutItems(items: [item], fetchId: "f", divideInfo: Self.part),
            #"{"items":[{"itemId":"i","hostId":"h","brief":"b","lastValueTime":"20150517160000.000000005","#
                + #""lastValue":"v","itemGroupName":["g"],"unit":""}],"fetchId":"f","#
                + #""divideInfo":{"isLast":true,"serialId":1,"requestId":"r"}}"#
        )
        try self.check(
            PutHistory(itemId: "i", samples: [Sample(value: "1", time: Self.time)], fetchId: "f"),
            #"{"itemId":"i","samples":[{"value":"1","time":"20150517160000.000000005"}],"fetchId":"f"}"#
        )
    }

    @Test func hostsGroupsMembershipAndParents() throws {
        try self.check(
            PutHosts(hosts: [Host(hostId: "h", hostName: "n")], updateType: .all, lastInfo: "l"),
            #"{"hosts":[{"hostId":"h","hostName":"n"}],"updateType":"ALL","lastInfo":"l"}"#
        )
        try self.check(
            PutHostGroups(hostGroups: [HostGroup(groupId: "g", groupName: "n")], updateType: .updated),
            #"{"hostGroups":[{"groupId":"g","groupName":"n"}],"updateType":"UPDATED"}"#
        )
        try self.check(
            PutHostGroupMembership(
                hostGroupMembership: [HostGroupMembership(hostId: "h", groupIds: ["a", "b"])],
                updateType: .all
            ),
            #"{"hostGroupMembership":[{"hostId":"h","groupIds":["a","b"]}],"updateType":"ALL"}"#
        )
        try self.check(
            PutHostParents(hostParents: [HostParent(childHostId: "c", parentHostId: "")], updateType: .updated),
            #"{"hostParents":[{"childHostId":"c","parentHostId":""}],"updateType":"UPDATED"}"#
        )
    }

    @Test func triggersAndArmInfo() throws {
        let trigger = Trigger(
            triggerId: "_SELF_",
            status: .notGood,
            severity: .emergency,
            lastChangeTime: Self.time,
            hostId: "_SELF_",
            hostName: "n",
            brief: "b",
            extendedInfo: "e"
        )
        try self.check(
            PutTriggers(triggers: [trigger], updateType: .all, lastInfo: "l", fetchId: "f"),
            #"{"triggers":[{"triggerId":"_SELF_","status":"NG","severity":"EMERGENCY","#
                + #""lastChangeTime":"20150517160000.000000005","hostId":"_SELF_","hostName":"n","brief":"b","#
                + #""extendedInfo":"e"}],"updateType":"ALL","lastInfo":"l","fetchId":"f"}"#
        )
        try self.check(
            ArmInfo(
                lastStatus: .ok,
                failureReason: "",
                lastSuccessTime: Self.time,
                lastFailureTime: nil,
                numSuccess: 165,
                numFailure: 0
            ),
            #"{"lastStatus":"OK","failureReason":"","lastSuccessTime":"20150517160000.000000005","#
                + #""lastFailureTime":"","numSuccess":165,"numFailure":0}"#
        )
    }

    @Test func fetches() throws {
        try self.check(FetchItems(hostIds: ["a"], fetchId: "f"), #"{"hostIds":["a"],"fetchId":"f"}"#)
        try self.check(FetchTriggers(fetchId: "f"), #"{"fetchId":"f"}"#)
        try self.check(
            FetchHistory(hostId: "h", itemId: "i", beginTime: Self.time, endTime: Self.time, fetchId: "f"),
            #"{"hostId":"h","itemId":"i","beginTime":"20150517160000.000000005","endTime":"20150517160000.000000005","#
                + #""fetchId":"f"}"#
        )
        try self.check(
            FetchEvents(lastInfo: "", count: 1000, direction: .descending, fetchId: "f"),
            #"{"lastInfo":"","count":1000,"direction":"DESC","fetchId":"f"}"#
        )
    }

    @Test func callsWithBareParams() throws {
        #expect(GetMonitoringServerInfo.params == Array(#""""#.utf8))
        for element in LastInfoElement.allCases {
            #expect(try LastInfo.element(from: JSONValue(LastInfo.params(element))) == element)
        }
        #expect(throws: InvalidParams.self) { try LastInfo.element(from: JSONValue(Array(#""item""#.utf8))) }
        #expect(throws: InvalidParams.self) { try LastInfo.element(from: nil) }
        #expect(try LastInfo.lastInfo(from: JSONValue(Array(#""None""#.utf8)), of: .event) == nil)
        #expect(try LastInfo.lastInfo(from: JSONValue(Array(#""None""#.utf8)), of: .trigger) == "None")
        #expect(try LastInfo.lastInfo(from: JSONValue(Array(#""""#.utf8)), of: .host) == nil)
    }

    @Test func results() {
        #expect(PutResult(result: JSONValue(Array(#""SUCCESS""#.utf8))) == .success)
        #expect(PutResult(result: JSONValue(Array("1".utf8))) == .failure)
        #expect(FetchResult(result: JSONValue(Array(#""ABBREV""#.utf8))) == .abbreviated)
        #expect(FetchResult(result: JSONValue(Array(#""x""#.utf8))) == .failure)
        #expect(JSONValue(Array(#""FAILURE""#.utf8)).isFailure)
    }
}
