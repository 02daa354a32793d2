import Foundation
import Testing

@testable import Rules

@Suite("Rules")
struct RuleEngineTests {
    static func apply(_ rules: String, _ record: String, tag: String = "app", isJSON: Bool = true) throws -> RuleVerdict
    {
        var engine = RuleEngine(try RuleSet(reading: rules))
        return engine.apply(to: record.utf8.span, isJSON: isJSON, tag: tag, now: 0)
    }

    static func event(_ rules: String, _ record: String, tag: String = "app", isJSON: Bool = true) throws -> RuledEvent
    {
        guard case .event(let event) = try self.apply(rules, record, tag: tag, isJSON: isJSON) else {
            throw RuleFileError(problems: [])
        }
        return event
    }

    @Test("that say nothing take the keys that the original takes")
    func noRules() throws {
        let event = try Self.event(
            "",
            #"{"message":"hi\n","host":"h","severity":"ERROR","status":"bad","type":null,"x":[1]}"#
        )
        var expected = RuledEvent(message: Array("hi".utf8))
        expected.host = Array("h".utf8)
        expected.severity = "ERROR"
        expected.rest = Array(#"{"status":"bad","type":null,"x":[1]}"#.utf8)
        #expect(event == expected)
        #expect(try Self.event("", "not { json\r\n").message == Array("not { json".utf8))
        #expect(try Self.event("", #"{"a":1}"#).message == Array(#"{"a":1}"#.utf8))
        #expect(try Self.event("", #"{"message":"x"}"#, isJSON: false).message == Array(#"{"message":"x"}"#.utf8))
    }

    @Test("choose keys, the first that is there, and translate words")
    func keys() throws {
        let rules = """
            message from msg, log   # a comment
            severity from level, "log level"
            value severity warn = WARNING, "50" = ERROR
            time from ts as milliseconds
            trigger from alert
            """
        let event = try Self.event(
            rules,
            #"{"log":"L","level":50,"ts":1700000000123.5,"alert":"disk","log level":"warn"}"#
        )
        #expect(event.message == Array("L".utf8))
        #expect(event.severity == "ERROR")
        #expect(event.time == .init(seconds: 1_700_000_000, nanoseconds: 123_500_000))
        #expect(event.trigger == Array("disk".utf8))
        #expect(event.rest == Array(#"{"log level":"warn"}"#.utf8))
        #expect(try Self.event(rules, #"{"level":"?","log level":"WARN"}"#).severity == "WARNING")
        #expect(try Self.event(rules, #"{"ts":"soon"}"#).rest == Array(#"{"ts":"soon"}"#.utf8))
    }

    static let times: [(format: String, text: String, time: RuledEvent.Time?)] = [
        ("rfc3339", "2026-11-21T04:00:00Z", .init(seconds: 1_795_233_600, nanoseconds: 0)),
        ("rfc3339", "2026-11-21 05:30:00.25+01:30", .init(seconds: 1_795_233_600, nanoseconds: 250_000_000)),
        ("rfc3339", "2026-11-20T23:00:00-0500", .init(seconds: 1_795_233_600, nanoseconds: 0)),
        ("rfc3339", "2026-13-21T04:00:00Z", nil), ("rfc3339", "2026-11-21", nil),
        ("rfc3339", "2026-11-21T04:00:00X", nil),
        ("seconds", "1700000000", .init(seconds: 1_700_000_000, nanoseconds: 0)),
        ("seconds", "1700000000.000000001", .init(seconds: 1_700_000_000, nanoseconds: 1)),
        ("seconds", "-1", nil), ("seconds", "1e9", nil), ("seconds", "", nil),
        ("seconds", "99999999999999999999", nil), ("milliseconds", "5", .init(seconds: 0, nanoseconds: 5_000_000)),
        ("microseconds", "1700000000000001", .init(seconds: 1_700_000_000, nanoseconds: 1000)),
        ("nanoseconds", "1700000000000000001", .init(seconds: 1_700_000_000, nanoseconds: 1)),
    ]

    @Test("read times", arguments: Self.times)
    func reads(_ format: String, _ text: String, _ time: RuledEvent.Time?) throws {
        #expect(try Self.event("time from t as \(format)", "{\"t\":\"\(text)\"}").time == time)
    }

    @Test("match by tag, host, message and words, and set fields in order")
    func matching() throws {
        let rules = """
            rule disk
              when tag ~ /^syslog\\.kern/
              when message ~ /no space left/i
              when host != spare
              set severity CRITICAL, type BAD, status NG, trigger "disk full"
            rule later
              when severity = CRITICAL
              set host renamed
              stop
            rule never
              when severity = CRITICAL
              drop
            """
        let record = #"{"message":"No Space Left on device","host":"web"}"#
        let event = try Self.event(rules, record, tag: "syslog.kern.err")
        #expect([event.severity, event.type, event.status] == ["CRITICAL", "BAD", "NG"])
        #expect(event.trigger == Array("disk full".utf8))
        #expect(event.host == Array("renamed".utf8))
        #expect(try Self.event(rules, record, tag: "syslog.user.err").severity == nil)
        #expect(
            try Self.event(rules, #"{"message":"no space left","host":"spare"}"#, tag: "syslog.kern.err").severity
                == nil
        )
    }

    @Test("drop, sample and limit, and count what they drop")
    func dropping() throws {
        let rules = """
            rule noise
              when message ~ /health/
              drop
            rule chatty
              when tag = debug
              sample 1 in 3
            rule storm
              when tag = storm
              limit 2 per second by host
            """
        var engine = RuleEngine(try RuleSet(reading: rules))
        func kept(_ tag: String, _ host: String, _ message: String, _ now: Int64) -> Bool {
            let record = #"{"message":"\#(message)","host":"\#(host)"}"#
            if case .event = engine.apply(to: record.utf8.span, isJSON: true, tag: tag, now: now) { return true }
            return false
        }
        #expect(!kept("x", "h", "health check", 0))
        #expect((0..<7).map { _ in kept("debug", "h", "m", 0) } == [true, false, false, true, false, false, true])
        #expect(
            [kept("storm", "a", "m", 0), kept("storm", "a", "m", 0), kept("storm", "a", "m", 0)] == [true, true, false]
        )
        #expect(kept("storm", "b", "m", 0))
        #expect(!kept("storm", "a", "m", 499_999_999))
        #expect(kept("storm", "a", "m", 500_000_000))
        #expect(!kept("storm", "a", "m", 400_000_000), "a clock that goes back gives nothing")
        #expect(engine.counts.map(\.total) == [1, 4, 3])
    }

