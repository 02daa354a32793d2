import ArmPlugin
import HAPI
import JSONRPC
import Testing

/// Plays the server against a session, message by message.
private struct Script {
    var session = ArmSession(name: "test-arm", offering: [.fetchEvents])
    var now = ContinuousClock.now
    var actions: [ArmSession.Action] = []

    mutating func connect() { self.actions = self.session.connected(at: self.now) }

    mutating func pass(_ duration: Duration) {
        self.now += duration
        self.actions = self.session.tick(at: self.now)
    }

    mutating func hear(_ json: String) {
        self.actions = self.session.received(Message(parsing: Array(json.utf8)), at: self.now)
    }

    /// What was sent last.
    var sent: [Message] {
        self.actions.compactMap { if case .send(let bytes, _) = $0 { Message(parsing: bytes) } else { nil } }
    }

    /// The id of the only call sent last, if it is of that method.
    func call(_ method: String) throws -> MessageID {
        guard self.sent.count == 1, case .request(let call, let id) = self.sent[0], call.method == method else {
            throw Mismatch(expected: method, sent: "\(self.sent)")
        }
        return id
    }

    /// The names of the actions other than sending and notes.
    var names: [String] {
        self.actions.compactMap {
            switch $0 {
            case .send, .note: nil
            case .established: "established"
            case .suspended: "suspended"
            case .settings(let settings): "settings \(settings.nickName)"
            case .lastEvent(let lastInfo): "lastEvent \(lastInfo ?? "-")"
            case .fetch(let procedure, _, let id): "\(procedure) \(id)"
            case .armInfoTaken(let isTaken): "armInfoTaken \(isTaken)"
            }
        }
    }

    var warnings: [String] {
        self.actions.compactMap {
            if case .note(let note) = $0, note.weight == .warning { note.reason ?? note.text } else { nil }
        }
    }

    static let profile =
        #"{"name":"hatohol","procedures":["exchangeProfile","getMonitoringServerInfo","getLastInfo","putEvents","putArmInfo"]}"#
    static let settings = """
        {"serverId":1,"url":"","type":"x","nickName":"node","userName":"","password":"secret","pollingIntervalSec":30,\
        "retryIntervalSec":10,"extendedInfo":""}
        """

