import HTTPTypes
import Operations
import Store
import Testing

@testable import Console

/// Searches that get no time at all, so that each request looks at one slice of a thousand events.
@Suite("A search that is broken off")
struct BrokenOffTests {
    private static var hurried: ConsoleConfiguration {
        var configuration = ConsoleConfiguration()
        configuration.searchTime = .zero
        configuration.patientSearchTime = .zero
        return configuration
    }

    /// Three thousand events, of which only the oldest is looked for.
    private static func fill(_ console: ConsoleHarness) async throws {
        let events = (1...3000).map { NewEvent.line($0, $0 == 1 ? "needle" : "hay", at: Int64($0)) }
        try await console.ingest(try await console.server(), events)
    }

    @Test("goes on by its cursor in the API, and comes to an end")
    func api() async throws {
        try await ConsoleHarness.run(configuration: Self.hurried) { console in
            try await Self.fill(console)
            let caller = try await console.key(try await console.user("reader", .readonly), .read)
            var (found, pages): ([Int64], Int) = ([], 0)
            var cursor: String? = ""
            while let place = cursor, pages < 10 {
                let path = "/api/v1/events?q=needle" + (place.isEmpty ? "" : "&cursor=\(place)")
                let answer = try await console.send(.get, path, as: caller)
                #expect(answer.status == 200, "\(answer.text)")
                if pages < 2 { #expect(answer.ids.isEmpty) }
                found += answer.ids
                pages += 1
                cursor = if case .string(let next)? = answer.json?["next"] { next } else { nil }
            }
            #expect(found == [1])
            #expect((3...4).contains(pages), "three slices, and perhaps one that finds the end")
        }
    }

    @Test("says on the page how far it came, and goes on by a link")
    func page() async throws {
        try await ConsoleHarness.run(configuration: Self.hurried) { console in
            try await Self.fill(console)
            let caller = try await console.session(try await console.user("reader", .readonly))
            var path: String? = "/events?q=needle"
            var (pages, last) = (0, "")
            while let next = path, pages < 10 {
                last = try await console.send(.get, next, as: caller).text
                pages += 1
                let isFound = last.contains(">needle</a>")
                if pages == 1 {
                    #expect(!isFound && last.contains("Searched back to") && !last.contains("id=\"empty\""))
                }
                if isFound { break }
                path = last.firstMatch(of: /rel="next" href="([^"]+)"/).map {
                    String($0.1).replacing("&amp;", with: "&")
                }
            }
            #expect(last.contains(">needle</a>"), "after \(pages) pages")
            #expect(pages == 3)
        }
    }

    @Test("is said by nothing when the time was enough")
    func enough() async throws {
        var configuration = ConsoleConfiguration()
        configuration.searchTime = .seconds(600)
        try await ConsoleHarness.run(configuration: configuration) { console in
            try await Self.fill(console)
            let caller = try await console.session(try await console.user("reader", .readonly))
            let found = try await console.send(.get, "/events?q=needle", as: caller).text
            #expect(found.contains(">needle</a>") && !found.contains("rel=\"next\""))
            let nothing = try await console.send(.get, "/events?q=nail", as: caller).text
            #expect(nothing.contains("id=\"empty\"") && !nothing.contains("rel=\"next\""))
        }
    }
}
