import HTTPTypes
import Operations
import Store
import Testing

@testable import Console

@Suite("The overview")
struct OverviewTests {
    @Test("counts what a person may see, and events by severity")
    func counts() async throws {
        try await ConsoleHarness.run { console in
            let server = try await console.server()
            let hosts = ["web1", "web2", "db1"].map { Host(id: $0, name: $0) }
            let membership = HostMembership(hostID: "db1", groupIDs: ["db"])
            let triggers = [("web1", TriggerStatus.ng), ("web2", .ok), ("db1", .ng), ("db1", .unknown)].enumerated()
                .map { number, trigger in
                    Trigger(
                        id: "t\(number)",
                        status: trigger.1,
                        severity: .error,
                        lastChange: .now,
                        hostID: trigger.0,
                        hostName: trigger.0,
                        brief: "disk",
                        extendedInfo: ""
                    )
                }
            for change in [
                Change.hosts(hosts, .all), .hostMemberships([membership], .all), .triggers(triggers, .all, scope: nil),
            ] {
                _ = try await console.store.ingest(Batch(server: server, change: change))
            }
            var event = NewEvent.line(1, "line", severity: .error)
            event.time = .now
            try await console.ingest(server, [event])
            let everybody = try await console.key(try await console.user("hana", .readonly), .read)
            let limited = try await console.user("reader", .readonly, hostGroups: ["db"])
            let all = try #require(try await console.send(.get, "/api/v1/overview", as: everybody).json)
            #expect(all["hosts"] == 3 && all["triggers"] == 4 && all["triggersWithProblem"] == 2)
            #expect(all["eventsArrived"] == 1 && all["lastDay"]?["error"] == 1 && all["lastDay"]?["info"] == 0)
            let answer = try await console.send(.get, "/api/v1/overview", as: console.key(limited, .read))
            let some = try #require(answer.json)
            #expect(some["hosts"] == 1 && some["triggers"] == 2 && some["triggersWithProblem"] == 1)
            for unknown in ["eventsArrived", "databaseBytes", "lastDay"] {
                #expect(some[unknown] == .null, "\(unknown)")
            }
            let page = try await console.send(.get, "/", as: console.session(limited)).text
            #expect(page.contains("not counted by host group") && !page.contains("histogram"))
            #expect(!page.contains("Events received") && !page.contains("<b>0</b>"))
        }
    }
}
