import HTTPTypes
import Operations
import Store
import Testing

@testable import Console

@Suite("Bad input")
struct InputTests {
    @Test(
        "is named",
        arguments: [
            ("/api/v1/events?limit=0", "limit"), ("/api/v1/events?limit=-1", "limit"),
            ("/api/v1/events?limit=1001", "limit"),
            ("/api/v1/events?limit=many", "limit"), ("/api/v1/events?limit=1&limit=2", "limit"),
            ("/api/v1/events?limit=99999999999999999999", "limit"), ("/api/v1/events?colour=red", "colour"),
            ("/api/v1/events?cursor=nonsense", "cursor"), ("/api/v1/events?order=up", "order"),
            ("/api/v1/events?q=host%3A", "q"),
            ("/api/v1/events?q=%00", "q"), ("/api/v1/hosts?server=1%3BDROP", "server"),
            ("/api/v1/history?item=x", "server"),
            ("/api/v1/events/export?format=xml", "format"), ("/api/v1/audit?before=0", "before"),
        ]
    )
    func named(path: String, parameter: String) async throws {
        try await ConsoleHarness.run { console in
            let caller = try await console.key(try await console.user("root", .admin), .admin)
            let answer = try await console.send(.get, path, as: caller)
            #expect(answer.status == 400)
            #expect(answer.headers[.contentType] == "application/problem+json")
            #expect(answer.json?["parameter"] == .string(parameter))
        }
    }

    @Test("in a query is pointed at")
    func position() async throws {
        try await ConsoleHarness.run { console in
            let caller = try await console.key(try await console.user("r", .readonly), .read)
            let answer = try await console.send(.get, "/api/v1/events?q=disk%20host%3Aa%20(b", as: caller)
            #expect(answer.json?["position"] == .number(12))
            let page = try await console.send(.get, "/events?q=severity%3Abad", as: caller)
            #expect(page.text.contains("<mark>bad</mark>"))
        }
    }

    @Test(
        "in a body is refused",
        arguments: [
            (#"{"nickname":1}"#, 400), (#"{"nickname":"a","surprise":1}"#, 400), ("[]", 400), ("{", 400), ("", 400),
            (#"{"nickname":"a","brokerURL":"http://x","queue":"q"}"#, 400),
            (#"{"nickname":"a","brokerURL":"amqps://u:***@x","queue":"q"}"#, 400),
            (#"{"nickname":"a","brokerURL":"amqps://x","queue":"q","tlsKey":"/k"}"#, 400),
            (#"{"nickname":"a","brokerURL":"amqps://%zz:99999999/a/b/c","queue":"q"}"#, 400),
            (#"{"nickname":"a","brokerURL":"amqp://x","queue":"q","tlsCertificateAuthority":"/ca"}"#, 400),
            (#"{"nickname":"a","brokerURL":"amqps://u:p@x","queue":"q"}"#, 201),
        ]
    )
    func body(json: String, status: Int) async throws {
        try await ConsoleHarness.run { console in
            let caller = try await console.key(try await console.user("root", .admin), .write)
            #expect(try await console.send(.post, "/api/v1/servers", as: caller, json: json).status == status)
        }
    }

    @Test("of more than 256 KiB is refused")
    func size() async throws {
        try await ConsoleHarness.run { console in
            let caller = try await console.key(try await console.user("root", .admin), .write)
            let json = #"{"nickname":"\#(String(repeating: "x", count: 256 * 1024))"}"#
            #expect(try await console.send(.post, "/api/v1/servers", as: caller, json: json).status == 413)
        }
    }

    @Test(
        "script stays text on every page",
        arguments: [
            "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'><svg/onload=alert(1)>",
            "</title><script>x",
            "{{t.events}}<b>", "javascript:alert(1)//<i>", "&lt;script&gt;<u>",
        ]
    )
    func script(text: String) async throws {
        try await ConsoleHarness.run { console in
            let server = try await console.server(text)
            let event = NewEvent(
                eventID: text,
                time: .now,
                type: .bad,
                severity: .critical,
                triggerID: text,
                hostID: text,
                hostName: text,
                brief: text,
                extendedInfo: text
            )
            try await console.ingest(server, [event])
            _ = try await console.store.ingest(
                .init(server: server, change: .hosts([.init(id: text, name: text)], .all))
            )
            _ = try await console.store.ingest(
                .init(server: server, change: .hostGroups([.init(id: text, name: text)], .all))
            )
            _ = try await console.store.ingest(
                .init(server: server, change: .hostMemberships([.init(hostID: text, groupIDs: [text])], .all))
            )
            let trigger = Trigger(
                id: text,
                status: .ng,
                severity: .error,
                lastChange: .now,
                hostID: text,
                hostName: text,
                brief: text
            )
            _ = try await console.store.ingest(.init(server: server, change: .triggers([trigger], .all, scope: nil)))
            let item = Item(
                id: text,
                hostID: text,
                brief: text,
                lastValueTime: .now,
                lastValue: text,
                groups: [text],
                unit: text
            )
            _ = try await console.store.ingest(.init(server: server, change: .items([item], scope: nil)))
            let change = HandlingChange(status: .hold, assignee: text, comment: text)
            _ = try await console.store.handle([1], change, actor: text, now: .now)
            let caller = try await console.session(try await console.user("root", .admin))
            let pages = [
                "/", "/events", "/events?q=\(text.formEncoded)", "/events/1", "/triggers", "/hosts", "/items",
                "/servers",
                "/servers/\(server)", "/audit", "/hosts?text=\(text.formEncoded)", "/nothing?q=\(text.formEncoded)",
                "/items/graph?server=\(server)&item=\(text.formEncoded)", "/sign-in?next=\(text.formEncoded)",
            ]
            for path in pages {
                let page = try await console.send(.get, path, as: caller)
                #expect(!page.text.contains(text), "\(path)")
                #expect(page.headers[.contentSecurityPolicy]?.contains("script-src 'self'") == true, "\(path)")
                #expect(page.headers[.xContentTypeOptions] == "nosniff", "\(path)")
            }
        }
    }

    @Test("every text of the templates exists in both languages")
    func catalogue() throws {
        let english = Catalogue.shared.all(.english)
        #expect(Set(english.keys) == Set(Catalogue.shared.all(.japanese).keys))
        for (name, bytes) in Pages.templates {
            let parts = String(decoding: bytes, as: UTF8.self).split(separator: "{{t.").dropFirst()
            for key in parts.map({ String($0.prefix { $0 != "}" }) }) {
                #expect(english[key] != nil, "\(name): \(key)")
            }
        }
    }

    @Test(
        "the browser's language is taken",
        arguments: [
            ("ja", Language.japanese), ("fr, ja;q=0.8, en;q=0.7", .japanese), ("en-GB,ja;q=0.5", .english),
            ("", .english),
        ]
    )
    func language(header: String, expected: Language) { #expect(Language(accepting: header) == expected) }
}
