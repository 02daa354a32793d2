import Glibc
import Logging
import Testing

@testable import Spool

@Suite(
    "A disk that takes nothing",
    .enabled(if: SmallFileSystem.isPermitted, SmallFileSystem.hint),
    .timeLimit(.minutes(2))
)
struct SpoolDiskTests {
    enum Trouble: CaseIterable, Sendable {
        case full
        case noInodes
        case readOnly
    }

    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func begin(_ trouble: Trouble, on disk: SmallFileSystem) {
        switch trouble {
        case .full: disk.fill()
        case .noInodes: disk.useUpInodes()
        case .readOnly: disk.setReadOnly(true)
        }
    }

    private func end(_ trouble: Trouble, on disk: SmallFileSystem) {
        disk.setReadOnly(false)
        disk.clear()
    }

    private func open(_ disk: SmallFileSystem) async throws -> Spool {
        try await Spool.open(directory: disk.file("state"), limit: 1 << 20, logger: self.logger)
    }

    private func batch(_ first: Int64) -> SpooledBatch {
        SpooledBatch(firstSequence: first, count: 10, payload: [UInt8](repeating: 7, count: 1000))
    }

    @Test("at the start is an error that may pass, and leaves nothing behind that hinders", arguments: Trouble.allCases)
    func atTheStart(trouble: Trouble) async throws {
        let disk = try #require(SmallFileSystem(bytes: 8 << 20, files: 40))
        self.begin(trouble, on: disk)
        for _ in 0..<3 {
            await #expect(throws: SpoolError(.unwritable, stage: "", reason: "")) { try await self.open(disk) }
        }
        self.end(trouble, on: disk)
        let spool = try await self.open(disk)
        try await spool.append([self.batch(1)])
        await spool.close()
    }

    @Test("keeps what is there: a spool opens on a full disk, or says that it may pass", arguments: Trouble.allCases)
    func withASpool(trouble: Trouble) async throws {
        let disk = try #require(SmallFileSystem(bytes: 8 << 20, files: 40))
        var spool = try await self.open(disk)
        try await spool.append([self.batch(1)], positions: [Position(source: "a", value: [1])])
        await spool.close()
        self.begin(trouble, on: disk)
        do {
            let early = try await self.open(disk)
            #expect(try await early.batches(after: 0, limit: 10) == [self.batch(1)])
            await early.close()
        } catch let error as SpoolError {
            #expect(error.code == .unwritable)
        }
        self.end(trouble, on: disk)
        spool = try await self.open(disk)
        #expect(try await spool.batches(after: 0, limit: 10) == [self.batch(1)])
        #expect(try await spool.positions() == [Position(source: "a", value: [1])])
        await spool.close()
    }

    @Test("while it runs: appending waits, says why, and goes on when there is room")
    func meanwhile() async throws {
        // Room for a log of what is appended: it is not cut before it has 32 MiB.
        let disk = try #require(SmallFileSystem(bytes: 32 << 20, files: 40))
        let spool = try await self.open(disk)
        try await spool.append([self.batch(1)])
        disk.fill()
        let appending = Task {
            for number in 1..<200 { try await spool.append([self.batch(Int64(number * 10 + 1))]) }
        }
        while spool.status.lastError == nil { try await Task.sleep(for: .milliseconds(5)) }
        disk.clear()
        try await appending.value
        #expect(spool.status.lastError == nil)
        #expect(spool.status.batches == 200)
        await spool.close()
    }

    @Test("while it runs: an append that is refused can be called back, and what comes after it is stored")
    func calledBack() async throws {
        let disk = try #require(SmallFileSystem(bytes: 8 << 20, files: 40))
        var spool = try await self.open(disk)
        disk.fill()
        // More than the spool has taken of the disk, so that it is refused.
        let large = SpooledBatch(firstSequence: 1, count: 1, payload: [UInt8](repeating: 1, count: 4 << 20))
        let appending = Task { [spool] in try await spool.append([large]) }
        while spool.status.lastError == nil { try await Task.sleep(for: .milliseconds(5)) }
        appending.cancel()
        await #expect(throws: CancellationError.self) { try await appending.value }
        disk.clear()
        try await spool.append([self.batch(2)])
        #expect(spool.status.lastError == nil)
        await spool.close()
        spool = try await self.open(disk)
        #expect(try await spool.batches(after: 0, limit: 10) == [self.batch(2)])
        await spool.close()
    }
}
