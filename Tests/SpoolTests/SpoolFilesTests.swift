import Foundation
import GRDB
import Glibc
import Logging
import TestSupport
import Testing

@testable import Spool

/// What happens to the files of an open spool from outside.
@Suite("Files that others touch", .timeLimit(.minutes(2)))
struct SpoolFilesTests {
    private let directory = TemporaryDirectory()
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private var state: String { "\(self.directory.path)/state" }

    private func open() async throws -> Spool {
        try await Spool.open(directory: self.state, limit: 1 << 30, logger: self.logger)
    }

    private func batch(_ first: Int64) -> SpooledBatch {
        SpooledBatch(firstSequence: first, count: 1, payload: [UInt8](repeating: UInt8(first & 0xFF), count: 100_000))
    }

    enum Deed: CaseIterable {
        case directoryDeleted, filesDeleted, databaseDeleted, logDeleted, lockDeleted, backupPutBack
    }

    private func `do`(_ deed: Deed) throws {
        let files = FileManager.default
        func delete(_ names: String...) throws {
            for name in names { try files.removeItem(atPath: "\(self.state)/\(name)") }
        }
        switch deed {
        case .directoryDeleted: try files.removeItem(atPath: self.state)
        case .filesDeleted: try delete("spool.sqlite", "spool.sqlite-wal", "spool.lock")
        case .databaseDeleted: try delete("spool.sqlite")
        case .logDeleted: try delete("spool.sqlite-wal")
        case .lockDeleted: try delete("spool.lock")
        case .backupPutBack:
            try delete("spool.sqlite")
            try Data("a backup".utf8).write(to: URL(filePath: "\(self.state)/spool.sqlite"))
        }
    }

    @Test(
        "deleted or replaced under the open spool, they are made anew with all that was in them",
        arguments: Deed.allCases
    )
    func deleted(deed: Deed) async throws {
        var spool = try await self.open()
        let id = spool.id
        // More than memory holds, some of it removed.
        try await spool.append((1...60).map { self.batch($0) }, positions: [Position(source: "a", value: [1])])
        try await spool.remove(firstSequences: [2])
        spool.lookAfterFiles()
        #expect(spool.status.loss == nil)

        try self.do(deed)
        try await spool.append([self.batch(61)])
        spool.lookAfterFiles()
        #expect(spool.status.loss != nil)
        try await spool.append([self.batch(62)], positions: [Position(source: "b", value: [2])])
        try await eventually("new files") {
            spool.status.loss?.hasPrefix("the files of the spool were deleted or replaced while it was open; ") ?? false
        }
        #expect(spool.status.lastError == nil)
        #expect(spool.id == id)
        let expected = (1...62).filter { $0 != 2 }.map { self.batch($0) }
        #expect(try await spool.batches(after: 0, limit: 100) == expected)
        spool.lookAfterFiles()
        try await spool.remove(firstSequences: [1])
        await spool.close()

        spool = try await self.open()
        #expect(spool.status.loss == nil)
        #expect(spool.nextSequence == 63)
        #expect(try await spool.batches(after: 0, limit: 100) == Array(expected.dropFirst()))
        #expect(try await spool.positions().count == 2)
        await spool.close()
        let names = try FileManager.default.contentsOfDirectory(atPath: self.state)
        #expect(names.contains { $0.contains("replaced") } == (deed == .backupPutBack))
    }

    @Test("nothing is taken while another process has the directory, and all is when it has gone")
    func otherProcess() async throws {
        let spool = try await self.open()
        try await spool.append([self.batch(1)])
        try self.do(.directoryDeleted)
        let other = try await self.open()
        spool.lookAfterFiles()
        try await eventually("the reason") { spool.status.lastError?.contains("is using it") ?? false }
        let waiting = Task { try await spool.append([self.batch(2)]) }
        #expect(try await spool.batches(after: 0, limit: 10) == [self.batch(1)])
        await other.close()
        try await waiting.value
        #expect(spool.status.lastError == nil)
        await spool.close()
        let again = try await self.open()
        #expect(try await again.batches(after: 0, limit: 10) == [self.batch(1), self.batch(2)])
        await again.close()
    }

    @Test("closed while its files are missing and cannot be made, it accepts nothing into nowhere")
    func closedMeanwhile() async throws {
        let spool = try await self.open()
        try self.do(.directoryDeleted)
        let other = try await self.open()
        spool.lookAfterFiles()
        let waiting = Task { try await spool.append([self.batch(1)]) }
        try await eventually("the append") { spool.nextSequence == 2 }
        await spool.close()
        await #expect(throws: SpoolError(.closed, stage: "", reason: "")) { try await waiting.value }
        await other.close()
    }

    @Test("a program that reads the file makes opening wait, and says which file it is about")
    func reader() async throws {
        await (try self.open()).close()
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let reader = try DatabaseQueue(path: "\(self.state)/spool.sqlite", configuration: configuration)
        try reader.inDatabase { database in
            try database.execute(sql: "BEGIN; SELECT * FROM spool")
        }
        await #expect(throws: SpoolError(.busy, stage: "", reason: "")) { try await self.open() }
        try reader.inDatabase { try $0.execute(sql: "COMMIT") }
        try reader.close()
        await (try self.open()).close()
    }
}
