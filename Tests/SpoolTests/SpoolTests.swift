import GRDB
import Glibc
import Logging
import TestSupport
import Testing

@testable import Spool

@Suite("Keeping batches and positions", .timeLimit(.minutes(2)))
struct SpoolTests {
    private let directory = TemporaryDirectory()
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func open(limit: Int64 = 1 << 30) async throws -> Spool {
        try await Spool.open(directory: self.directory.path, limit: limit, logger: self.logger)
    }

    private func batch(_ first: Int64, count: Int = 10, bytes: Int = 100) -> SpooledBatch {
        SpooledBatch(firstSequence: first, count: count, payload: [UInt8](repeating: UInt8(first & 0xFF), count: bytes))
    }

    @Test("what was appended is there in order, also after closing and opening")
    func reopening() async throws {
        var spool = try await self.open()
        let id = spool.id
        #expect(id.utf8.count == 26)
        #expect(spool.nextSequence == 1)
        try await spool.append([self.batch(1), self.batch(11)], positions: [Position(source: "a", value: [1])])
        try await spool.append([self.batch(21)], positions: [Position(source: "b", value: [2, 0, 255])])
        #expect(try await spool.batches(after: 0, limit: 10) == [1, 11, 21].map { self.batch($0) })
        #expect(try await spool.batches(after: 1, limit: 1) == [self.batch(11)])
        #expect(try await spool.batches(after: 21, limit: 1) == [])
        await spool.close()

        spool = try await self.open()
        #expect(spool.id != id)
        #expect(spool.id > id, "ids sort by the time at which their run began")
        #expect(Spool.isSameSpool(spool.id, id))
        #expect(spool.nextSequence == 31)
        #expect(try await spool.batches(after: 0, limit: 2) == [self.batch(1), self.batch(11)])
        #expect(try await spool.batches(after: 11, limit: 2) == [self.batch(21)])
        let positions = Set(try await spool.positions())
        #expect(positions == [Position(source: "a", value: [1]), Position(source: "b", value: [2, 0, 255])])
        #expect(spool.status.batches == 3)
        #expect(spool.status.bytes == 3 * self.batch(1).footprint)
        await spool.close()
    }

