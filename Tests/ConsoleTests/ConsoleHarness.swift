import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Operations
import ServiceLifecycle
import Store
import TestSupport

@testable import Console

/// A console over a store of its own, asked without a network.
struct ConsoleHarness {
    let client: any TestClientProtocol
    let store: MonitoringStore
    let site: Site

    /// Somebody who is signed in, or a program with a key.
    struct Caller {
        var cookie = ""
        var csrf = ""
        var key = ""

        var headers: HTTPFields {
            var headers = HTTPFields()
            if !self.cookie.isEmpty { headers[.cookie] = "\(Site.cookie)=\(self.cookie)" }
            if !self.csrf.isEmpty { headers[.csrfToken] = self.csrf }
            if !self.key.isEmpty { headers[.authorization] = "Bearer \(self.key)" }
            return headers
        }
    }

    static func run(
        configuration: ConsoleConfiguration = ConsoleConfiguration(),
        _ body: @escaping @Sendable (ConsoleHarness) async throws -> Void
    ) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("console-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let store = try MonitoringStore(directory: directory.path)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let console = try Console(store: store, configuration: configuration, logger: logger)
        try await console.application().test(.router) { client in
            try await body(ConsoleHarness(client: client, store: store, site: console.site))
        }
    }

    /// A console that is served over the network until the body returns.
    static func serve(
        configuration: ConsoleConfiguration = ConsoleConfiguration(port: 0),
        _ body: @escaping @Sendable (_ console: ConsoleHarness, _ port: UInt16) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        let store = try MonitoringStore(directory: directory.path)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let (ports, opened) = AsyncStream.makeStream(of: Int.self)
        let console = try Console(store: store, configuration: configuration, logger: logger) { opened.yield($0) }
        let group = ServiceGroup(configuration: .init(services: [console], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            tasks.addTask {
                guard let port = await ports.first(where: { _ in true }) else { throw TestFailure("no port") }
                try await console.application().test(.router) { client in
                    try await body(ConsoleHarness(client: client, store: store, site: console.site), UInt16(port))
                }
                await group.triggerGracefulShutdown()
            }
            try await tasks.waitForAll()
        }
    }

    func user(_ name: String, _ role: Role, password: String = "", hostGroups: [String] = []) async throws -> User.ID {
        let hash = password.isEmpty ? "" : try await PasswordHasher().hash(password)
        return try await self.store.add(
            User(name: name, role: role, passwordHash: hash, hostGroups: hostGroups, created: .now)
        )
    }

    func session(_ user: User.ID) async throws -> Caller {
        let (token, csrf) = (Secret.token(), Secret.token())
        let session = NewSession(hash: Secret.hash(token), user: user, csrf: csrf, address: "", now: .now)
        try await self.store.openSession(session)
        return Caller(cookie: token, csrf: csrf)
    }

    func key(_ user: User.ID, _ scope: APIKey.Scope, expires: Timestamp? = nil) async throws -> Caller {
        let key = "hato_" + Secret.token()
        _ = try await self.store.addAPIKey(
            hash: Secret.hash(key),
            prefix: "hato_",
            user: user,
            name: "test",
            scope: scope,
            expires: expires,
            now: .now
        )
        return Caller(key: key)
    }

    func server(_ nickname: String = "node") async throws -> Int64 {
        try await self.store.add(
            MonitoringServer(
                nickname: nickname,
                type: MonitoringServer.blank.type,
                broker: .init(url: BrokerURL("amqps://arm:s3cret@broker.example/\(nickname)"), queue: nickname)
            )
        )
    }

    func ingest(_ server: Int64, _ events: [NewEvent]) async throws {
        _ = try await self.store.ingest(Batch(server: server, change: .events(events)))
    }

    struct Answer {
        let status: Int
        let headers: HTTPFields
        let text: String

        var json: JSON? { JSON.decode(Array(self.text.utf8)) }
    }

    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        as caller: Caller = Caller(),
        json: String? = nil,
        form: String? = nil,
        headers more: HTTPFields = [:]
    ) async throws -> Answer {
        var headers = caller.headers
        headers.append(contentsOf: more)
        if json != nil { headers[.contentType] = "application/json" }
        if form != nil { headers[.contentType] = "application/x-www-form-urlencoded" }
        return try await self.client.execute(
            uri: path,
            method: method,
            headers: headers,
            body: (json ?? form).map { ByteBuffer(string: $0) }
        ) { response in
            Answer(status: response.status.code, headers: response.headers, text: String(buffer: response.body))
        }
    }
}

extension NewEvent {
    static func line(
        _ number: Int,
        _ brief: String,
        severity: Severity = .info,
        host: String = "web1",
        at seconds: Int64 = 0
    )
        -> NewEvent
    {
        NewEvent(
            eventID: "series-\(number)",
            time: Timestamp(nanoseconds: (1_700_000_000 + seconds) * 1_000_000_000),
            type: .bad,
            severity: severity,
            hostID: host,
            hostName: host,
            brief: brief
        )
    }
}
