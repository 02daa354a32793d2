import Store
import Testing

@testable import Gateway

@Suite("What stands still")
struct StandstillTests {
    private static let event = #"{"events":[{"eventId":"e","time":"20260102030405","type":"BAD","brief":"b"}]}"#

    private static func receipt(new: Int, repeated: Int) -> Receipt {
        var receipt = Receipt()
        (receipt.stored, receipt.duplicates) = (new, repeated)
        return receipt
    }

    @Test("an arm whose message waits five seconds for the store is named, until its messages are stored again")
    func waiting() {
        var script = Script.established()
        #expect(script.call("putEvents", Self.event, id: 1) == ["store 1 events"])
        #expect(script.session.nextDeadline == .seconds(5))
        #expect(script.wait(4.9) == [])
        #expect(
            script.wait(0.1) == [
                "log nothing of the arm is stored or answered", "note _SELF_/store ng", "note 1 events",
            ]
        )
        let reason = "none of its messages was stored for 5 s (1 waiting, 0 KiB)"
        #expect(script.ownTriggers.last == "Storing what the arm sends: \(reason)")
        #expect(script.wait(60) == [], "it is said once")
        #expect(script.call("putEvents", Self.event, id: 2) == ["store 1 events"])
        let cleared = script.stored(0)
        #expect(cleared.contains("note _SELF_/store ok"))
        #expect(script.wait(4.9) == [])
        #expect(script.wait(0.1).contains("note _SELF_/store ng"), "the next one waits as well")
    }

    @Test("a store that fails for five seconds is a problem of each arm that it keeps waiting, with its reason")
    func failing() {
        var script = Script.established()
        _ = script.call("putEvents", Self.event, id: 1)
        _ = script.failed()
        var heard: [String] = []
        while script.seconds < 5 {
            heard += script.wait(1)
            if heard.last == "store 1 events" { heard += script.failed() }
        }
        #expect(heard.contains("log nothing of the arm is stored or answered"))
        #expect(heard.contains("note _SELF_/store ng"))
        #expect(script.ownTriggers.last == "Storing what the arm sends: store: commit: disk full")
        while !script.wait(1).contains("store 1 events") {}
        #expect(script.stored().contains("note _SELF_/store ok"))
    }

    @Test("an arm that only repeats itself for a minute is named, until something new comes")
    func repeating() {
        var script = Script.established()
        func put(new: Int, repeated: Int) -> [String] {
            _ = script.call("putEvents", Self.event)
            return script.stored(nil, Self.receipt(new: new, repeated: repeated))
        }
        #expect(!put(new: 0, repeated: 60).contains { $0.hasPrefix("note") })
        _ = script.wait(30)
        #expect(!put(new: 1, repeated: 60).contains { $0.hasPrefix("note") })
        for _ in 0..<3 {
            #expect(!put(new: 0, repeated: 30).contains { $0.hasPrefix("note") })
            _ = script.wait(20)
        }
        #expect(put(new: 0, repeated: 30).contains("note _SELF_/progress ng"))
        #expect(put(new: 1, repeated: 0).contains("note _SELF_/progress ok"))
    }

    @Test("a polled arm that brings the last event again each time is no problem")
    func polling() {
        var watch = ProgressWatch()
        for minute in 0..<600 {
            #expect(watch.stored(new: 0, repeated: 2, now: .seconds(minute * 60)) == .open)
        }
    }

    @Test("messages of many MiB are read one after the other, as they are stored")
    func bytes() {
        var script = Script.established()
        let brief = String(repeating: "b", count: 250)
        let events = (0..<1000).map {
            #"{"eventId":"\#($0)","time":"20260102030405","type":"BAD","brief":"\#(brief)"}"#
        }
        _ = script.call("putEvents", #"{"events":[\#(events.joined(separator: ","))]}"#, id: 1)
        #expect(script.session.bytesUnderWay > 300_000)
        _ = script.stored()
        #expect(script.session.bytesUnderWay == 0)
    }
}

extension Script {
    /// What our own triggers said, oldest first.
    fileprivate var ownTriggers: [String] {
        self.batches.flatMap { batch in
            if case .ownTriggers(let triggers) = batch.change { triggers.map(\.brief) } else { [String]() }
        }
    }
}