    /// Goes through the whole greeting.
    mutating func establish() throws {
        self.connect()
        self.hear(#"{"jsonrpc":"2.0","result":\#(Self.profile),"id":\#(try self.call("exchangeProfile"))}"#)
        self.hear(#"{"result":\#(Self.settings),"id":\#(try self.call("getMonitoringServerInfo"))}"#)
        #expect(self.names == ["settings node"])
        self.hear(#"{"result":"spool-0000000000000007","id":"\#(try self.call("getLastInfo"))"}"#)
        #expect(self.names == ["lastEvent spool-0000000000000007", "established"])
        #expect(self.session.isEstablished)
    }

    struct Mismatch: Error {
        var expected: String
        var sent: String
    }
}

@Suite struct ArmSessionTests {
    @Test func greeting() throws {
        var script = Script()
        script.connect()
        guard case .request(let call, _) = script.sent.first else {
            Issue.record("nothing sent")
            return
        }
        #expect(
            call.params?.description
                == #"{"name":"test-arm","procedures":["exchangeProfile","updateMonitoringServerInfo","fetchEvents"]}"#
        )
        try script.establish()
    }

    @Test func exchangeIsRepeatedWithPausesAndALateAnswerCounts() throws {
        var script = Script()
        script.connect()
        let first = try script.call("exchangeProfile")
        for pause in [2, 4, 8, 16, 32, 60, 60] {
            script.pass(.seconds(pause) - .milliseconds(1))
            #expect(script.sent.isEmpty)
            script.pass(.milliseconds(1))
            #expect(try script.call("exchangeProfile") != first)
        }
        script.hear(#"{"result":\#(Script.profile),"id":\#(first)}"#)
        _ = try script.call("getMonitoringServerInfo")
    }

    @Test func serverThatCallsFirstIsKnownByThat() throws {
        var script = Script()
        script.connect()
        script.hear(#"{"jsonrpc":"2.0","method":"exchangeProfile","params":\#(Script.profile),"id":4294967295}"#)
        let sent = script.sent
        #expect(sent.count == 2)
        guard case .result(let profile, let id) = sent[0], case .request(let call, _) = sent[1] else {
            Issue.record("\(sent)")
            return
        }
        #expect(id == 4_294_967_295)
        #expect(try Profile(profile).name == "test-arm")
        #expect(call.method == "getMonitoringServerInfo")
    }

    @Test func failureBeforeExchangeStartsAgain() throws {
        var script = Script()
        script.connect()
        script.hear(#"{"result":\#(Script.profile),"id":\#(try script.call("exchangeProfile"))}"#)
        script.hear(#"{"result":"FAILURE","id":\#(try script.call("getMonitoringServerInfo"))}"#)
        #expect(script.sent.isEmpty)
        script.pass(.seconds(4))
        _ = try script.call("exchangeProfile")
    }

    @Test func doubtSuspendsAndAsksAtOnce() throws {
        var script = Script()
        try script.establish()
        script.actions = script.session.doubt("no answer to putEvents", at: script.now)
        #expect(script.names == ["suspended"])
        #expect(script.warnings == ["no answer to putEvents"])
        _ = try script.call("exchangeProfile")
        script.actions = script.session.doubt("again", at: script.now)
        #expect(script.actions.isEmpty)
    }

    @Test func silenceDuringTheGreetingStartsAgain() throws {
        var script = Script()
        script.connect()
        script.hear(#"{"result":\#(Script.profile),"id":\#(try script.call("exchangeProfile"))}"#)
        script.pass(.seconds(60))
        #expect(script.warnings == ["the server does not answer"])
        script.pass(.seconds(4))
        _ = try script.call("exchangeProfile")
    }

    @Test func restartedServerIsAskedAgainWithoutSuspending() throws {
        var script = Script()
        try script.establish()
        script.hear(#"{"method":"exchangeProfile","params":\#(Script.profile),"id":"a"}"#)
        #expect(script.session.isEstablished)
        #expect(script.sent.count == 2)
        #expect(script.names.isEmpty)
    }

    @Test func calls() throws {
        var script = Script()
        let fetch = #"{"method":"fetchEvents","params":{"fetchId":"1"},"id":"f"}"#
        script.connect()
        script.hear(fetch)
        guard case .result(let result, "f") = script.sent.first else {
            Issue.record("\(script.sent)")
            return
        }
        #expect(result.string == "FAILURE")
        try script.establish()
        script.hear(fetch)
        #expect(script.names == ["fetchEvents f"])
        script.hear(#"{"method":"fetchItems","params":{"fetchId":"1"},"id":5}"#)
        guard case .failure(let error, 5) = script.sent.first else {
            Issue.record("\(script.sent)")
            return
        }
        #expect(error.code == ErrorObject.methodNotFound)
        script.hear(#"{"method":"updateMonitoringServerInfo","params":\#(Script.settings)}"#)
        #expect(script.names == ["settings node"])
        #expect(script.sent.isEmpty)
        script.hear(#"{"method":"updateMonitoringServerInfo","params":\#(Script.settings),"id":6}"#)
        guard case .result(let taken, 6) = script.sent.first else {
            Issue.record("\(script.sent)")
            return
        }
        #expect(taken.string == "SUCCESS")
    }

    @Test func settingsOfTheReferenceServerWithANumberForTheType() throws {
        var script = Script()
        script.connect()
        script.hear(#"{"result":\#(Script.profile),"id":\#(try script.call("exchangeProfile"))}"#)
        let settings = Script.settings.replacing(#""type":"x""#, with: #""type":0"#)
        script.hear(#"{"result":\#(settings),"id":\#(try script.call("getMonitoringServerInfo"))}"#)
        #expect(script.names == ["settings node"])
    }

    @Test func armInfo() throws {
        var script = Script()
        var health = HealthReport()
        script.connect()
        let early = script.session.report(health.armInfo, at: script.now)
        #expect(early.isEmpty)
        try script.establish()
        health.fail("spool full", at: TimeStamp(seconds: 0))
        script.actions = script.session.report(health.armInfo, at: script.now)
        let id = try script.call("putArmInfo")
        script.hear(#"{"result":"SUCCESS","id":\#(id)}"#)
        #expect(script.names == ["armInfoTaken true"])
        script.actions = script.session.report(health.armInfo, at: script.now)
        script.hear(#"{"error":{"code":-32602,"message":"no"},"id":\#(try script.call("putArmInfo"))}"#)
        #expect(script.names == ["armInfoTaken false"])
        #expect(script.session.isEstablished)
    }

    @Test(arguments: [
        ("nonsense", ErrorObject.parseError), ("[]", ErrorObject.invalidRequest), ("{}", ErrorObject.invalidRequest),
        (#"{"method":1,"id":2}"#, ErrorObject.invalidRequest),
    ])
    func malformedIsAnswered(json: String, code: Int64) {
        var script = Script()
        script.connect()
        script.hear(json)
        guard case .failure(let error, _) = script.sent.first else {
            Issue.record("\(script.sent)")
            return
        }
        #expect(error.code == code)
    }

    @Test(arguments: [
        #"{"result":1,"id":[]}"#, #"{"result":1,"error":{},"id":1}"#, #"{"error":{"code":1},"id":null}"#,
        #"{"result":"SUCCESS","id":12}"#,
    ])
    func malformedAnswersAndThoseOfStrangersAreNotAnswered(json: String) {
        var script = Script()
        script.connect()
        script.hear(json)
        #expect(script.sent.isEmpty)
    }

    @Test func disconnection() throws {
        var script = Script()
        try script.establish()
        script.actions = script.session.disconnected()
        #expect(script.names == ["suspended"])
        script.pass(.seconds(3600))
        #expect(script.actions.isEmpty)
        try script.establish()
    }
}
