import HTTPTypes
import Store
import Testing

@testable import Console

/// Pasts of items as lines.
struct GraphTests {
    private static func samples(_ values: [(Int64, String)]) -> [Sample] {
        values.map { Sample(time: Timestamp(nanoseconds: $0 * 1_000_000_000), value: $1) }
    }

    @Test func oneLineFillsTheBox() {
        let graph = Graph([("C", Self.samples([(0, "10"), (50, "text"), (100, "20")]))])
        #expect(graph.lines[0].points == "0.0,240.0 1000.0,0.0")
        #expect((graph.lines[0].lowest, graph.lines[0].highest) == ("10.0", "20.0"))
    }

    @Test func linesOfOneUnitShareAScale() {
        let pasts = [Self.samples([(0, "0"), (100, "100")]), Self.samples([(50, "50"), (100, "25")])]
        #expect(Graph(pasts.map { ("%", $0) }).lines[1].points == "500.0,120.0 1000.0,180.0")
        #expect(Graph([("%", pasts[0]), ("s", pasts[1])]).lines[1].points == "500.0,0.0 1000.0,240.0")
    }

    @Test(arguments: [[], [(0, "1")], [(0, "1"), (0, "2")], [(0, "nan"), (1, "inf")]] as [[(Int64, String)]])
    func withoutALineThereIsNoSpan(values: [(Int64, String)]) {
        #expect(Graph([("", Self.samples(values))]).span == nil)
    }

    @Test func thePageComparesAndRefusesTooMany() async throws {
        try await ConsoleHarness.run { console in
            let server = try await console.server()
            let now = Timestamp.now
            let ids = ["a", "b", "c", "d", "e"]
            let items = ids.map { Item(id: $0, hostID: "h", brief: "item <\($0)>", lastValueTime: now, lastValue: "1") }
            _ = try await console.store.ingest(.init(server: server, change: .items(items, scope: nil)))
            for id in ids {
                let past = [60, 30].map { Sample(time: now.advanced(seconds: -$0), value: "\($0)") }
                _ = try await console.store.ingest(.init(server: server, change: .history(item: id, past)))
            }
            let caller = try await console.session(console.user("hana", .readonly))
            let base = "/items/graph?server=\(server)&item=a"
            let page = try await console.send(.get, "\(base)&with=b%0D%0Ac&add=d", as: caller)
            #expect(page.status == 200)
            for number in 1...4 { #expect(page.text.contains("polyline class=\"line-\(number)\"")) }
            #expect(!page.text.contains("item <b>"))
            #expect(try await console.send(.get, "\(base)&with=b%0Ac%0Ad&add=e", as: caller).status == 400)
            #expect(try await console.send(.get, "\(base)&with=none", as: caller).status == 404)
        }
    }
}