    @Test("explain themselves")
    func explaining() throws {
        var engine = RuleEngine(
            try RuleSet(reading: "\nrule one\nwhen message ~ /x/\nset severity INFO\nstop\nredact email")
        )
        engine.isExplaining = true
        _ = engine.apply(to: #"{"message":"x a@b.de"}"#.utf8.span, isJSON: true, tag: "", now: 0)
        #expect(
            engine.steps.map(\.description) == [
                "rule one (line 2): set severity, no further rules", "redacted the message",
            ]
        )
        _ = engine.apply(to: #"{"message":"y"}"#.utf8.span, isJSON: true, tag: "", now: 0)
        #expect(engine.steps.isEmpty)
    }

    @Test("are described in the manual by examples that work", arguments: [("rules", 3), ("syslog", 1)])
    func manual(_ page: String, _ count: Int) throws {
        let docs = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/\(page).md")
        let indented = try String(contentsOf: docs, encoding: .utf8)
            .split(separator: "\n\n")
            .filter {
                $0.hasPrefix("    ") && $0.contains("rule ") || $0.hasPrefix("    #") || $0.hasPrefix("    redact ")
            }
        let set = try RuleSet(reading: indented.joined(separator: "\n"))
        #expect(set.rules.count == count)
    }

    static let mistakes: [(text: String, problems: [String])] = [
        (
            "nonsense",
            ["line 1: nonsense is not known; lines begin with a field, value, rule, when, an action, or redact"]
        ),
        ("\n\nmessage form x", ["line 3: write: message from KEY, KEY…"]),
        ("host from a\nhost from b", ["line 2: host has been said before"]),
        ("when tag ~ /x/", ["line 1: this belongs into a rule; begin one with rule NAME"]),
        ("rule a", ["line 1: rule a does nothing; give it set, drop, sample, limit or stop"]),
        ("rule a\nwhen tag ~ /(/\ndrop", ["line 2: the pattern cannot be used: a ) is missing at position 2"]),
        ("rule a\nwhen tag ~ /x\ndrop", ["line 2: the closing / is missing"]),
        (
            "rule a\nset severity BAD",
            [
                "line 1: rule a does nothing; give it set, drop, sample, limit or stop",
                "line 2: BAD is no severity; choose UNKNOWN, INFO, WARNING, ERROR, CRITICAL, EMERGENCY",
            ]
        ),
        ("rule a\ndrop now", ["line 2: there is too much at the end of the line"]),
        ("rule a\ndrop\nsample 2 in 3", ["line 3: write: sample 1 in NUMBER"]),
        ("rule a\ndrop\nlimit 0 per second", ["line 3: write: limit NUMBER per second, minute or hour"]),
        ("redact everything", ["line 1: everything is not a class; choose password, token, email, card"]),
        ("redact text \"\"", ["line 1: an empty text is everywhere"]),
        ("value host a = b", ["line 1: host is not a field; choose severity, status, type"]),
        (
            "time from t as stardate",
            ["line 1: stardate is not a format; choose rfc3339, seconds, milliseconds, microseconds, nanoseconds"]
        ),
    ]

    @Test("are refused with the line of each mistake", arguments: Self.mistakes)
    func refused(_ text: String, _ problems: [String]) {
        #expect(
            performing: { try RuleSet(reading: text) },
            throws: { ($0 as? RuleFileError)?.problems.map(\.description) == problems }
        )
    }
}
