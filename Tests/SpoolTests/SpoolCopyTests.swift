import Foundation
import Logging
import Testing

@testable import Spool

/// A copy of a state directory is equal to the original in every byte, and must give out other ids all the same.
@Suite("A copied spool", .timeLimit(.minutes(1)))
struct SpoolCopyTests {
    private let directory = TemporaryDirectory()
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func open(_ name: String) async throws -> Spool {
        try await Spool.open(directory: "\(self.directory.path)/\(name)", limit: 1 << 30, logger: self.logger)
    }

    private func copy(_ name: String, to other: String) throws {
        try FileManager.default.copyItem(
            atPath: "\(self.directory.path)/\(name)",
            toPath: "\(self.directory.path)/\(other)"
        )
    }

    private func batch(_ first: Int64) -> SpooledBatch { SpooledBatch(firstSequence: first, count: 10, payload: [1]) }

    @Test("put back after its original has gone on, it gives out no id again")
    func putBack() async throws {
        var spool = try await self.open("state")
        try await spool.append([self.batch(1)])
        var runs = [spool.id]
        await spool.close()
        try self.copy("state", to: "backup")

        spool = try await self.open("state")
        try await spool.append([self.batch(11)])
        runs.append(spool.id)
        await spool.close()

        spool = try await self.open("backup")
        #expect(spool.nextSequence == 11)
        #expect(!runs.contains(spool.id))
        #expect(Spool.isSameSpool(spool.id, runs[0]))
        #expect(try await spool.batches(after: 0, limit: 10) == [self.batch(1)])
        await spool.close()
    }

    @Test("two agents from one image have no id in common, each time they are started")
    func image() async throws {
        let original = try await self.open("state")
        await original.close()
        try self.copy("state", to: "other")
        var ids: Set<String> = [original.id]
        for _ in 0..<3 {
            for name in ["state", "other"] {
                let spool = try await self.open(name)
                #expect(ids.insert(spool.id).inserted)
                await spool.close()
            }
        }
    }

    @Test("a run that is begun while the spool is open keeps the numbers and changes the id")
    func anotherRun() async throws {
        let spool = try await self.open("state")
        try await spool.append([self.batch(1)])
        let first = spool.id
        let second = spool.beginRun()
        #expect(spool.id == second)
        #expect(second != first)
        #expect(Spool.isSameSpool(first, second))
        #expect(spool.nextSequence == 11)
        await spool.close()
    }
}
