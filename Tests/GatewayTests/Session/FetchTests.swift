import HAPI
import Store
import Testing

@testable import Gateway

@Suite("Fetches")
struct FetchTests {
    /// A fetch of the items of one host, sent to the arm; with its fetchId.
    private func begun(patience: Duration = .seconds(120)) -> (script: Script, fetchID: String) {
        var script = Script.established()
        let request = FetchRequest(id: 3, kind: .items(hosts: ["h"]), patience: patience)
        let actions = script.session.handle(
            .fetch(request),
            at: Moment(monotonic: .zero, wall: Timestamp(nanoseconds: 0))
        )
        guard case .send(let body)? = actions.first else { return (script, "") }
        let text = String(decoding: body, as: UTF8.self)
        let digits = text.split(separator: #""fetchId":""#).last?.prefix { $0.isNumber }
        let id = text.split(separator: #""id":"#).last?.prefix { $0.isNumber } ?? ""
        self.callID.value = String(id)
        return (script, digits.map(String.init) ?? "")
    }

    private final class Box { var value = "" }
    private let callID = Box()

    @Test("ends when the data that answer it are stored, limited to the hosts asked about")
    func complete() {
        var (script, fetchID) = self.begun()
        #expect(script.receive(#"{"result":"SUCCESS","id":\#(self.callID.value)}"#) == ["ack 2"])
        #expect(script.call("putItems", #"{"items":[],"fetchId":"\#(fetchID)"}"#) == [#"store 0 items of ["h"]"#])
        #expect(script.stored() == [#"reply 5 "SUCCESS""#, "fetch 3 stored(0)", "ack 3"])
    }

    @Test("what comes when nobody waits for it any more replaces nothing of the hosts it does not name")
    func late() {
        var (script, fetchID) = self.begun(patience: .seconds(9))
        #expect(script.receive(#"{"result":"SUCCESS","id":\#(self.callID.value)}"#) == ["ack 2"])
        #expect(script.wait(9).contains { $0.hasPrefix("fetch 3 failed") })
        let item =
            #"{"itemId":"i","hostId":"h","brief":"b","lastValueTime":"20260102030405","lastValue":"1","itemGroupName":[],"unit":""}"#
        let items = #"{"items":[\#(item)],"fetchId":"\#(fetchID)"}"#
        #expect(script.call("putItems", items) == [#"store 1 items of ["h"]"#])
        let triggers = #"{"triggers":[],"updateType":"ALL","fetchId":"\#(fetchID)"}"#
        #expect(script.call("putTriggers", triggers) == ["store 0 triggers all of []"])
        #expect(script.call("putItems", #"{"items":[\#(item)]}"#) == ["store 1 items"], "nobody has asked for these")
    }

    @Test("ends at once when the arm declines", arguments: [#""ABBREV""#, #""FAILURE""#, "null"])
    func declined(result: String) {
        var (script, _) = self.begun()
        let actions = script.receive(#"{"result":\#(result),"id":\#(self.callID.value)}"#)
        #expect(actions.contains { $0.hasPrefix("fetch 3 failed") })
    }

    @Test("ends when the arm answers with an error, or not at all, or never sends the data")
    func deadlines() {
        var (script, _) = self.begun()
        let error = #"{"error":{"code":-32601,"message":"m"},"id":\#(self.callID.value)}"#
        #expect(script.receive(error).contains { $0.hasPrefix("fetch 3 failed") })

        (script, _) = self.begun()
        #expect(script.wait(60).contains { $0.hasPrefix("fetch 3 failed") })

        (script, _) = self.begun(patience: .seconds(90))
        _ = script.receive(#"{"result":"SUCCESS","id":\#(self.callID.value)}"#)
        #expect(!script.wait(89).contains { $0.hasPrefix("fetch") })
        #expect(script.wait(1).contains { $0.hasPrefix("fetch 3 failed") })
    }

    @Test("ends when the connection breaks")
    func disconnected() {
        var (script, _) = self.begun()
        #expect(script.handle(.disconnected("cut")).contains { $0.hasPrefix("fetch 3 failed") })
    }

    @Test("is refused without contact, and when the arm does not offer it")
    func refused() {
        let request = FetchRequest(id: 3, kind: .items(hosts: nil), patience: .seconds(9))
        var script = Script()
        #expect(script.handle(.fetch(request)).first?.hasPrefix("fetch 3 failed") == true)
        _ = script.handle(.connected(exchange: "hatohol"))
        _ = script.call("exchangeProfile", #"{"name":"arm","procedures":["fetchTriggers"]}"#)
        #expect(script.handle(.fetch(request)).first?.hasPrefix("fetch 3 failed") == true)
    }

    @Test("events may come in several puts")
    func events() {
        var script = Script.established()
        let request = FetchRequest(
            id: 3,
            kind: .events(lastInfo: "", count: 2, direction: .ascending),
            patience: .seconds(9)
        )
        let actions = script.session.handle(
            .fetch(request),
            at: Moment(monotonic: .zero, wall: Timestamp(nanoseconds: 0))
        )
        guard case .send(let body)? = actions.first else { return #expect(Bool(false), "nothing was sent") }
        let fetchID =
            String(decoding: body, as: UTF8.self).split(separator: #""fetchId":""#).last?.prefix { $0.isNumber } ?? ""
        func put(_ id: String, mayMore: Bool) -> String {
            #"{"events":[{"eventId":"\#(id)","time":"20260102030405","type":"BAD","brief":"b"}],"fetchId":"\#(fetchID)","mayMoreFlag":\#(mayMore),"lastInfo":"\#(id)"}"#
        }
        #expect(script.call("putEvents", put("1", mayMore: true)) == ["store 1 events"])
        var receipt = Receipt()
        (receipt.stored, receipt.duplicates) = (1, 0)
        #expect(!script.stored(nil, receipt).contains { $0.hasPrefix("fetch") })
        #expect(script.call("putEvents", put("2", mayMore: true)) == ["store 1 events"])
        #expect(!script.stored(nil, receipt).contains { $0.hasPrefix("fetch") })
        #expect(script.call("putEvents", put("1", mayMore: true)) == ["store 1 events"])
        (receipt.stored, receipt.duplicates) = (0, 1)
        #expect(!script.stored(nil, receipt).contains { $0.hasPrefix("fetch") }, "known already, and not counted")
        #expect(script.call("putEvents", put("2", mayMore: false)) == ["store 1 events lastInfo=2"])
        #expect(script.stored(nil, receipt).contains("fetch 3 stored(2)"))
    }
}
