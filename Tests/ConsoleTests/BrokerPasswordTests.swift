import HTTPTypes
import Operations
import Store
import Synchronization
import Testing

@testable import Console

/// Who may change a monitoring server must not learn its broker's password by that.
@Suite("A broker's password")
struct BrokerPasswordTests {
    @Test("is shown nowhere, and stays when something else is changed")
    func hidden() async throws {
        try await ConsoleHarness.run { console in
            let id = try await console.server()
            let caller = try await console.session(try await console.user("root", .admin))
            let address = "/api/v1/servers/\(id)"
            let renamed = #"{"nickname":"new","brokerURL":"amqps://arm:***@broker.example/other"}"#
            #expect(try await console.send(.patch, address, as: caller, json: renamed).status == 200)
            #expect(try await console.store.server(id).broker.url.revealed == "amqps://arm:s3cret@broker.example/other")
            for path in [address, "/api/v1/servers", "/servers", "/servers/\(id)", "/audit", "/api/v1/audit"] {
                let text = try await console.send(.get, path, as: caller).text
                #expect(!text.contains("s3cret") && text.contains("amqps://arm:***@broker.example/other"), "\(path)")
            }
        }
    }

    /// What could lead the known password to another machine, to another user's sign-in, or out of TLS.
    static let elsewhere = [
        "amqps://arm:***@evil.example/node", "amqps://arm:***@evil.example:5671/x@broker.example",
        "amqps://arm:***@127.0.0.2:5673/x@broker.example:5671", "amqps://arm:***@broker.example,evil.example/node",
        "amqps://arm:***@evil.example/\u{301}x@broker.example", "amqps://arm:***@broker.example:5673/node",
        "amqp://arm:***@broker.example:5671/node", "amqp://arm:***@broker.example/node",
        "amqps://other:***@broker.example/node", "amqps://arm:***@evil.example#@broker.example/../node",
    ]

    @Test("goes nowhere else, by API, form or connection test", arguments: Self.elsewhere)
    func kept(url: String) async throws {
        let tried = Mutex(0)
        var configuration = ConsoleConfiguration()
        configuration.testConnection = { _ in
            tried.withLock { $0 += 1 }
            return []
        }
        try await ConsoleHarness.run(configuration: configuration) { console in
            let id = try await console.server()
            let root = try await console.user("root", .admin)
            let key = try await console.key(root, .write)
            let change = JSON.object([
                .init(name: "brokerURL", value: .string(url)), .init(name: "tlsVerify", value: false),
            ])
            let refused = try await console.send(.patch, "/api/v1/servers/\(id)", as: key, json: change.text)
            #expect(refused.status == 400 && refused.json?["parameter"] == "brokerURL", "\(refused.text)")
            let caller = try await console.session(root)
            let form = "nickname=node&queue=node&brokerURL=\(url.formEncoded)&id=\(id)"
            #expect(try await console.send(.post, "/servers/\(id)", as: caller, form: form).status == 400)
            let test = try await console.send(.post, "/servers/test", as: caller, form: form)
            #expect(test.text.contains(#""succeeded":false"#) && tried.withLock { $0 } == 0)
            #expect(try await console.store.server(id).broker.url.revealed == "amqps://arm:s3cret@broker.example/node")
            #expect(try await console.store.audit(limit: 10).isEmpty)
        }
    }

    @Test("is not in the audit log when a connection is tried, but where it went is")
    func tried() async throws {
        let tried = Mutex<[String]>([])
        var configuration = ConsoleConfiguration()
        configuration.testConnection = { server in
            tried.withLock { $0.append(server.broker.url.revealed) }
            return [.init(name: "connection", succeeded: true, detail: "fine")]
        }
        try await ConsoleHarness.run(configuration: configuration) { console in
            let id = try await console.server()
            let caller = try await console.session(try await console.user("root", .admin))
            for (url, id) in [("amqps://arm:***@broker.example/other", id), ("amqps://x:n3w@new.example", 0)] {
                let form = "nickname=n&queue=q&brokerURL=\(url.formEncoded)&id=\(id)"
                #expect(try await console.send(.post, "/servers/test", as: caller, form: form).text.contains("fine"))
            }
            #expect(
                tried.withLock { $0 } == ["amqps://arm:s3cret@broker.example/other", "amqps://x:n3w@new.example"]
            )
            let log = try await console.store.audit(limit: 10)
            #expect(
                log.map { "\($0.actor) \($0.action) \($0.subject)" } == [
                    "root server.test server", "root server.test server/\(id)",
                ]
            )
            #expect(log[0].after.contains("amqps://x:***@new.example"))
            #expect(log[1].after.contains("amqps://arm:***@broker.example/other"))
        }
    }
}
