import HTTPTypes
import Store
import Testing

@testable import Console

@Suite("The page of hosts")
struct HostsTests {
    @Test("shows one group when it is chosen, by its whole name, and keeps the other filter")
    func group() async throws {
        try await ConsoleHarness.run { console in
            let server = try await console.server()
            let hosts = ["web1", "web2", "db1"].map { Host(id: $0, name: $0) }
            let groups = ["Web", "Web & <old>", "Databases"].map { HostGroup(id: $0, name: $0) }
            let members = [("web1", ["Web"]), ("web2", ["Web & <old>"]), ("db1", ["Databases", "Web"])]
            let changes: [Change] = [
                .hosts(hosts, .all), .hostGroups(groups, .all),
                .hostMemberships(members.map { HostMembership(hostID: $0.0, groupIDs: $0.1) }, .all),
            ]
            for change in changes { _ = try await console.store.ingest(Batch(server: server, change: change)) }
            let caller = try await console.session(try await console.user("reader", .readonly))
            let expected = [
                ("", ["web1", "web2", "db1"]), ("group=Web", ["web1", "db1"]), ("group=Web&text=db", ["db1"]),
                ("group=\("Web & <old>".formEncoded)", ["web2"]), ("group=none", []),
            ]
            for (query, names) in expected {
                let page = try await console.send(.get, "/hosts?" + query, as: caller)
                #expect(page.status == 200)
                for name in ["web1", "web2", "db1"] {
                    #expect(page.text.contains(">\(name)</a>") == names.contains(name), "\(query): \(name)")
                }
                #expect(page.text.contains("<option>Databases</option>") && !page.text.contains("<old>"))
            }
            let chosen = try await console.send(.get, "/hosts?group=Web", as: caller).text
            #expect(chosen.contains("<option selected>Web</option>"))
        }
    }
}
