import Store
import Testing

@testable import Gateway

@Suite("Divided puts")
struct DividedPutTests {
    private func hosts(
        _ id: String,
        _ serial: Int,
        _ request: String = "r",
        isLast: Bool = false,
        update: String = "ALL"
    ) -> String {
        #"{"hosts":[{"hostId":"\#(id)","hostName":"n"}],"updateType":"\#(update)","lastInfo":"\#(id)","divideInfo":{"isLast":\#(isLast),"serialId":\#(serial),"requestId":"\#(request)"}}"#
    }

    @Test("a list that replaces is stored with its last part, as a whole")
    func whole() {
        var script = Script.established()
        #expect(script.call("putHosts", self.hosts("a", 0)) == [#"reply 5 "SUCCESS""#, "ack 2"])
        #expect(script.call("putHosts", self.hosts("b", 1)) == [#"reply 5 "SUCCESS""#, "ack 3"])
        #expect(script.call("putHosts", self.hosts("b", 1)) == [#"reply 5 "SUCCESS""#, "ack 4"], "sent again")
        #expect(script.call("putHosts", self.hosts("c", 2, isLast: true)) == ["store 3 hosts all lastInfo=c"])
    }

    @Test("what only adds is stored part by part, the position with the last")
    func parts() {
        var script = Script.established()
        #expect(script.call("putHosts", self.hosts("a", 0, update: "UPDATED")) == ["store 1 hosts updated"])
        #expect(
            script.call("putHosts", self.hosts("b", 1, isLast: true, update: "UPDATED")) == [
                "store 1 hosts updated lastInfo=b"
            ]
        )
    }

    @Test("a part out of sequence ends its own series and no other")
    func outOfSequence() {
        var script = Script.established()
        _ = script.call("putHosts", self.hosts("a", 0, "one"))
        _ = script.call("putHosts", self.hosts("x", 0, "two"))
        #expect(script.call("putHosts", self.hosts("c", 2, "one")).first == "error 5 -32602")
        #expect(script.call("putHosts", self.hosts("b", 1, "one")).first == "error 5 -32602")
        #expect(script.call("putHosts", self.hosts("y", 1, "two", isLast: true)) == ["store 2 hosts all lastInfo=y"])
        #expect(script.call("putHosts", self.hosts("a", 5, "three")).first == "error 5 -32602")
    }

    @Test("an abandoned series is forgotten after 90 s, without harm")
    func abandoned() {
        var script = Script.established()
        _ = script.call("putHosts", self.hosts("a", 0))
        #expect(script.wait(89) == [])
        #expect(script.wait(1) == ["log gave a divided put up"])
        #expect(script.call("putHosts", self.hosts("a", 0, isLast: true)) == ["store 1 hosts all lastInfo=a"])
    }

    @Test("there is a bound to series at a time, and the others go on")
    func bound() {
        var script = Script.established()
        for number in 0..<DividedPuts.capacity {
            #expect(script.call("putHosts", self.hosts("a", 0, "\(number)")).first == #"reply 5 "SUCCESS""#)
        }
        #expect(script.call("putHosts", self.hosts("a", 0, "one more")).first == "error 5 -32602")
        #expect(script.call("putHosts", self.hosts("b", 1, "0", isLast: true)) == ["store 2 hosts all lastInfo=b"])
    }

    @Test("there is a bound to the bytes that are kept, and what is beyond ends its own series")
    func boundOfBytes() {
        var script = Script.established()
        let padding = String(repeating: "x", count: DividedPuts.mostBytes / 3 + 1)
        func part(_ request: String, isLast: Bool = false) -> String {
            #"{"hosts":[],"padding":"\#(padding)","updateType":"ALL","divideInfo":{"isLast":\#(isLast),"serialId":0,"requestId":"\#(request)"}}"#
        }
        #expect(script.call("putHosts", part("1")).first == #"reply 5 "SUCCESS""#)
        #expect(script.call("putHosts", part("2")).first == #"reply 5 "SUCCESS""#)
        #expect(script.call("putHosts", part("3")).first == "error 5 -32602")
        #expect(script.call("putHosts", self.hosts("b", 1, "1", isLast: true)) == ["store 1 hosts all lastInfo=b"])
        #expect(script.call("putHosts", part("4", isLast: true)) == ["store 0 hosts all"])
    }
}
