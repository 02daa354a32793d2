import Store
import Testing

@testable import Gateway

@Suite("What the server notices by itself")
struct WatchingTests {
    private let report =
        #"{"lastStatus":"OK","failureReason":"","lastSuccessTime":"","lastFailureTime":"","numSuccess":1,"numFailure":0}"#

    @Test("an arm that never answers is reported after a minute, and cleared by its profile")
    func absent() {
        var script = Script()
        _ = script.handle(.connected(exchange: "hatohol"))
        #expect(script.wait(59) == [])
        #expect(script.wait(1) == ["note _SELF_/arm ng", "note 1 events"])
        let actions = script.call("exchangeProfile", #"{"name":"arm","procedures":[]}"#)
        #expect(actions.contains("note _SELF_/arm ok"))
    }

    @Test("silence longer than twice the interval of its reports is reported, and ends with any message")
    func silence() {
        var script = Script.established()
        for _ in 0..<5 {
            _ = script.call("putArmInfo", self.report)
            _ = script.stored()
            _ = script.wait(20)
        }
        #expect(script.wait(24.9) == [])
        #expect(script.wait(0.1) == ["note _SELF_/arm ng", "note 1 events", "note link silent"])
        #expect(script.wait(1000) == [])
        let actions = script.call("getLastInfo", #""event""#)
        #expect(actions == ["note _SELF_/arm ok", "note 1 events", "note link established", "read event"])
    }

    @Test("a message that is not the arm's is acknowledged, neither stored nor answered, and said once")
    func foreign() {
        var script = Script.established()
        _ = script.call("putArmInfo", self.report)
        _ = script.stored()
        let first = script.handle(.receivedForeign(reason: "from web1", tag: 100))
        #expect(first.filter { !$0.hasPrefix("log") } == ["note _SELF_/sender ng", "note 1 events", "ack 100"])
        #expect(script.handle(.receivedForeign(reason: "from web1", tag: 101)) == ["ack 101"])
        #expect(script.wait(599).allSatisfy { !$0.contains("sender") })
        #expect(script.wait(2).contains("note _SELF_/sender ok"))
    }

    @Test("an arm that never reports is not judged")
    func neverReports() {
        var script = Script.established()
        #expect(script.wait(100_000) == [])
    }

    @Test("without a broker no arm is judged; the broken link is reported, a short interruption is not")
    func broker() {
        var script = Script.established()
        _ = script.call("putArmInfo", self.report)
        _ = script.stored()
        #expect(script.handle(.disconnected("refused")) == ["note link disconnected"])
        #expect(script.wait(9.9) == [])
        #expect(script.handle(.connected(exchange: "hatohol")).contains("note link waiting"))
        _ = script.handle(.disconnected("refused"))
        #expect(script.wait(10.1) == ["note _SELF_/broker ng", "note 1 events"])
        #expect(script.handle(.disconnected("refused")) == ["note link disconnected"])
        #expect(script.wait(100_000) == [])
        #expect(script.handle(.connected(exchange: "hatohol")).prefix(2) == ["note _SELF_/broker ok", "note 1 events"])
    }

    @Test(
        "the arm's own trouble is reported once, and ends when nothing is wrong, success or not",
        arguments: ["OK", "INIT"]
    )
    func plugin(status: String) {
        var script = Script.established()
        let bad = self.report.replacing(#""OK","failureReason":"""#, with: #""NG","failureReason":"no route""#)
        #expect(script.call("putArmInfo", bad) == ["note _SELF_/plugin ng", "note 1 events", "store report ng"])
        #expect(script.call("putArmInfo", bad) == ["store report ng"])
        let good = self.report.replacing("OK", with: status)
        #expect(script.call("putArmInfo", good).contains("note _SELF_/plugin ok"))
    }

    @Test("a gap in the sequence is a problem only if it is still there after a minute, until it fills")
    func gaps() {
        var script = Script.established()
        _ = script.call("putEvents", #"{"events":[]}"#)
        var receipt = Receipt()
        receipt.notices = [.gap(prefix: "p", missing: 5...6)]
        _ = script.stored(nil, receipt)
        let gap = SequenceGap(prefix: "p", numbers: 5...6)
        #expect(script.wait(59) == [])
        #expect(script.wait(1) == ["count p 5...6"])
        #expect(script.wait(10) == [])
        #expect(script.handle(.missing(2, gap)) == ["note _SELF_/sequence ng", "note 1 events"])
        #expect(script.wait(60) == ["count p 5...6"])
        #expect(script.handle(.missing(0, gap)) == ["note _SELF_/sequence ok", "note 1 events"])
        #expect(script.wait(1000) == [])
    }

    @Test("an id of two events is a problem until none has come for ten minutes, and the arm is asked to compare")
    func reusedIDs() {
        var script = Script.established()
        var receipt = Receipt()
        receipt.notices = [.reused(id: "p-5", count: 3)]
        _ = script.call("putEvents", #"{"events":[]}"#)
        let actions = script.stored(nil, receipt)
        #expect(actions.contains("log an event id stands for two events"))
        #expect(actions.contains("note _SELF_/ids ng"))
        #expect(actions.contains("call exchangeProfile"))
        #expect(actions.contains(#"reply 5 "SUCCESS""#), "the events are stored")

        _ = script.wait(10)
        _ = script.call("putEvents", #"{"events":[]}"#)
        #expect(script.stored(nil, receipt) == [#"reply 5 "SUCCESS""#, "ack 3"], "said once, asked every 20 s at most")
        #expect(script.wait(599) == [])
        #expect(script.wait(1) == ["note _SELF_/ids ok", "note 1 events"])
    }

    @Test("a spool that goes back is said in the log, and is no problem")
    func olderSpool() {
        var script = Script.established()
        var receipt = Receipt()
        receipt.notices = [.wentBack(prefix: "B", first: 51, before: "A", last: 90)]
        _ = script.call("putEvents", #"{"events":[]}"#)
        let actions = script.stored(nil, receipt)
        #expect(actions.contains { $0.hasPrefix("log the arm's spool is an older copy") })
        #expect(!actions.contains { $0.hasPrefix("note") })
    }

    @Test("another consumer of the queue is a problem when it is seen twice in a row")
    func shared() {
        var script = Script.established()
        #expect(script.handle(.consumers(1)) == [])
        #expect(script.handle(.consumers(2)) == [])
        #expect(script.handle(.consumers(1)) == [])
        #expect(script.handle(.consumers(2)) == [])
        #expect(
            script.handle(.consumers(2))
                == ["log the arm's messages are divided", "note _SELF_/queue ng", "note 1 events"]
        )
        #expect(script.handle(.consumers(3)) == [])
        #expect(script.handle(.consumers(1)) == ["note _SELF_/queue ok", "note 1 events"])
    }

    @Test("problems known from before a restart end as well")
    func restart() {
        let known = SelfMonitor.Condition.allCases.map { condition in
            Trigger(
                id: condition.triggerID,
                status: .ng,
                severity: .critical,
                lastChange: Timestamp(nanoseconds: 0),
                hostID: "_SELF_",
                hostName: "_SELF_",
                brief: "known"
            )
        }
        var script = Script(ownTriggers: known)
        var noted = Set(script.handle(.connected(exchange: "hatohol")))
        noted.formUnion(script.call("exchangeProfile", #"{"name":"arm","procedures":[]}"#))
        noted.formUnion(script.call("putArmInfo", self.report))
        noted.formUnion(script.wait(600))
        noted.formUnion(script.handle(.consumers(1)))
        for condition in SelfMonitor.Condition.allCases { #expect(noted.contains("note \(condition.triggerID) ok")) }
    }
}
