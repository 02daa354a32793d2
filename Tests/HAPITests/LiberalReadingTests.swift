import HAPI
import JSONRPC
import Testing

/// What peers really send: accepted with a note where it can be, else refused with every problem named.
@Suite struct LiberalReadingTests {
    private func notes<Params: HAPIObject>(_ type: Params.Type, _ json: String) -> [String] {
        do throws(InvalidParams) {
            return try Params.decode(JSONValue(Array(json.utf8))).notes
        } catch {
            return ["!"] + error.problems
        }
    }

    @Test(arguments: [
        (
            #"{"hosts":[{"hostId":3,"hostName":"n"}],"updateType":"ALL"}"#,
            ["hosts[0].hostId: a number where a string is expected"]
        ),
        (#"{"hosts":"","updateType":"ALL"}"#, ["hosts: an empty string where an array is expected"]),
        (
            #"{"hosts":{"hostId":"a","hostName":"n"},"updateType":"UPDATE","lastInfo":null,"x":[1]}"#,
            ["hosts: a single object where an array is expected", "updateType: UPDATE taken as UPDATED"]
        ),
        (
            #"{"hosts":[{"hostId":"a"},{"hostName":true},7],"updateType":"all"}"#,
            [
                "!", "hosts[0].hostName: missing", "hosts[1].hostId: missing",
                "hosts[1].hostName: expected a string, found boolean", "hosts[2]: expected an object",
                "updateType: unknown value",
            ]
        ),
        (#"{}"#, ["!", "hosts: missing", "updateType: missing"]),
        (#"[]"#, ["!", "expected an object"]),
        (
            #"{"hosts":[],"updateType":"ALL","divideInfo":{"serialId":-1,"requestId":"r"}}"#,
            ["!", "divideInfo.isLast: missing", "divideInfo.serialId: not within 0 and 2147483647"]
        ),
        (
            #"{"hosts":[],"updateType":"ALL","divideInfo":{"isLast":1,"serialId":2147483647.0,"requestId":1}}"#,
            [
                "divideInfo.isLast: a number where true or false is expected",
                "divideInfo.requestId: a number where a string is expected",
            ]
        ),
    ])
    func hosts(json: String, expected: [String]) {
        #expect(self.notes(PutHosts.self, json) == expected)
    }

    @Test func textBeyondItsLimitIsCutAndNamesAreRefused() throws {
        let long = String(repeating: "x", count: 256)
        let cut = #"{"hosts":[{"hostId":"a","hostName":"\#(long)"}],"updateType":"ALL"}"#
        let decoded = try PutHosts.decode(JSONValue(Array(cut.utf8)))
        #expect(decoded.value.hosts[0].hostName == String(long.dropLast(2)) + "…")
        #expect(decoded.notes == ["hosts[0].hostName: longer than 255 characters, cut"])
        let refused = #"{"hosts":[{"hostId":"\#(long)","hostName":"n"}],"updateType":"ALL"}"#
        #expect(self.notes(PutHosts.self, refused) == ["!", "hosts[0].hostId: longer than 255 characters"])
    }

    @Test func everyProblemIsListedUpToABound() {
        let hosts = Array(repeating: "{}", count: 200).joined(separator: ",")
        let problems = self.notes(PutHosts.self, #"{"hosts":[\#(hosts)],"updateType":"ALL"}"#)
        #expect(problems.count == 102)
        #expect(problems.last == "and 300 more")
    }

    @Test func itemGroupNameMayBeAString() {
        func item(_ group: String) -> String {
            #"{"items":[{"itemId":"i","hostId":"h","brief":"b","lastValueTime":"201504101755","lastValue":"v","#
                + #""itemGroupName":\#(group),"unit":"u"}]}"#
        }
        let short = "items[0].lastValueTime: time stamp without seconds"
        #expect(self.notes(PutItems.self, item("[]")) == [short])
        #expect(
            self.notes(PutItems.self, item(#""""#))
                == [short, "items[0].itemGroupName: an empty string where an array is expected"]
        )
        #expect(
            self.notes(PutItems.self, item(#""g""#))
                == [short, "items[0].itemGroupName: a single string where an array is expected"]
        )
        #expect(
            self.notes(PutItems.self, item("3")) == ["!", "items[0].itemGroupName: expected an array, found number"]
        )
    }

    @Test func unknownStatesOfTriggersAreUnknown() {
        let json =
            #"{"triggers":[{"triggerId":"t","status":"PROBLEM","severity":"ALL","lastChangeTime":"20150517160000","#
            + #""hostId":"h","hostName":"n","brief":"b","extendedInfo":""}],"updateType":"ALL"}"#
        #expect(
            self.notes(PutTriggers.self, json) == [
                "triggers[0].status: unknown value, taken as UNKNOWN",
                "triggers[0].severity: unknown value, taken as UNKNOWN",
            ]
        )
    }

    @Test(arguments: [
        (#"{"lastInfo":"","count":0,"direction":"ASC","fetchId":1}"#, ["!", "count: not within 1 and 1000"]),
        (
            #"{"lastInfo":"","count":"7","direction":"ASC","fetchId":"1"}"#,
            ["count: a string where a number is expected"]
        ),
        (
            #"{"lastInfo":"","count":1001,"direction":"UP","fetchId":"1"}"#,
            ["!", "count: not within 1 and 1000", "direction: unknown value"]
        ),
        (
            #"{"lastInfo":"","count":true,"direction":"ASC","fetchId":"1"}"#,
            ["!", "count: expected a whole number, found boolean"]
        ),
    ])
    func fetchEvents(json: String, expected: [String]) {
        #expect(self.notes(FetchEvents.self, json) == expected)
    }

    @Test func armInfo() {
        let json =
            #"{"lastStatus":"BAD","failureReason":"","lastSuccessTime":"x","lastFailureTime":"","numSuccess":2147483648,"#
            + #""numFailure":0}"#
        #expect(
            self.notes(ArmInfo.self, json) == [
                "!", "lastStatus: unknown value", "lastSuccessTime: not a time stamp",
                "numSuccess: not within 0 and 2147483647",
            ]
        )
    }
}
