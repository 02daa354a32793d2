import HTTPTypes
import Store
import Testing

@testable import Console

/// What a log line, a host name or an address can bring into a page: text, and nothing else.
@Suite("Hostile text")
struct HostileTextTests {
    /// Each special character, joined by Unicode to its neighbour, so that a rule over characters does not see it.
    private static let line =
        "\u{600}<meta http-equiv=refresh content=1;url=http://evil.example \u{600}>\u{110BD}<b\u{110BD}> x\"\u{301} y"

    @Test("stays text in every page that shows events")
    func events() async throws {
        try await ConsoleHarness.run { console in
            let server = try await console.server()
            try await console.ingest(server, [.line(1, Self.line, host: Self.line, at: 0)])
            let caller = try await console.session(try await console.user("root", .admin))
            for path in ["/", "/events", "/events/1", "/hosts", "/events?q=text%3A%D8%80%3Cmeta"] {
                let page = try await console.send(.get, path, as: caller)
                #expect(page.status == 200)
                Self.holdsNoForeignElement(page.text, path)
            }
        }
    }

    @Test("of an address stays text in the sign-in page")
    func signIn() async throws {
        try await ConsoleHarness.run { console in
            let path = "/sign-in?next=%22%CC%81%20%D8%80%3E%D8%80%3Cmeta%20http-equiv=refresh%20%D8%80%3E"
            let page = try await console.send(.get, path)
            Self.holdsNoForeignElement(page.text, "/sign-in")
        }
    }

    @Test("that turns a line round is shown for what it is, and goes back from a form as it came")
    func bidirectional() async throws {
        let text = "invoice\u{202E}fdp.exe\u{2066}\u{2069}\u{200F}\u{61C}"
        let shown = "invoice[U+202E]fdp.exe[U+2066][U+2069][U+200F][U+061C]"
        try await ConsoleHarness.run { console in
            let server = try await console.server(text)
            try await console.ingest(server, [.line(1, text, severity: .error, host: text, at: 0)])
            let caller = try await console.session(try await console.user("root", .admin))
            for path in ["/events", "/events/1", "/hosts", "/servers", "/events/missed?after=0"] {
                let page = try await console.send(.get, path, as: caller).text
                #expect(page.contains(shown) && !page.unicodeScalars.contains("\u{202E}"), "\(path)")
            }
            for (path, field) in [("/servers/\(server)", "nickname"), ("/events?q=\(text.formEncoded)", "q")] {
                let page = try await console.send(.get, path, as: caller).text
                #expect(page.contains("name=\"\(field)\" value=\"\(text)\""), "\(path)")
            }
            #expect(try await console.send(.get, "/api/v1/events", as: caller).text.contains(text))
            #expect(try await console.send(.get, "/api/v1/events/export?format=csv", as: caller).text.contains(text))
        }
    }

    /// The elements and quotation marks of the line would be among the scalars of the page.
    private static func holdsNoForeignElement(_ page: String, _ path: String) {
        let scalars = page.unicodeScalars
        for (scalar, next) in zip(scalars, scalars.dropFirst()) {
            #expect(!(["\u{600}", "\u{110BD}"].contains(scalar) && "<>".unicodeScalars.contains(next)), "\(path)")
            #expect(!(scalar == "\"" && next == "\u{301}"), "\(path)")
        }
    }
}
