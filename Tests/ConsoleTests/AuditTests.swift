import GRDB
import HTTPTypes
import Operations
import Store
import Testing

@testable import Console

@Suite("The audit log")
struct AuditTests {
    /// A request that changes something, and where one sees whether it did.
    struct Change: Sendable, CustomTestStringConvertible {
        let method: HTTPRequest.Method
        let path: String
        let body: String?
        let seen: String

        var testDescription: String { "\(self.method) \(self.path)" }
    }

    static let changes = [
        Change(
            method: .post,
            path: "/events/handling",
            body: #"{"events":[1],"status":"done","comment":"seen"}"#,
            seen: "/events/1"
        ),
        Change(
            method: .post,
            path: "/users",
            body: #"{"name":"hana","role":"readonly","password":"seven grey herons wade"}"#,
            seen: "/users"
        ),
        Change(method: .patch, path: "/users/2", body: #"{"note":"on leave","hostGroups":["web"]}"#, seen: "/users/2"),
        Change(method: .delete, path: "/users/2", body: nil, seen: "/users"),
        Change(method: .post, path: "/keys", body: #"{"name":"export","scope":"read"}"#, seen: "/keys"),
        Change(method: .delete, path: "/keys/1", body: nil, seen: "/keys"),
        Change(
            method: .post,
            path: "/servers",
            body: #"{"nickname":"new","brokerURL":"amqps://broker.example/x","queue":"new"}"#,
            seen: "/servers"
        ),
        Change(method: .patch, path: "/servers/1", body: #"{"nickname":"renamed"}"#, seen: "/servers/1"),
        Change(method: .delete, path: "/servers/1", body: nil, seen: "/servers"),
        Change(method: .delete, path: "/session", body: nil, seen: "/me"),
    ]

    @Test("and a change are there together, or neither is", arguments: Self.changes)
    func together(change: Change) async throws {
        try await ConsoleHarness.run { console in
            let caller = try await console.session(try await console.user("root", .admin))
            let reader = try await console.user("reader", .readonly)
            _ = try await console.key(reader, .read)
            try await console.ingest(try await console.server(), [.line(1, "line")])
            let (path, seen) = ("/api/v1" + change.path, "/api/v1" + change.seen)
            let before = try await console.send(.get, seen, as: caller).text

            try await Self.execute(
                "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END",
                console
            )
            let refused = try await console.send(change.method, path, as: caller, json: change.body)
            #expect(refused.status >= 500, "\(refused.text)")
            #expect(try await console.send(.get, seen, as: caller).text == before)

            try await Self.execute("DROP TRIGGER full", console)
            let done = try await console.send(change.method, path, as: caller, json: change.body)
            #expect((200...299).contains(done.status), "\(done.text)")
            #expect(try await console.send(.get, seen, as: caller).text != before)
            let log = try await console.store.audit(limit: 10)
            #expect(log.map(\.actor) == ["root"])
        }
    }

    private static func execute(_ sql: String, _ console: ConsoleHarness) async throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(60)
        let database = try DatabaseQueue(path: console.store.path, configuration: configuration)
        try await database.write { try $0.execute(sql: sql) }
        try database.close()
    }
}
