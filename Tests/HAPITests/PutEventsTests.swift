import Foundation
import HAPI
import JSONRPC
import Testing

/// The hot path: what is written, what is read, and what is said about what cannot be.
@Suite struct PutEventsTests {
    private static let time = TimeStamp(seconds: 1_431_878_400, nanoseconds: 120_000_000)

    private static func decode(_ json: String) throws -> Decoded<PutEvents> {
        try PutEvents.decode(JSONValue(Array(json.utf8)))
    }

    private static func problems(_ json: String) -> [String] {
        do throws(InvalidParams) {
            _ = try PutEvents.decode(JSONValue(Array(json.utf8)))
            return []
        } catch {
            return error.problems
        }
    }

    @Test func writesTheWireForm() {
        let events = [
            Event(
                eventId: "e-42",
                time: Self.time,
                type: .bad,
                triggerId: "t",
                status: .notGood,
                severity: .error,
                hostId: "web1",
                hostName: "web \"1\"",
                brief: "disk\nfull",
                extendedInfo: "{}"
            ),
            Event(eventId: "e-43", time: Self.time, type: .notification, brief: ""),
        ]
        let envelope = PutEvents.Envelope(
            lastInfo: "e-43",
            fetchId: "f",
            mayMoreFlag: false,
            divideInfo: DivideInfo(isLast: false, serialId: 0, requestId: "r")
        )
        #expect(
            String(decoding: PutEvents(events: events, envelope: envelope).encoded(), as: UTF8.self)
                == #"{"events":[{"eventId":"e-42","time":"20150517160000.120000000","type":"BAD","triggerId":"t","#
                + #""status":"NG","severity":"ERROR","hostId":"web1","hostName":"web \"1\"","brief":"disk\nfull","#
                + #""extendedInfo":"{}"},{"eventId":"e-43","time":"20150517160000.120000000","type":"NOTIFICATION","#
                + #""brief":""}],"lastInfo":"e-43","fetchId":"f","mayMoreFlag":false,"#
                + #""divideInfo":{"isLast":false,"serialId":0,"requestId":"r"}}"#
        )
        #expect(String(decoding: PutEvents(events: []).encoded(), as: UTF8.self) == #"{"events":[]}"#)
    }

    @Test func repairsNormalisesAndCutsWhatIsGivenAsBytes() throws {
        var writer = PutEventsWriter()
        writer.beginEvent(id: "1", time: Self.time, type: .bad)
        writer.set(.hostName, utf8: [0x61, 0xFF, 0x62].span)
        writer.set(.brief, utf8: Array(("e\u{301}" + String(repeating: "a", count: 300)).utf8).span)
        writer.set(.extendedInfo, String(repeating: "日", count: 32_768))
        writer.endEvent()
        writer.beginEvent(utf8ID: Array("2".utf8).span, time: Self.time, type: .good)
        writer.endEvent()
        #expect(writer.count == 2)
        let events = try PutEvents.decode(JSONValue(writer.finish())).value.events
        #expect(events[0].hostName == "a\u{FFFD}b")
        #expect(
            events[0].brief.unicodeScalars.elementsEqual(
                ("é" + String(repeating: "a", count: 253) + "…").unicodeScalars
            )
        )
        #expect(events[0].extendedInfo == String(repeating: "日", count: 32_766) + "…")
        #expect(events[1].brief == "")
        #expect(writer.isEmpty)
    }

    @Test func readsEveryFieldBack() throws {
        let events = (0..<1000).map { number in
            Event(
                eventId: "\(number)",
                time: TimeStamp(seconds: Int64(number) * 1_000_003, nanoseconds: Int64(number)),
                type: EventType.allCases[number % 4],
                triggerId: number % 2 == 0 ? "t\(number)" : nil,
                status: number % 3 == 0 ? TriggerStatus.allCases[number / 3 % 3] : nil,
                severity: number % 5 == 0 ? nil : TriggerSeverity.allCases[number % 6],
                hostId: number % 7 == 0 ? nil : "h",
                hostName: number % 11 == 0 ? "\u{1}日本\"\\\(number)" : nil,
                brief: String(repeating: "ü😀", count: number % 100),
                extendedInfo: number % 13 == 0 ? "x\ty" : nil
            )
        }
        let put = PutEvents(
            events: events,
            envelope: PutEvents.Envelope(lastInfo: "l", fetchId: "f", mayMoreFlag: true)
        )
        let decoded = try PutEvents.decode(JSONValue(put.encoded()))
        #expect(decoded.value == put)
        #expect(decoded.notes == [])
    }

    /// The lent fields say the same as the values.
    @Test func lendsFieldsAsBytes() throws {
        let event = Event(eventId: "1", time: Self.time, type: .bad, hostId: "h\n", brief: "plain")
        let batch = try EventBatch.decode(JSONValue(PutEvents(events: [event]).encoded())).value
        #expect(batch.count == 1)
        #expect([UInt8](copying: batch[0].hostId) == Array("h\n".utf8))
        #expect([UInt8](copying: batch[0].brief) == Array("plain".utf8))
        #expect([UInt8](copying: batch[0].hostName).isEmpty)
        #expect(batch.events == [event])
    }

    @Test func acceptsTheHabitsOfPeers() throws {
        let spaced = #"""
            { "events" : [ { "eventId" : 1, "time" : "201505171600", "type" : "bad", "triggerId" : 2, "hostId" : null,
              "severity": "ALL", "status": "", "brief" : "\u65e5\u672c", "more": [{}] } ], "fetchId": 5, "mayMoreFlag": 1 }
            """#
        let decoded = try Self.decode(spaced)
        let event = decoded.value.events[0]
        #expect(event.eventId == "1" && event.triggerId == "2" && event.hostId == nil && event.brief == "日本")
        #expect(event.type == .unknown && event.severity == .unknown && event.status == .unknown)
        #expect(decoded.value.envelope == PutEvents.Envelope(fetchId: "5", mayMoreFlag: true))
        #expect(decoded.notes.count == 8)
        #expect(try Self.decode(#"{"events":""}"#).value.events == [])
        #expect(
            try Self.decode(#"{"events":{"eventId":"1","time":"20150517160000","type":"BAD","brief":"b"}}"#).value
                .events.count == 1
        )
    }

    @Test func repeatedMembersAndEscapedKeys() throws {
        func event(_ id: String, _ more: String = "") -> String {
            #"{"eventId":"\#(id)","time":"20150517160000","type":"BAD","brief":"b"\#(more)}"#
        }
        let repeated = #"{"events":[\#(event("1")),7],"events":[\#(event("2", #","eventId":"3""#))]}"#
        #expect(try Self.decode(repeated).value.events.map(\.eventId) == ["3"], "the last counts")
        let escaped = event("1", ",\"host\\u0049d\":\"h\"")
        #expect(try Self.decode(#"{"events":[\#(escaped)]}"#).value.events[0].hostId == nil, "an unknown member")
    }

    @Test(arguments: [
        ("{}", ["events: missing"]), (#"{"events":null}"#, ["events: missing"]), ("[]", ["params: expected an object"]),
        (#"{"events":7}"#, ["events: expected an array, found number"]),
        (#"{"events":"x"}"#, ["events: expected an array, found string"]),
        (
            #"{"events":[1,{}],"lastInfo":[]}"#,
            [
                "events[0]: expected an object", "events[1].eventId: missing", "events[1].time: missing",
                "events[1].type: missing",
                "events[1].brief: missing", "lastInfo: expected a string, found array",
            ]
        ),
        (
            #"{"events":[{"eventId":{},"time":"now","type":3,"brief":false,"status":1}]}"#,
            [
                "events[0].eventId: expected a string, found object", "events[0].time: not a time stamp",
                "events[0].type: expected a string, found number", "events[0].brief: expected a string, found boolean",
                "events[0].status: expected a string, found number",
            ]
        ),
    ])
    func namesEveryProblem(json: String, expected: [String]) {
        #expect(Self.problems(json) == expected)
    }

    @Test func takesAThousandAndNoMore() throws {
        let event = #"{"eventId":"1","time":"20150517160000","type":"BAD","brief":"b"}"#
        func events(_ count: Int) -> String {
            #"{"events":[\#(Array(repeating: event, count: count).joined(separator: ","))]}"#
        }
        #expect(try Self.decode(events(1000)).value.events.count == 1000)
        #expect(Self.problems(events(1001)) == ["events: more than 1000"])
    }

    /// Foundation's Codable is the judge of both directions.
    @Test func agreesWithCodable() throws {
        struct Wire: Codable { var events: [[String: String]] }
        let texts = ["", "plain", "\"\\/\u{8}\u{C}\n\r\t\u{0}\u{1F}\u{7F}", "日本語", "😀", "e\u{301}", "\u{2028}"]
        let events = texts.map { Event(eventId: "i", time: Self.time, type: .bad, hostName: $0, brief: "b") }
        let wire = try JSONDecoder().decode(Wire.self, from: Data(PutEvents(events: events).encoded()))
        #expect(wire.events.map { $0["hostName"] } == texts)
        let read = try PutEvents.decode(JSONValue([UInt8](JSONEncoder().encode(wire)))).value
        #expect(read.events == events)
    }

    @Test(arguments: 0..<4)
    func anyBytesAreRefusedOrRead(seed: UInt64) {
        var generator = Scrambler(state: seed)
        let event = Event(
            eventId: "e-42",
            time: Self.time,
            type: .bad,
            triggerId: "t",
            status: .notGood,
            severity: .error,
            hostId: "\u{1}h",
            hostName: "日本",
            brief: "b",
            extendedInfo: "\n"
        )
        let bytes = PutEvents(events: [event, event], envelope: PutEvents.Envelope(lastInfo: "l")).encoded()
        for _ in 0..<2000 {
            let scrambled = generator.scramble(bytes)
            do throws(InvalidParams) {
                let put = try PutEvents.decode(JSONValue(scrambled)).value
                // What was accepted can be sent, and says the same again.
                let again = try PutEvents.decode(JSONValue(put.encoded())).value
                #expect(again == put)
            } catch {
                #expect(!error.problems.isEmpty && error.problems.count <= 101)
            }
        }
    }
}
