import Testing

@testable import Rules

@Suite("Redaction")
struct RedactionTests {
    static func engine(_ rules: String) throws -> RuleEngine { RuleEngine(try RuleSet(reading: rules)) }

    static let texts: [(rule: String, text: String, redacted: String)] = [
        ("password", "login password=hunter2 ok", "login password=[redacted] ok"),
        ("password", "Password: \"two words\" ok", "Password: \"[redacted]\" ok"),
        ("password", "{\"passwd\": 'x\\'y', a}", "{\"passwd\": '[redacted]', a}"),
        ("password", "db_pwd = x&user=y", "db_pwd = [redacted]&user=y"),
        ("password", "amqps://user:geheim@host/v", "amqps://[redacted]@host/v"),
        ("password", "password reset for bob", "password reset for bob"),
        ("password", "password=", "password="),
        ("password", "pwd=a pwd=b", "pwd=[redacted] pwd=[redacted]"),
        ("token", "Authorization: Bearer abcdefgh.ijk", "Authorization: [redacted]"),
        ("token", "api-key=0123 x", "api-key=[redacted] x"),
        ("token", "eyJhbGciOiJI.eyJzdWIiOiIx.SflKxw ok", "[redacted] ok"),
        ("token", "bearer of news", "bearer of news"),
        ("email", "from bob.b+x@mail.example.com, to", "from [redacted], to"),
        ("email", "user@host and a@", "user@host and a@"),
        ("card", "paid 4111 1111 1111 1111 now", "paid [redacted] now"),
        ("card", "order 12 4111-1111-1111-1111 12", "order 12 [redacted] 12"),
        ("card", "4111111111111112 is wrong", "4111111111111112 is wrong"),
        ("card", "at 1700000000123456789123 ns", "at 1700000000123456789123 ns"),
        ("password token email card", "pwd=x a@b.de 378282246310005", "pwd=[redacted] [redacted] [redacted]"),
        ("text \"s3cr.t\" as \"***\"", "a s3cr.t b s3cret", "a *** b s3cret"),
        ("text \"käse\"", "käse", "[redacted]"),
        ("/sess=[0-9a-f]+/ as \"sess=*\"", "x sess=00ff y SESS=1", "x sess=* y SESS=1"),
        ("/sess=[0-9a-f]+/i", "x sess=00ff y SESS=1", "x [redacted] y [redacted]"),
    ]

    @Test("takes out what must not leave", arguments: Self.texts)
    func takesOut(_ rule: String, _ text: String, _ redacted: String) throws {
        var engine = try Self.engine("redact \(rule)")
        #expect(engine.redacted(text) == redacted)
    }

    @Test("reaches every text of an event, names of members included")
    func everywhere() throws {
        var engine = try Self.engine("trigger from t\nredact password email card\nredact text \"X9\"")
        let record = """
            {"message":"by a@b.de","host":"X9","t":"X9","password":{"deep":1},"n":[4111111111111111,"a@b.de",{"X9":null}],\
            "mail":"a\\u0040b.de","k":1.50}
            """
        let expected = """
            {"password":"[redacted]","n":["[redacted]","[redacted]",{"[redacted]":null}],"mail":"[redacted]","k":1.50}
            """
        guard case .event(let event) = engine.apply(to: record.utf8.span, isJSON: true, tag: "", now: 0) else { return }
        #expect(String(decoding: event.message, as: UTF8.self) == "by [redacted]")
        #expect(event.host.map { String(decoding: $0, as: UTF8.self) } == "[redacted]")
        #expect(event.trigger.map { String(decoding: $0, as: UTF8.self) } == "[redacted]")
        #expect(String(decoding: event.rest, as: UTF8.self) == expected)
    }

    @Test("takes the whole rest when there is too much to look for", .timeLimit(.minutes(3)))
    func bounded() throws {
        var engine = try Self.engine("redact /a|a[ab]*c/")
        let text = String(repeating: "ab", count: 1000)
        let redacted = engine.redacted(text)
        #expect(redacted.hasPrefix("[redacted]b[redacted]b"))
        #expect(redacted.hasSuffix("b[redacted][redacted]"), "the rest goes as a whole")
        #expect(redacted.utf8.count < 1000 * "[redacted]b".utf8.count)
    }
}
