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

    /// The elements and quotation marks of the line would be among the scalars of the page.
    private static func holdsNoForeignElement(_ page: String, _ path: String) {
        let scalars = page.unicodeScalars
        for (scalar, next) in zip(scalars, scalars.dropFirst()) {
            #expect(!(["\u{600}", "\u{110BD}"].contains(scalar) && "<>".unicodeScalars.contains(next)), "\(path)")
            #expect(!(scalar == "\"" && next == "\u{301}"), "\(path)")
        }
    }
}
