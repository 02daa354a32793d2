import ArgumentParser
import Foundation
import Store
import Testing

@testable import hatohol_server

@Suite("Commands that change something")
struct AuditTests {
    @Test("are in the audit log, with who, before and after, and without secrets")
    func recorded() async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("audit-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let server = ["--queue", "node", "--broker-url", "amqp://arm:s3cret@broker.example/hatohol", "--json"]
        try await Self.run(["server", "add", "--nickname", "node", "--data-dir", directory] + server)
        let store = try MonitoringStore(directory: directory)
        let hana = User(name: "hana", role: .readonly, passwordHash: "s3cret", created: Timestamp(nanoseconds: 0))
        _ = try await store.add(hana)
        for command in [
            ["server", "update", "1", "--nickname", "node2"], ["user", "change", "hana", "--note", "nights"],
            ["user", "remove", "hana"], ["server", "remove", "1", "--yes"],
        ] {
            try await Self.run(command + ["--data-dir", directory])
        }
        let entries = try await store.audit(limit: 10)
        #expect(
            entries.map { "\($0.action) \($0.subject)" } == [
                "server.remove server/1", "user.remove user/1", "user.change user/1", "server.change server/1",
                "server.add server/1",
            ]
        )
        let person = ProcessInfo.processInfo.environment["SUDO_USER"] ?? NSUserName()
        #expect(entries.allSatisfy { $0.actor == person && $0.address == "command line" })
        #expect(entries.allSatisfy { !$0.before.contains("s3cret") && !$0.after.contains("s3cret") })
        #expect(entries.map(\.before.isEmpty) == [false, false, false, false, true])
        #expect(entries.map(\.after.isEmpty) == [true, true, false, false, false])
        #expect(entries[2].after.contains("nights") && !entries[2].before.contains("nights"))
        #expect(entries[3].before.contains(#""node""#) && entries[3].after.contains(#""node2""#))
        #expect(entries[4].after.contains(#""id":1"#))
        #expect(throws: (any Error).self) { try HatoholServer.parseAsRoot(["user", "change", "hana"]) }
        await #expect(throws: (any Error).self) {
            try await Self.run(["user", "remove", "hana", "--data-dir", directory])
        }
        #expect(try await store.audit(limit: 10).count == 5, "what was not done is not recorded")
        try store.close()
    }

    @Test("keep a broker's password for the same broker only, as the console does")
    func brokerPassword() async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("audit-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        func update(_ options: String...) async throws {
            try await Self.run(["server", "update", "1", "--data-dir", directory] + options)
        }
        let url = "amqps://arm:s3cret@broker.example/hatohol"
        try await Self.run(
            [
                "server", "add", "--nickname", "n", "--queue", "q", "--data-dir", directory, "--json", "--broker-url",
                url,
            ]
        )
        let store = try MonitoringStore(directory: directory)
        for elsewhere in [
            "amqps://arm:***@evil.example/x", "amqps://arm:***@evil.example/x@broker.example",
            "amqp://arm:***@broker.example/x",
        ] {
            await #expect(throws: CommandError.self) { try await update("--broker-url", elsewhere) }
            #expect(try await store.server(1).broker.url.revealed == url)
        }
        try await update("--broker-url", "amqps://arm:***@broker.example/other")
        #expect(try await store.server(1).broker.url.revealed == "amqps://arm:s3cret@broker.example/other")
        let file = directory + "/password"
        try "n3w\n".write(toFile: file, atomically: true, encoding: .utf8)
        try await update("--broker-password-file", file)
        #expect(try await store.server(1).broker.url.revealed == "amqps://arm:n3w@broker.example/other")
        #expect(try await store.audit(limit: 10).allSatisfy { !($0.before + $0.after).contains("n3w") })
        try store.close()
    }

    private static func run(_ arguments: [String]) async throws {
        var command = try HatoholServer.parseAsRoot(arguments)
        guard var asynchronous = command as? any AsyncParsableCommand else { return try command.run() }
        try await asynchronous.run()
    }
}
