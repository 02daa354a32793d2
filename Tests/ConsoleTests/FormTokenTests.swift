import Foundation
import HTTPTypes
import Operations
import Store
import Testing

@testable import Console

@Suite("The token of a form")
struct FormTokenTests {
    private static let pages = [
        "/", "/events", "/events/1", "/servers", "/servers/1", "/servers/new", "/users", "/users/1", "/users/new",
        "/keys",
        "/audit", "/settings",
    ]

    @Test("is on every page for the action of its form, and opens no other route")
    func bound() async throws {
        var configuration = ConsoleConfiguration()
        configuration.testConnection = { _ in [] }
        try await ConsoleHarness.run(configuration: configuration) { console in
            try await console.ingest(try await console.server(), [.line(1, "line")])
            let root = try await console.user("root", .admin)
            _ = try await console.user("hana", .readonly)
            _ = try await console.key(root, .read)
            let caller = try await console.session(root)
            var tokens: [String: String] = [:]
            for path in Self.pages {
                let page = try await console.send(.get, path, as: caller).text
                let forms = page.matches(of: #/<form[^>]* method="post"[^>]*action="([^"]+)"/#)
                let fields = page.matches(of: #/name="csrf" value="([^"]+)"/#)
                #expect(!forms.isEmpty && forms.count == fields.count, "\(path)")
                for (form, field) in zip(forms, fields) {
                    tokens[String(form.1)] = String(field.1)
                }
                if let test = page.firstMatch(of: #/data-test="([^"]+)" data-token="([^"]+)"/#) {
                    tokens[String(test.1)] = String(test.2)
                }
            }
            #expect(
                Set(tokens.keys) == [
                    "/sign-out", "/events/handle", "/servers/1/remove", "/servers/1", "/servers", "/users/1/remove",
                    "/users/2/remove",
                    "/users/1", "/users", "/keys", "/keys/1/remove", "/settings", "/settings/password",
                    "/servers/test",
                ]
            )
            #expect(Set(tokens.values).count == tokens.count && !tokens.values.contains(caller.csrf))
            // Without the header field, as a form sends it.
            let form = ConsoleHarness.Caller(cookie: caller.cookie)
            for (action, _) in tokens where action != "/sign-out" {
                for (other, token) in tokens where other != action {
                    let answer = try await console.send(.post, action, as: form, form: "csrf=\(token)")
                    #expect(answer.status == 403, "\(action) with the token of \(other)")
                }
                #expect(try await console.send(.post, action, as: form, form: "csrf=\(caller.csrf)").status == 403)
                #expect(try await console.send(.post, action, as: form, form: "").status == 403)
            }
            #expect(try await console.store.servers().count == 1)
            let removal = "csrf=\(try #require(tokens["/servers/1/remove"]))"
            #expect(try await console.send(.post, "/servers/1/remove", as: form, form: removal).status == 303)
            #expect(try await console.store.servers().isEmpty)
        }
    }

    @Test("is HMAC-SHA-256, as RFC 4231 computes it")
    func vectors() {
        func hex(_ bytes: [UInt8]) -> String {
            bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        }
        #expect(
            hex(Secret.authenticate(Array("Hi There".utf8), key: [UInt8](repeating: 0x0B, count: 20)))
                == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        )
        #expect(
            hex(
                Secret.authenticate(
                    Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                    key: [UInt8](repeating: 0xAA, count: 131)
                )
            ) == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        )
    }

    @Test("does not depend on a query, and does on the session")
    func action() {
        let token = FormToken(session: "secret")
        #expect(token.matches(token.text(for: "/events/handle?x=1"), for: "/events/handle"))
        #expect(!token.matches(FormToken(session: "other").text(for: "/keys"), for: "/keys"))
        #expect(!token.matches("", for: "/keys"))
    }

    @Test("is not needed to look, and the policy of every page says what a page may do")
    func policy() async throws {
        try await ConsoleHarness.run { console in
            let caller = try await console.session(try await console.user("root", .admin))
            for path in ["/", "/sign-in", "/nothing", "/api/v1/version", "/assets/x"] {
                let policy = try await console.send(.get, path, as: caller).headers[.contentSecurityPolicy] ?? ""
                for directive in [
                    "default-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
                    "require-trusted-types-for 'script'", "trusted-types hatohol",
                ] {
                    #expect(policy.components(separatedBy: "; ").contains(directive), "\(path): \(directive)")
                }
            }
        }
    }
}
