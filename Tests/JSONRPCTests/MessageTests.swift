import JSONRPC
import Testing

/// How messages are told apart, and which of those that are none may be answered.
@Suite struct MessageTests {
    /// A message in a few words, so that tables stay readable.
    static func summary(_ text: String) -> String { self.summary(Array(text.utf8)) }

    static func summary(_ bytes: [UInt8]) -> String {
        switch Message(parsing: bytes) {
        case .request(let call, let id): "request \(call.method) \(call.params?.description ?? "-") \(self.say(id))"
        case .notification(let call): "notification \(call.method) \(call.params?.description ?? "-")"
        case .result(let value, let id): "result \(value) \(self.say(id))"
        case .failure(let error, let id): "failure \(error.code) \(self.say(id))"
        case .malformed(let message):
            "malformed \(message.error.code) \(self.say(message.id)) \(message.isAnswerable ? "answer" : "drop")"
        }
    }

    static func say(_ id: MessageID) -> String {
        if case .string(let text) = id { "'\(text)'" } else { "\(id)" }
    }

    @Test(arguments: [
        (#"{"jsonrpc":"2.0","method":"m","params":{"a":1},"id":1}"#, #"request m {"a":1} 1"#),
        (#"{"method":"m","id":"x"}"#, "request m - 'x'"),
        (#"{"id":4294967295,"params":"","method":"m","extra":[{}]}"#, #"request m "" 4294967295"#),
        (#"{"jsonrpc":2,"method":"m","id":1.0}"#, "request m - 1"),
        (#"{"method":"m","id":null}"#, "request m - null"),
        (#"{"method":"m","params":[]}"#, "notification m []"),
        (#"{"method":"m","result":1,"id":1}"#, "request m - 1"),
        (#"{"result":"SUCCESS","id":7}"#, #"result "SUCCESS" 7"#),
        (#"{"result":null,"id":"7"}"#, "result null '7'"),
        (#"{"error":{"code":-32602,"message":"x"},"id":7}"#, "failure -32602 7"),
        (#"{"error":{"code":-32700},"id":null}"#, "failure -32700 null"),
        (#"{"error":"text"}"#, "failure 0 null"),
        (#"{"error":{"code":"x","message":3,"data":{"a":1}},"id":7}"#, "failure 0 7"),
        (#"{"m\u0065thod":"m","method":"m","id":1}"#, "request m - 1"),
    ])
    func classifies(text: String, expected: String) {
        #expect(Self.summary(text) == expected)
    }

    @Test(arguments: [
        ("", "malformed -32700 null answer"),
        ("garbage", "malformed -32700 null answer"),
        (#"{"method":"m","id":1"#, "malformed -32700 null answer"),
        (#"{"method":"m","id":1}}"#, "malformed -32700 null answer"),
        ("[]", "malformed -32600 null answer"),
        (#"[{"method":"m","id":1}]"#, "malformed -32600 null answer"),
        ("1", "malformed -32600 null answer"),
        ("null", "malformed -32600 null answer"),
        ("{}", "malformed -32600 null answer"),
        (#"{"id":5}"#, "malformed -32600 5 answer"),
        (#"{"method":1,"id":5}"#, "malformed -32600 5 answer"),
        (#"{"method":"m","id":true}"#, "malformed -32600 null answer"),
        (#"{"method":"m","id":1.5}"#, "malformed -32600 null answer"),
        (#"{"method":"m","id":{}}"#, "malformed -32600 null answer"),
        (#"{"method":"m","id":99999999999999999999}"#, "malformed -32600 null answer"),
        (#"{"result":1,"error":{},"id":5}"#, "malformed -32600 5 drop"),
        (#"{"result":1}"#, "malformed -32600 null drop"),
        (#"{"result":1,"id":true}"#, "malformed -32600 null drop"),
        (#"{"result":1,"id":5"#, "malformed -32700 null drop"),
        (#"{"id":5,"error":{"code":1,"data":[}"#, "malformed -32700 null drop"),
        (#"{"id":5,"error":{},"x":}"#, "malformed -32700 null drop"),
    ])
    func tellsWhatIsNoMessage(text: String, expected: String) {
        #expect(Self.summary(text) == expected)
    }

    @Test func refusesTenThousandLevels() {
        let deep = #"{"method":"m","id":1,"params":"# + String(repeating: "[", count: 10_000)
        #expect(Self.summary(deep) == "malformed -32700 null answer")
    }

    @Test func refusesInvalidUTF8UnlessToldToRepair() throws {
        let bytes = Array(#"{"method":"m","params":"a"#.utf8) + [0xFF] + Array(#"","id":1}"#.utf8)
        #expect(Self.summary(bytes) == "malformed -32700 null answer")
        guard case .request(let call, _) = Message(parsing: bytes, invalidUTF8: .repair) else {
            Issue.record("not a request")
            return
        }
        #expect(call.params?.string == "a\u{FFFD}")
    }

    /// Found by fuzzing: an id that repairs made too long could not be read back from the answer.
    @Test(arguments: [341, 342])
    func limitsStringIdsAsTheyWillBeSentBack(count: Int) {
        let bytes = Array(#"{"method":"m","id":""#.utf8) + Array(repeating: 0xFF, count: count) + Array("\"}".utf8)
        guard case .request(let call, let id) = Message(parsing: bytes, invalidUTF8: .repair) else {
            #expect(count == 342)
            return
        }
        #expect(count == 341)
        let copy = Envelope.request(method: call.method, params: Array("0".utf8), id: id)
        #expect(Self.summary(copy) == "request m 0 '\(id)'")
    }

    @Test func keepsWhatPeersSayInErrors() {
        func error(_ text: String) -> ErrorObject? {
            guard case .failure(let error, _) = Message(parsing: Array(text.utf8)) else { return nil }
            return error
        }
        #expect(error(#"{"error":{"code":-1,"message":"m","data":["a",1]},"id":1}"#)?.data == ["a", "1"])
        #expect(error(#"{"error":{"code":-1,"message":"m","data":"text"},"id":1}"#)?.data == ["text"])
        #expect(error(#"{"error":{"code":-1,"message":"m"},"id":1}"#)?.data == [])
        let many = Array(repeating: "1", count: 100_000).joined(separator: ",")
        #expect(error(#"{"error":{"data":[\#(many)]},"id":1}"#)?.data.count == 100)
    }

    @Test(arguments: [0, 1, 600, 5000]) func anErrorIsALineForALog(length: Int) {
        let error = ErrorObject(code: -1, message: "m", data: [String(repeating: "障", count: length), "end"])
        let line = error.description
        #expect(line.count <= 1000)
        #expect(line.hasPrefix("-1 m (") && line.hasSuffix(length > 1000 ? "障…" : "; end)"))
    }

    @Test func writesWhatItReads() {
        let request = Envelope.request(method: "put\"x", params: Array("{}".utf8), id: .string("a\\b"))
        #expect(
            String(decoding: request, as: UTF8.self) == #"{"jsonrpc":"2.0","method":"put\"x","params":{},"id":"a\\b"}"#
        )
        #expect(Self.summary(request) == #"request put"x {} 'a\b'"#)
        let notification = Envelope.notification(method: "m", params: Array("1".utf8))
        #expect(Self.summary(notification) == "notification m 1")
        let result = Envelope.result("SUCCESS", id: 3)
        #expect(String(decoding: result, as: UTF8.self) == #"{"jsonrpc":"2.0","result":"SUCCESS","id":3}"#)
        let failure = Envelope.failure(.invalidParams(["events[3].hostId: missing"]), id: .null)
        #expect(
            String(decoding: failure, as: UTF8.self)
                == #"{"jsonrpc":"2.0","id":null,"error":{"code":-32602,"message":"Invalid method parameter(s).","#
                + #""data":["events[3].hostId: missing"]}}"#
        )
        #expect(Self.summary(failure) == "failure -32602 null")
    }
}
