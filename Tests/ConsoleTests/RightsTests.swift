import HTTPTypes
import Operations
import Store
import Testing

@testable import Console

@Suite("Rights")
struct RightsTests {
    /// What a caller gets on a route: stopped, or let through to whatever the route says.
    @Test("each route by each kind of caller")
    func matrix() async throws {
        try await ConsoleHarness.run { console in
            let admin = try await console.user("root", .admin)
            let reader = try await console.user("reader", .readonly)
            var forged = try await console.session(admin)
            forged.csrf = ""
            let everything: Set<Access> = [.open, .read, .write, .admin]
            let callers: [(name: String, caller: ConsoleHarness.Caller, allowed: Set<Access>, mayChange: Bool)] = [
                ("nobody", ConsoleHarness.Caller(), [.open], true),
                ("readonly session", try await console.session(reader), [.open, .read], true),
                ("admin session", try await console.session(admin), everything, true),
                ("forged admin session", forged, everything, false),
                ("read key of admin", try await console.key(admin, .read), [.open, .read], true),
                ("write key of admin", try await console.key(admin, .write), [.open, .read, .write], true),
                ("admin key of admin", try await console.key(admin, .admin), everything, true),
                ("admin key of readonly", try await console.key(reader, .admin), [.open, .read], true),
            ]
            for route in Console.routes().list where !route.path.hasSuffix("/stream") && route.path != "/sign-out" {
                if route.method == .delete, route.path.hasSuffix("/session") { continue }
                let path = route.path.replacing("{id}", with: "999999")
                let isChange = route.method != .get
                for (name, caller, allowed, mayChange) in callers {
                    let answer = try await console.send(
                        route.method,
                        path,
                        as: caller,
                        json: isChange && Site.isAPI(path) ? "{}" : nil,
                        form: isChange && !Site.isAPI(path) ? "" : nil
                    )
                    // What a page's form sends is for people, whatever a key may do under /api.
                    let isForeignForm = !caller.key.isEmpty && isChange && !Site.isAPI(path)
                    let what = "\(route.method) \(path) as \(name): \(answer.status)"
                    if isForeignForm {
                        #expect(answer.status == 403, "\(what)")
                    } else if route.access == .open {
                        #expect(answer.status != 500, "\(what)")
                    } else if name == "nobody" {
                        #expect(answer.status == 401 || answer.status == 303, "\(what)")
                        if answer.status == 303 { #expect(answer.headers[.location]?.hasPrefix("/sign-in?") == true) }
                    } else if !allowed.contains(route.access) || (isChange && !mayChange) {
                        #expect(answer.status == 403, "\(what)")
                    } else {
                        #expect(![401, 403, 500, 503].contains(answer.status), "\(what)")
                    }
                }
            }
        }
    }

    @Test("a key sets no password and no language", arguments: [APIKey.Scope.read, .write, .admin])
    func keysAndForms(scope: APIKey.Scope) async throws {
        try await ConsoleHarness.run { console in
            let admin = try await console.user("root", .admin)
            let key = try await console.key(admin, scope)
            for (path, form) in [
                ("/settings/password", "new=green+tractors+fly+77"), ("/settings", "language=ja&theme=dark"),
            ] {
                #expect(try await console.send(.post, path, as: key, form: form).status == 403, "\(path)")
            }
            let user = try await console.store.user(admin)
            #expect(user.passwordHash.isEmpty && user.language.isEmpty && user.theme.isEmpty)
        }
    }

    @Test("who is limited to host groups learns no numbers of everything by the metrics")
    func metrics() async throws {
        try await ConsoleHarness.run { console in
            try await console.ingest(try await console.server(), [.line(1, "line")])
            let names = [
                "hatohol_events_total", "hatohol_store_bytes", "hatohol_live_pages", "hatohol_http_responses_total",
            ]
            for (groups, isCounted) in [([], true), (["Web"], false)] as [([String], Bool)] {
                let id = try await console.user("reader \(isCounted)", .readonly, hostGroups: groups)
                let text = try await console.send(.get, "/metrics", as: try await console.key(id, .read)).text
                #expect(text.contains(#"hatohol_arm_established{server="1",nickname="node"} 0"#))
                for name in names { #expect(text.contains(name) == isCounted, "\(name)") }
            }
        }
    }

    @Test("who is limited to host groups sees nothing else")
    func hostGroups() async throws {
        try await ConsoleHarness.run { console in
            let server = try await console.server()
            _ = try await console.store.ingest(
                .init(server: server, change: .hosts([.init(id: "a", name: "a"), .init(id: "b", name: "b")], .all))
            )
            _ = try await console.store.ingest(
                .init(server: server, change: .hostGroups([.init(id: "1", name: "Web")], .all))
            )
            _ = try await console.store.ingest(
                .init(server: server, change: .hostMemberships([.init(hostID: "a", groupIDs: ["1"])], .all))
            )
            try await console.ingest(server, [.line(1, "ours", host: "a"), .line(2, "theirs", host: "b")])
            let limited = try await console.user("limited", .readonly, hostGroups: ["Web"])
            let caller = try await console.session(limited)
            for path in ["/events", "/api/v1/events", "/api/v1/events/export?format=csv", "/hosts", "/api/v1/hosts"] {
                let text = try await console.send(.get, path, as: caller).text
                #expect(!text.contains("theirs") && !text.contains("\"b\""), "\(path)")
            }
            #expect(try await console.send(.get, "/api/v1/events?q=ours", as: caller).text.contains("ours"))
            #expect(try await console.send(.get, "/api/v1/events/2", as: caller).status == 404)
            #expect(try await console.send(.get, "/events/2", as: caller).status == 404)
        }
    }

    @Test("the last administrator stays")
    func lastAdministrator() async throws {
        try await ConsoleHarness.run { console in
            let admin = try await console.user("root", .admin)
            let other = try await console.user("other", .admin)
            let caller = try await console.session(admin)
            #expect(try await console.send(.delete, "/api/v1/users/\(admin)", as: caller).status == 409)
            #expect(try await console.send(.delete, "/api/v1/users/\(other)", as: caller).status == 204)
            let demoted = try await console.send(
                .patch,
                "/api/v1/users/\(admin)",
                as: caller,
                json: #"{"role":"readonly"}"#
            )
            #expect(demoted.status == 409)
        }
    }
}
