import Foundation
import GRDB
import Glibc
import Logging
import Testing

@testable import Spool

@Suite("A spool in trouble", .timeLimit(.minutes(2)))
struct SpoolDamageTests {
    private let directory = TemporaryDirectory()
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private var file: String { "\(self.directory.path)/spool.sqlite" }

    private func open() async throws -> Spool {
        try await Spool.open(directory: self.directory.path, limit: 1 << 30, logger: self.logger)
    }

    private func batch(_ first: Int64, bytes: Int = 10_000) -> SpooledBatch {
        SpooledBatch(firstSequence: first, count: 1, payload: [UInt8](repeating: UInt8(first & 0xFF), count: bytes))
    }

    /// A closed spool with a hundred batches and a position.
    private func fill() async throws -> String {
        let spool = try await self.open()
        try await spool.append((1...100).map { self.batch($0) }, positions: [Position(source: "a", value: [7])])
        await spool.close()
        return spool.id
    }

    private func overwrite(_ range: Range<Int>, with byte: UInt8) throws {
        let handle = try #require(FileHandle(forUpdatingAtPath: self.file))
        try handle.seek(toOffset: UInt64(range.lowerBound))
        try handle.write(contentsOf: Data(repeating: byte, count: range.count))
        try handle.close()
    }

    @Test("a file that is no database is put aside and a new spool begins")
    func noDatabase() async throws {
        let id = try await self.fill()
        try self.overwrite(0..<100, with: 0x58)
        let spool = try await self.open()
        #expect(spool.id != id)
        #expect(spool.status.batches == 0)
        let damaged = try #require(spool.status.damagedFile)
        #expect(FileManager.default.fileExists(atPath: damaged))
        try await spool.append([self.batch(1)])
        await spool.close()
        #expect(try await self.open().status.damagedFile == nil)
    }

    @Test("of a damaged file what can be read goes on under the same name")
    func rescue() async throws {
        let id = try await self.fill()
        let size = self.directory.size(of: "spool.sqlite")
        try self.overwrite(size / 2..<size / 2 + 40_000, with: 0xFF)
        let spool = try await self.open()
        #expect(spool.status.damagedFile != nil)
        #expect(Spool.isSameSpool(spool.id, id))
        #expect(spool.nextSequence == 101)
        #expect(try await spool.positions() == [Position(source: "a", value: [7])])
        let batches = try await spool.batches(after: 0, limit: 1000)
        #expect(batches.count > 10 && batches.count < 100)
        #expect(batches == (1...Int64(batches.count)).map { self.batch($0) })
        #expect(spool.status.unreadEvents == 100 - Int64(batches.count))
        await spool.close()
    }

    @Test("numbers go on behind the rescued batches when the table with the next number is damaged")
    func damagedNumbering() async throws {
        let id = try await self.fill()
        let page = try self.rootPage(of: "spool")
        try self.overwrite((page - 1) * 8192..<page * 8192, with: 0xFF)
        var spool = try await self.open()
        #expect(spool.status.damagedFile != nil)
        #expect(!Spool.isSameSpool(spool.id, id), "its own id is lost")
        #expect(spool.nextSequence == 101)
        #expect(spool.status.unreadEvents == 0)
        await #expect(throws: SpoolError(.outOfOrder, stage: "", reason: "")) {
            try await spool.append([self.batch(1)])
        }
        try await spool.append([self.batch(101)])
        await spool.close()
        spool = try await self.open()
        #expect(try await spool.batches(after: 0, limit: 1000) == (1...101).map { self.batch($0) })
        await spool.close()
    }

    @Test("a batch is never written over another of the same number")
    func noReplacement() async throws {
        let database = try SpoolDatabase(path: nil)
        _ = try await database.commit(SpoolTransaction(batches: [self.batch(1)]))
        await #expect(throws: DatabaseError.self) {
            try await database.commit(SpoolTransaction(batches: [self.batch(1, bytes: 5)]))
        }
        #expect(try await database.batches(after: 0, limit: 2, bytes: .max, except: []) == [self.batch(1)])
    }

    private func rootPage(of table: String) throws -> Int {
        let queue = try DatabaseQueue(path: self.file)
        defer { try? queue.close() }
        let page = try queue.read {
            try Int.fetchOne($0, sql: "SELECT rootpage FROM sqlite_schema WHERE name = ?", arguments: [table])
        }
        return try #require(page)
    }

    @Test("a file of a later version is left alone")
    func newerFormat() async throws {
        _ = try await self.fill()
        let handle = try #require(FileHandle(forUpdatingAtPath: self.file))
        try handle.seek(toOffset: 60)  // user_version in SQLite's header
        try handle.write(contentsOf: Data([0, 0, 0, 99]))
        try handle.close()
        await #expect(throws: SpoolError(.newerFormat, stage: "", reason: "")) { try await self.open() }
        #expect(!self.directory.names.contains { $0.contains("damaged") })
    }

    @Test("when the file may not grow, appending waits, says so, and goes on when it may")
    func fileSizeLimit() async throws {
        let spool = try await self.open()
        try await spool.append([self.batch(1)])
        await spool.close()
        let result = try await ChildScenario.run("refusing disk", directory: self.directory.path)
        #expect(result == "refused, then stored 3")
        let again = try await self.open()
        #expect(try await again.batches(after: 0, limit: 10).map(\.firstSequence) == [1, 2, 3])
        await again.close()
    }

    @Test("killed at any moment, everything acknowledged is there, once, with its position", arguments: 0..<8)
    func killed(round: Int) async throws {
        var acknowledged: Int64 = 0
        for life in 0..<4 {
            let child = try ChildScenario.start("append for ever", directory: self.directory.path)
            // The child reports each acknowledged batch; it is killed at an arbitrary point after some of them.
            let enough = acknowledged + 20 + Int64(life * 7 + round)
            while let line = child.readLine(), let number = Int64(line) {
                acknowledged = number
                if number >= enough { break }
            }
            child.kill()
            while let line = child.readLine(), let number = Int64(line) { acknowledged = number }

            let spool = try await self.open()
            #expect(spool.status.damagedFile == nil)
            let batches = try await spool.batches(after: 0, limit: 100_000)
            let stored = try #require(batches.last?.firstSequence)
            #expect(stored >= acknowledged)
            // The child removes every fifth batch once it is stored; of these some may still be there.
            let kept = { (number: Int64) in number % 5 != 0 }
            #expect(batches.map(\.firstSequence).filter(kept) == (1...stored).filter(kept))
            #expect(batches.allSatisfy { $0 == ChildScenario.batch($0.firstSequence) })
            #expect(spool.nextSequence == stored + 1)
            let position = try #require(try await spool.positions().first)
            #expect(position == Position(source: "source", value: Array("\(stored)".utf8)))
            await spool.close()
            acknowledged = stored
        }
    }
}
