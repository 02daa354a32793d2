import HTTPTypes
import Store
import Testing

@testable import Console

@Suite("The verdict for other monitoring systems")
struct CheckTests {
    @Test("of one host counts only the arms that have to do with it")
    func armsOfHost() async throws {
        try await ConsoleHarness.run { console in
            let caller = try await console.key(console.user("check", .readonly), .read)
            let (first, second) = try await (console.server("first"), console.server("second"))
            try await console.ingest(first, [.line(1, "all is well", host: "web1")])
            try await console.ingest(second, [.line(1, "all is well", host: "db1")])
            let link = ArmLink(state: .established, since: .now)
            _ = try await console.store.ingest(Batch(server: second, change: .link(link)))
            func stale(_ query: String) async throws -> String {
                let text = try await console.send(.get, "/check/zabbix?\(query)", as: caller).text
                return String(text.split(separator: #""stale_arms":"#).last?.prefix { $0.isNumber } ?? "")
            }
            #expect(try await stale("") == "1")
            #expect(try await stale("host=web1") == "1")
            #expect(try await stale("host=db1") == "0")
            #expect(try await stale("host=nobody") == "1", "any arm may be the one that should know it")
        }
    }
}
