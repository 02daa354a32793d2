import Glibc
import Logging
import TestSupport
import Testing

@testable import Spool

/// What needs room can wait for it only if it can come from somewhere else.
@Suite(
    "A spool on a full disk",
    .enabled(if: SmallFileSystem.isPermitted, SmallFileSystem.hint),
    .timeLimit(.minutes(5))
)
struct SpoolRoomTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let disk: SmallFileSystem

    init() throws { self.disk = try #require(SmallFileSystem(bytes: 48 << 20, files: 40)) }

    private func open() async throws -> Spool {
        try await Spool.open(directory: self.disk.file("state"), limit: 1 << 30, logger: self.logger)
    }

    private func sequences(_ spool: Spool, after sequence: Int64 = 0) async throws -> [Int64] {
        try await spool.batches(after: sequence, limit: 10_000).map(\.firstSequence)
    }

    /// Fills the disk with batches, and what is left to the last byte, in a process that is killed then.
    private func killOnAFullDisk() async throws {
        let child = try ChildScenario.start("append for ever, large", directory: self.disk.file("state"))
        try await eventually("the disk is full") { self.disk.free < 200_000 }
        child.kill()
        self.disk.fill()
    }

    @Test("that a killed process filled opens, delivers, gives room back, and takes new batches")
    func afterAKill() async throws {
        try await self.killOnAFullDisk()
        let spool = try await self.open()
        let all = try await self.sequences(spool)
        #expect(all.count > 100 && all == Array(1...Int64(all.count)))
        try await spool.remove(firstSequences: all)
        // 16 MiB stay for the next batches.
        try await eventually("the file is short") { self.disk.size(of: "state/spool.sqlite") < 17 << 20 }
        let next = spool.nextSequence
        for number in 0..<200 { try await spool.append([ChildScenario.large(next + Int64(number))]) }
        await spool.close()
        let again = try await self.open()
        #expect(try await self.sequences(again) == Array(next..<(next + 200)))
        await again.close()
    }

    @Test("stays removed what was removed, whoever takes the room that comes back")
    func removalsNeedNoRoom() async throws {
        try await self.killOnAFullDisk()
        var spool = try await self.open()
        let all = try await self.sequences(spool)
        for first in all where first % 2 == 0 {
            self.disk.fill()
            try await spool.remove(firstSequences: [first])
        }
        await spool.close()
        self.disk.fill()
        spool = try await self.open()
        #expect(try await self.sequences(spool) == all.filter { $0 % 2 == 1 })
        try await spool.remove(firstSequences: self.sequences(spool))
        await spool.close()
        spool = try await self.open()
        #expect(try await self.sequences(spool).isEmpty)
        await spool.close()
    }

    @Test("takes twice what the disk holds while it is delivered, and nothing is lost")
    func delivery() async throws {
        let spool = try await self.open()
        let count: Int64 = 1000
        let appending = Task {
            for first in 1...count { try await spool.append([ChildScenario.large(first)]) }
        }
        while spool.status.lastError == nil { try await Task.sleep(for: .milliseconds(5)) }
        self.disk.fill()
        var last: Int64 = 0
        while last < count {
            try await spool.waitForBatch(after: last)
            for batch in try await spool.batches(after: last, limit: 20) {
                #expect(batch == ChildScenario.large(last + 1))
                last = batch.firstSequence
                try await spool.remove(firstSequences: [last])
            }
        }
        try await appending.value
        await spool.close()
    }
}
