import AllocationCounter
import GRDB
import Testing

@testable import Spool

/// What passes through the spool is as long as it is; nothing makes copies of it that nobody reads.
@Suite("Memory of the spool")
struct SpoolMemoryTests {
    private static let size = 300_000

    /// The batches 1 to `count`, in a database in memory.
    private func database(_ count: Int64) async throws -> SpoolDatabase {
        let database = try SpoolDatabase(path: nil)
        let payload = [UInt8](repeating: 7, count: Self.size)
        let batches = (1...count).map { SpooledBatch(firstSequence: $0, count: 1, payload: payload) }
        _ = try await database.commit(SpoolTransaction(batches: batches))
        return database
    }

    @Test("a removed batch is counted, and not read")
    func removal() async throws {
        let count: Int64 = 20
        let database = try await self.database(count)
        let (removed, bytes) = try await database.queue.writeWithoutTransaction { database in
            let before = bytes_allocated_by_this_thread()
            let removed = try SpoolDatabase.remove(Array(1...count + 1), in: database)
            return (removed, bytes_allocated_by_this_thread() - before)
        }
        #expect(removed.batches == Int(count))
        #expect(removed.bytes == count * Int64(Self.size + 64))
        #expect(bytes < Self.size * Int(count) / 2, "\(bytes) bytes for \(count) batches of \(Self.size)")
        try database.queue.close()
    }
}
