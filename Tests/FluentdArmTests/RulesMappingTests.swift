import ArmPlugin
import HAPI
import Intake
import JSONRPC
import Rules
import Spool
import Testing

@testable import FluentdArm

@Suite struct RulesMappingTests {
    private static let rules = """
        severity from severity, level
        time from ts as seconds
        rule disk full
          when message ~ /no space left/i
          set severity CRITICAL, type BAD, status NG, trigger disk-full
        rule noise
          when tag ~ /noise/
          drop
        redact password
        """

    private func events(_ records: [(tag: String, text: String)]) throws -> [Event] {
        var mapper = EventMapper(rules: try RuleSet(reading: Self.rules))
        var encoder = BatchEncoder(spool: "S", sequence: 1)
        for (tag, text) in records {
            let bytes = Array(text.utf8)
            let body: Record.Body = text.hasPrefix("{") ? .json(bytes.indices) : .text(bytes.indices)
            let record = Record(tag: tag, body: body)
            mapper.map(record, in: bytes.span, host: "node1".utf8.span, now: TimeStamp(seconds: 100), into: &encoder)
        }
        return try encoder.take().flatMap { try PutEvents.decode(JSONValue($0.payload)).value.events }
    }

    @Test func rulesSetFieldsAndDrop() throws {
        let events = try self.events([
            ("app", "write: No space left on device"), ("noise", "tick"),
            ("app", #"{"message":"m","level":"ERROR","ts":7,"k":1}"#),
        ])
        #expect(events.count == 2)
        #expect(events[0].severity == .critical)
        #expect(events[0].type == .bad)
        #expect(events[0].status == .notGood)
        #expect(events[0].triggerId == "disk-full")
        #expect(events[0].hostId == "node1")
        #expect(events[0].time == TimeStamp(seconds: 100))
        #expect(events[1].severity == .error)
        #expect(events[1].time == TimeStamp(seconds: 7))
        #expect(events[1].extendedInfo == #"{"k":1}"#)
    }

    @Test func secretsDoNotLeave() throws {
        let events = try self.events([("app", #"{"message":"login password=hunter2 ok","password":"hunter2"}"#)])
        #expect(events.count == 1)
        #expect(!"\(events)".contains("hunter2"))
    }

    @Test func longMessagesAreKeptBesideTheRest() throws {
        let text = String(repeating: "x", count: 300)
        let events = try self.events([("app", #"{"message":"\#(text)","k":1}"#), ("app", text)])
        #expect(events[0].extendedInfo == #"{"k":1,"message":"\#(text)"}"#)
        #expect(events[1].extendedInfo == #"{"message":"\#(text)"}"#)
    }
}