    @Test("numbers are never used again, also when all batches are gone")
    func numbering() async throws {
        var spool = try await self.open()
        try await spool.append([self.batch(1, count: 1000)])
        try await spool.remove(firstSequences: [1])
        #expect(try await spool.batches(after: 0, limit: 1).isEmpty)
        await spool.close()
        spool = try await self.open()
        #expect(spool.nextSequence == 1001)
        #expect(spool.status.batches == 0)
        await #expect(throws: SpoolError(.outOfOrder, stage: "", reason: "")) {
            try await spool.append([self.batch(1000)])
        }
        try await spool.append([self.batch(1001)])
        await spool.close()
    }

    @Test("removed batches are gone for readers at once and for the file soon; the others stay in order")
    func removal() async throws {
        var spool = try await self.open()
        try await spool.append((0..<20).map { self.batch($0 * 10 + 1) })
        try await spool.remove(firstSequences: [1, 21, 191, 12345])
        let expected = (0..<20).map { $0 * 10 + 1 }.filter { ![1, 21, 191].contains($0) }
        #expect(try await spool.batches(after: 0, limit: 100).map(\.firstSequence) == expected.map(Int64.init))
        while spool.status.batches != 17 { await Task.yield() }
        await spool.close()
        spool = try await self.open()
        #expect(try await spool.batches(after: 0, limit: 100).map(\.firstSequence) == expected.map(Int64.init))
        try await spool.remove(firstSequences: expected.map(Int64.init))
        #expect(try await spool.batches(after: 0, limit: 100).isEmpty)
        await spool.close()
    }

    @Test(
        "what is removed is what was named, in any order and whatever lies between",
        arguments: [
            [6, 2, 9, 1, 5], [1], [9], [5, 4, 6], [1, 4, 6], [3, 4, 5, 7], [0, 10], [4],
            [8, 7, 6, 5, 3, 2, 1], [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 10],
        ] as [[Int64]]
    )
    func removalInAnyOrder(_ named: [Int64]) async throws {
        let stored: [Int64] = [1, 2, 3, 5, 6, 7, 8, 9]
        let database = try SpoolDatabase(path: nil)
        let batches = stored.map { self.batch($0, count: 1, bytes: Int($0)) }
        _ = try await database.commit(SpoolTransaction(batches: batches))

        let removed = try await database.commit(SpoolTransaction(removals: named))
        let gone = stored.filter { named.contains($0) }
        let left = try await database.batches(after: 0, limit: .max, bytes: .max, except: [])
        #expect(left == batches.filter { !gone.contains($0.firstSequence) })
        #expect(removed.batches == gone.count)
        #expect(removed.bytes == gone.reduce(0) { $0 + $1 + 64 })
        try database.queue.close()
    }

    @Test("thousands are removed in parts, and what lies between the parts stays")
    func removalOfThousands() async throws {
        let database = try SpoolDatabase(path: nil)
        let stored = Array(1...Int64(3500))
        let batches = stored.map { self.batch($0, count: 1) }
        _ = try await database.commit(SpoolTransaction(batches: batches))
        let kept = stored.filter { $0 % 7 == 0 }
        let named = stored.filter { $0 % 7 != 0 }
        #expect(try await database.commit(SpoolTransaction(removals: named.reversed())).batches == named.count)
        let left = try await database.batches(after: 0, limit: .max, bytes: .max, except: [])
        #expect(left.map(\.firstSequence) == kept)
        try database.queue.close()
    }

    @Test("a position is replaced by the next, removed by an empty one, and never ahead of its batches")
    func positions() async throws {
        let spool = try await self.open()
        try await spool.append([], positions: [Position(source: "a", value: [1]), Position(source: "b", value: [1])])
        try await spool.append([self.batch(1)], positions: [Position(source: "a", value: [2])])
        try await spool.append([], positions: [Position(source: "b", value: [])])
        #expect(try await spool.positions() == [Position(source: "a", value: [2])])
        await spool.close()
        let again = try await self.open()
        #expect(try await again.positions() == [Position(source: "a", value: [2])])
        await again.close()
    }

    @Test("more than the memory holds is read from the file, in order and without gaps")
    func beyondTheCache() async throws {
        let spool = try await self.open()
        let count: Int64 = 60
        for first in 1...count { try await spool.append([self.batch(first, count: 1, bytes: 1 << 20)]) }
        try await spool.remove(firstSequences: [1, 30, 59])
        var read: [Int64] = []
        while let next = try await spool.batches(after: read.last ?? 0, limit: 7).map(\.firstSequence).nonEmpty {
            read += next
        }
        #expect(read == (1...count).filter { ![1, 30, 59].contains($0) })
        await spool.close()
    }

    @Test("delivery is behind while batches leave and more wait than memory holds")
    func behind() async throws {
        let spool = try await self.open()
        for first in 1...Int64(20) { try await spool.append([self.batch(first, count: 1, bytes: 1 << 20)]) }
        #expect(!spool.isBehind, "nothing is being delivered")
        var wasBehind = false
        // Once would do, but for a machine on which more than a second passes between the two.
        for first in 1...Int64(5) where !wasBehind {
            try await spool.remove(firstSequences: [first])
            wasBehind = spool.isBehind
        }
        #expect(wasBehind)
        try await spool.remove(firstSequences: Array(2...18))
        #expect(!spool.isBehind, "memory holds the rest")
        await spool.close()
    }

    @Test("an empty payload is stored like any other")
    func emptyPayload() async throws {
        var spool = try await self.open()
        try await spool.append([SpooledBatch(firstSequence: 1, count: 1, payload: [])])
        await spool.close()
        spool = try await self.open()
        #expect(
            try await spool.batches(after: 0, limit: 2) == [SpooledBatch(firstSequence: 1, count: 1, payload: [])]
        )
        await spool.close()
    }

    @Test("many callers at once share transactions and lose nothing")
    func concurrency() async throws {
        let spool = try await self.open()
        let numbers = Numbers(spool)
        try await withThrowingTaskGroup { group in
            for caller in 0..<50 {
                group.addTask {
                    for round in 0..<20 { try await numbers.append(caller: caller, round: round) }
                }
            }
            try await group.waitForAll()
        }
        let batches = try await spool.batches(after: 0, limit: 10_000)
        #expect(batches.map(\.firstSequence) == Array(1...1000))
        #expect(Set(batches.map(\.payload)).count == 1000)
        #expect(try await spool.positions().count == 50)
        #expect(try await spool.positions().allSatisfy { $0.value == [19] })
        await spool.close()
    }

    @Test("full, it makes callers wait until there is room, and a closed one sends them away")
    func backPressure() async throws {
        let spool = try await self.open(limit: 1000)
        try await spool.append([self.batch(1, bytes: 900)])
        let waiting = Task { try await spool.append([self.batch(11, bytes: 900)]) }
        while !spool.status.isFull { await Task.yield() }
        #expect(try await spool.batches(after: 0, limit: 10).count == 1)
        try await spool.remove(firstSequences: [1])
        try await waiting.value
        #expect(try await spool.batches(after: 0, limit: 10).map(\.firstSequence) == [11])

        let late = Task { try await spool.append([self.batch(21, bytes: 900)]) }
        while !spool.status.isFull { await Task.yield() }
        await spool.close()
        await #expect(throws: SpoolError(.closed, stage: "", reason: "")) { try await late.value }
        await #expect(throws: SpoolError(.closed, stage: "", reason: "")) { try await spool.append([]) }
    }

    @Test("a batch larger than the limit goes through an empty spool")
    func oversize() async throws {
        let spool = try await self.open(limit: 1000)
        try await spool.append([self.batch(1, bytes: 5000)])
        #expect(spool.status.batches == 1)
        await spool.close()
    }

    @Test("a caller that is cancelled while it waits has stored nothing")
    func cancellation() async throws {
        let spool = try await self.open(limit: 1000)
        try await spool.append([self.batch(1, bytes: 900)])
        let waiting = Task { try await spool.append([self.batch(11, bytes: 900)]) }
        while !spool.status.isFull { await Task.yield() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        #expect(!spool.status.isFull)
        try await spool.remove(firstSequences: [1])
        try await spool.append([self.batch(21)])
        #expect(try await spool.batches(after: 0, limit: 10).map(\.firstSequence) == [21])
        await spool.close()
    }

    @Test("waiting for a batch ends with the batch, the task or the spool")
    func waiting() async throws {
        let spool = try await self.open()
        try await spool.append([self.batch(1)])
        try await spool.waitForBatch(after: 0)
        let next = Task { try await spool.waitForBatch(after: 1) }
        let cancelled = Task { try await spool.waitForBatch(after: 100) }
        let last = Task { try await spool.waitForBatch(after: 100) }
        try await spool.remove(firstSequences: [1])
        try await spool.append([self.batch(11)])
        try await next.value
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        await spool.close()
        await #expect(throws: SpoolError(.closed, stage: "", reason: "")) { try await last.value }
    }

    @Test("one spool for each directory, and the error names the process that has it")
    func lock() async throws {
        let spool = try await self.open()
        do {
            _ = try await self.open()
            Issue.record("opened twice")
        } catch let error as SpoolError {
            #expect(error.code == .inUse)
            #expect(error.description.contains("process \(getpid()) is using it"))
        }
        await spool.close()
        await (try await self.open()).close()
    }

    @Test("directory and files are for their owner only")
    func permissions() async throws {
        let nested = "\(self.directory.path)/new/state"
        let spool = try await Spool.open(directory: nested, limit: 1000, logger: self.logger)
        try await spool.append([self.batch(1)])
        for name in ["", "/spool.sqlite", "/spool.sqlite-wal", "/spool.lock"] {
            var status = stat()
            #expect(stat(nested + name, &status) == 0)
            #expect(status.st_mode & 0o077 == 0, "\(name)")
        }
        await spool.close()
    }

    @Test("a directory that cannot be made is an error that says why")
    func unusableDirectory() async throws {
        await #expect(throws: SpoolError(.cannotOpen, stage: "", reason: "")) {
            try await Spool.open(directory: "/proc/none/state", limit: 1, logger: self.logger)
        }
    }

    @Test("space is given back after a backlog is gone")
    func space() async throws {
        let spool = try await self.open()
        let payload = 1 << 20
        for first in 1...100 { try await spool.append([self.batch(Int64(first), count: 1, bytes: payload)]) }
        #expect(self.directory.size(of: "spool.sqlite") + self.directory.size(of: "spool.sqlite-wal") > 90 * payload)
        for first in 1...100 {
            try await spool.remove(firstSequences: [Int64(first)])
            try await spool.append([self.batch(Int64(first) + 1000, count: 1)])
        }
        #expect(self.directory.size(of: "spool.sqlite-wal") < 40 * payload)
        // Without anything else being written.
        try await eventually("the file is short") { self.directory.size(of: "spool.sqlite") < 60 * payload }
        await spool.close()
        #expect(self.directory.size(of: "spool.sqlite") < 60 * payload)
        #expect(self.directory.size(of: "spool.sqlite-wal") == SpoolRoom.logBytes)
    }

    @Test("in memory it behaves the same")
    func memory() async throws {
        let spool = try Spool.inMemory(limit: 1000, logger: self.logger)
        try await spool.append([self.batch(1)], positions: [Position(source: "a", value: [1])])
        #expect(try await spool.batches(after: 0, limit: 1) == [self.batch(1)])
        try await spool.remove(firstSequences: [1])
        await spool.close()
    }
}

/// Hands out numbers and appends under them, as the recorder of an arm does.
private actor Numbers {
    private let spool: Spool
    private var next: Int64 = 1

    init(_ spool: Spool) { self.spool = spool }

    func append(caller: Int, round: Int) async throws {
        let batch = SpooledBatch(firstSequence: self.next, count: 1, payload: Array("\(caller) \(round)".utf8))
        self.next += 1
        try await self.spool.append([batch], positions: [Position(source: "\(caller)", value: [UInt8(round)])])
    }
}

extension Array {
    fileprivate var nonEmpty: Self? { self.isEmpty ? nil : self }
}
