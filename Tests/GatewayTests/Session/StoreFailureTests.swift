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

    private static func hosts(_ position: Int) -> String {
        let host = #"{"hostId":"\#(position)","hostName":"h"}"#
        return #"{"hosts":[\#(host)],"updateType":"ALL","lastInfo":"\#(position)"}"#
    }

    @Test("what was stored before an older batch that failed is stored again behind it, and answered once")
    func overtaken() throws {
        var script = Script.established()
        #expect(script.call("putHosts", Self.hosts(1), id: 1) == ["store 1 hosts all lastInfo=1"])
        #expect(script.call("putHosts", Self.hosts(2), id: 2) == ["store 1 hosts all lastInfo=2"])
        #expect(script.failed(0).first == #"reply 1 "FAILURE""#)
        #expect(script.stored(1) == [#"reply 2 "SUCCESS""#])
        try #require(script.wait(1) == ["store 1 hosts all lastInfo=1", "store 1 hosts all lastInfo=2"])
        #expect(script.stored(2) == ["log the store works again", "ack 2"])
        #expect(script.stored(3) == ["ack 3"])
        #expect(script.session.isIdle && script.wait(100) == [])
    }

    @Test("a batch that fails after a newer one was kept back is tried before it, once nothing is on its way any more")
    func order() {
        var script = Script.established()
        for position in 1...2 { _ = script.call("putHosts", Self.hosts(position), id: position) }
        _ = script.failed(0)
        #expect(script.call("putHosts", Self.hosts(3), id: 3) == [#"reply 3 "FAILURE""#])
        #expect(script.wait(4.9) == [], "the second may be stored yet")
        #expect(script.session.nextDeadline.map { $0 > .seconds(4.9) } ?? true)
        _ = script.failed(1)
        #expect(script.wait(0) == (1...3).map { "store 1 hosts all lastInfo=\($0)" })
    }

    @Test("what is put aside is stored once, also before an older batch that failed")
    func putAsideOnce() throws {
        var script = Script.established()
        _ = script.call("putHosts", Self.hosts(1), id: 1)
        #expect(script.receive("{").contains("store put aside"))
        _ = script.failed(0)
        _ = script.stored(1)
        try #require(script.wait(1) == ["store 1 hosts all lastInfo=1"])
        #expect(script.stored(2) == ["log the store works again", "ack 3"])
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
            #expect(round.filter { $0.hasPrefix("store") } == ["store 1 events"])
            _ = script.call("putHosts", #"{"hosts":[],"updateType":"ALL"}"#, id: 3)
            _ = script.stored()
            let failure = script.failed(script.tokens.count - 2)
            putAside = failure.contains("store put aside")
            #expect(!failure.contains { $0.hasPrefix("ack") })
        }
        #expect(putAside)
        #expect(script.stored().last?.hasPrefix("ack") == true)
    }

    @Test("what overtook a message that is put aside in the end is done with it")
    func overtakenPoison() throws {
        var script = Script.established()
        for position in 1...2 { _ = script.call("putHosts", Self.hosts(position), id: position) }
        _ = script.failed(0)
        _ = script.stored(1)
        var putAside = false
        var last = 0
        for round in 3..<13 where !putAside {
            let stores = script.wait(40).filter { $0.hasPrefix("store") }
            try #require(stores.count == round - 1, "everything since, in order")
            let first = script.tokens.count - (round - 1)
            _ = script.call("putHosts", Self.hosts(round), id: round)
            let failure = script.failed(first)
            putAside = failure.contains("store put aside")
            last = round
            for index in first + 1..<first + round { _ = script.stored(index) }
        }
        #expect(putAside)
        #expect(script.stored() == ["ack \(last + 1)"], "of all that came after the profiles")
        #expect(script.session.isIdle && script.wait(100) == [])
    }

    @Test("what belonged to a connection that is gone is neither answered nor acknowledged")
    func connectionLost() {
        var script = Script.established()
        _ = script.call("putEvents", Self.event, id: 1)
        _ = script.handle(.disconnected("cut"))
        #expect(script.stored(0) == [])
        _ = script.handle(.connected(exchange: "hatohol"))
        #expect(script.session.isIdle)
    }
}
