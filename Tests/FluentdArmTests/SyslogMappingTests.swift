import ArmPlugin
import HAPI
import JSONRPC
import Rules
import Spool
import Testing

@testable import FluentdArm
@testable import Intake

@Suite("A syslog message becomes an event")
struct SyslogMappingTests {
    /// The events of a stream of messages, under rules.
    private func events(_ lines: [String], rules: String? = nil) throws -> [Event] {
        let configuration = SyslogSource.Configuration(endpoint: SocketEndpoint(.tcp, host: "127.0.0.1"))
        var stream = SyslogStream(peer: "192.0.2.1", configuration: configuration)
        try stream.consume(Array(lines.map { $0 + "\n" }.joined().utf8).span)
        let taken = stream.take()
        let batch = try #require(taken)
        var mapper = EventMapper(rules: try rules.map { try RuleSet(reading: $0) })
        var encoder = BatchEncoder(spool: "S", sequence: 1)
        for record in batch.records {
            let now = TimeStamp(seconds: 100)
            mapper.map(record, in: batch.storage.span, host: "agent".utf8.span, now: now, into: &encoder)
        }
        return try encoder.take().flatMap { try PutEvents.decode(JSONValue($0.payload)).value.events }
    }

    static let severities: [(level: Int, severity: TriggerSeverity, status: TriggerStatus, type: EventType)] = [
        (0, .emergency, .notGood, .bad), (1, .critical, .notGood, .bad), (2, .critical, .notGood, .bad),
        (3, .error, .notGood, .bad), (4, .warning, .notGood, .bad), (5, .info, .ok, .notification),
        (6, .info, .ok, .notification), (7, .info, .ok, .notification),
    ]

    @Test("with the severity, status and type of the manual's table, whatever its facility", arguments: Self.severities)
    func table(_ level: Int, _ severity: TriggerSeverity, _ status: TriggerStatus, _ type: EventType) throws {
        let events = try self.events((0..<24).map { "<\($0 * 8 + level)>1 2026-01-02T03:04:05Z web - - - - text" })
        #expect(events.count == 24)
        for event in events {
            #expect(event.severity == severity)
            #expect(event.status == status)
            #expect(event.type == type)
            #expect(event.hostId == "web")
            #expect(event.brief == "text")
        }
    }

    @Test("with others where rules say so, by facility and severity")
    func rules() throws {
        let rules = """
            rule kernel warnings are no trouble
              when tag = syslog.kern.warning
              set severity INFO, status OK, type NOTIFICATION
            rule no logins
              when tag ~ /^syslog\\.auth/
              set severity CRITICAL
            """
        let lines = [
            "<4>Jan  2 03:04:05 web kernel: a", "<12>Jan  2 03:04:05 web app: b", "<38>Jan  2 03:04:05 web sshd: c",
        ]
        let events = try self.events(lines, rules: rules)
        #expect(events.map(\.severity) == [.info, .warning, .critical])
        #expect(events.map(\.status) == [.ok, .notGood, .ok])
        #expect(events.map(\.type) == [.notification, .bad, .notification])
    }
}
