import Logging
import Operations
import Store
import TestSupport
import Testing

@testable import hatohol_server

/// What is tidied by the server, also without a console.
@Suite(.timeLimit(.minutes(2)))
struct HousekeepingTests {
    private let directory: TemporaryDirectory
    private let store: MonitoringStore

    init() throws {
        self.directory = try TemporaryDirectory()
        self.store = try MonitoringStore(directory: self.directory.path)
    }

    private func whileTidying(_ log: CollectingLog, _ body: () async throws -> Void) async throws {
        let housekeeping = Housekeeping(store: self.store, settings: Settings(), logger: log.logger)
        let running = Task { try await housekeeping.run() }
        defer { running.cancel() }
        try await body()
    }

    @Test func oldSessionsAreForgotten() async throws {
        let user = try await self.store.add(User(name: "hana", role: .admin, created: .now))
        let (old, recent) = (Secret.hash("old"), Secret.hash("recent"))
        for (hash, age) in [(old, 604_801), (recent, 60)] as [([UInt8], Int64)] {
            let opened = Timestamp.now.advanced(seconds: -age)
            try await self.store.openSession(NewSession(hash: hash, user: user, csrf: "", address: "", now: opened))
        }
        try await self.whileTidying(CollectingLog()) {
            try await eventually("the end of the old session") { try await self.store.session(hash: old) == nil }
        }
        #expect(try await self.store.session(hash: recent) != nil)
    }

    @Test func aFailureIsInTheLog() async throws {
        let log = CollectingLog()
        try self.store.close()
        try await self.whileTidying(log) {
            try await eventually("three warnings") { log.lines(.warning).count >= 3 }
        }
        for step in ["old events", "sessions that have ended", "handling of deleted events"] {
            #expect(log.lines(.warning).contains { $0.contains(step) && $0.contains("reason=") }, "\(step)")
        }
    }
}
