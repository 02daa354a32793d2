import ArgumentParser
import Foundation
import Store
import Testing

@testable import hatohol_server

@Suite("Commands on the store's files and servers")
struct MaintenanceCommandTests {
    private let directory = FileManager.default.temporaryDirectory
        .appendingPathComponent("commands-\(UUID().uuidString)").path

    private func run(_ arguments: String...) async throws {
        var command = try HatoholServer.parseAsRoot(arguments + ["--data-dir", self.directory])
        guard var asynchronous = command as? any AsyncParsableCommand else { return try command.run() }
        try await asynchronous.run()
    }

    private func add(_ nickname: String) async throws {
        let url = "amqp://broker.example/hatohol"
        try await self.run("server", "add", "--nickname", nickname, "--queue", nickname, "--broker-url", url, "--json")
    }

    private func nicknames(_ file: String = MonitoringStore.fileName) async throws -> [String] {
        let store = try MonitoringStore(path: "\(self.directory)/\(file)")
        defer { try? store.close() }
        return try await store.servers().map(\.nickname)
    }

    /// The names of what restores have kept, oldest first.
    private func kept() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: self.directory)
            .filter { $0.contains(".before-restore-") && !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") }.sorted()
    }

    @Test("two restores keep two stores, whatever is opened in between", arguments: [false, true])
    func restoreTwice(opening: Bool) async throws {
        defer { try? FileManager.default.removeItem(atPath: self.directory) }
        try await self.add("first")
        let backup = self.directory + "/backup.sqlite"
        try await self.run("db", "backup", backup)
        try await self.add("second")
        for round in 1...2 {
            // Each restore holds the lock of a server until its process ends, and here both are in one.
            unlink(self.directory + "/serve.lock")
            try await self.run("db", "restore", backup)
            if opening { #expect(try await self.nicknames() == ["first"]) }
            #expect(try self.kept().count == round)
        }
        #expect(try await self.nicknames() == ["first"])
        #expect(try await self.nicknames(self.kept()[0]) == ["first", "second"])
        #expect(try await self.nicknames(self.kept()[1]) == ["first"])
    }

    @Test("removing a server takes --yes, and goes on without a terminal")
    func remove() async throws {
        defer { try? FileManager.default.removeItem(atPath: self.directory) }
        for nickname in ["first", "second"] { try await self.add(nickname) }
        try await self.run("server", "remove", "1", "--yes")
        #expect(try await self.nicknames() == ["second"])
    }
}
