import Store
import Testing

@testable import Gateway

@Suite("When the store fails")
struct StoreFailureTests {
    private static let event = #"{"events":[{"eventId":"e","time":"20260102030405","type":"BAD","brief":"b"}]}"#

    @Test("the arm is told at once, nothing is acknowledged, and everything is tried again in order")
    func retry() {
        var script = Script.established()
        #expect(script.call("putEvents", Self.event, id: 1) == ["store 1 events"])
        #expect(script.call("putEvents", Self.event, id: 2) == ["store 1 events"])
        #expect(script.failed(0).first == #"reply 1 "FAILURE""#)
        #expect(script.failed(1) == [#"reply 2 "FAILURE""#])
        #expect(script.call("putHosts", #"{"hosts":[],"updateType":"ALL"}"#, id: 3) == [#"reply 3 "FAILURE""#])

        #expect(script.wait(0.9) == [])
        #expect(script.wait(0.1) == ["store 1 events", "store 1 events", "store 0 hosts all"])
        for index in 2...4 { #expect(!script.failed(index).contains { $0.hasPrefix("reply") || $0.hasPrefix("ack") }) }
        #expect(script.wait(1.9) == [])
        #expect(script.wait(0.1).count == 3)
        #expect(script.stored(5) == ["log the store works again", "ack 2"])
        #expect(script.stored(6) == ["ack 3"])
        #expect(script.stored(7) == ["ack 4"])
        #expect(script.session.nextDeadline == nil || script.wait(100).isEmpty)
        #expect(script.call("putEvents", Self.event, id: 4) == ["store 1 events"], "the store is asked again")
    }

    @Test("a message that fails while others are stored is put aside in the end")
    func poison() {
        var script = Script.established()
        _ = script.call("putEvents", Self.event, id: 1)
        _ = script.call("putEvents", Self.event, id: 2)
        _ = script.stored(0)
        _ = script.failed(1)
        var putAside = false
        for _ in 0..<10 where !putAside {
            let round = script.wait(40)
            #expect(round == ["store 1 events"])
            _ = script.call("putHosts", #"{"hosts":[],"updateType":"ALL"}"#, id: 3)
            _ = script.stored()
            let failure = script.failed(script.tokens.count - 2)
            putAside = failure.contains("store put aside")
            #expect(!failure.contains { $0.hasPrefix("ack") })
        }
        #expect(putAside)
        #expect(script.stored().last?.hasPrefix("ack") == true)
    }

    @Test("what belonged to a connection that is gone is neither answered nor acknowledged")
    func connectionLost() {
        var script = Script.established()
        _ = script.call("putEvents", Self.event, id: 1)
        _ = script.handle(.disconnected("cut"))
        #expect(script.stored(0) == [])
        _ = script.handle(.connected)
        #expect(script.session.isIdle)
    }
}
