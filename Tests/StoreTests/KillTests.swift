import Foundation
import Store
import Testing

/// The child process of ``KillTests`` is this test program again, told by its environment to be the victim.
private let victimDirectory = ProcessInfo.processInfo.environment["STORE_TESTS_VICTIM"]

@Suite("A process that is killed")
struct KillTests {
    @Test(
        "leaves a sound store with every batch it was told is stored, each once",
        .enabled(if: victimDirectory == nil)
    )
    func kill() async throws {
        let temporary = try TemporaryStore()
        let acknowledged = temporary.directory + "/acknowledged"
        for round in 1...4 {
            let victim = try Self.startVictim(temporary.directory)
            let deadline = ContinuousClock.now + .seconds(60)
            while Self.lines(acknowledged) < round * 40, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(Int64.random(in: 1...20)))
            }
            Glibc.kill(victim.processIdentifier, SIGKILL)
            victim.waitUntilExit()
        }
        let batches = Self.lines(acknowledged)
        #expect(batches >= 160)
        let store = try temporary.another()
        try await store.check()
        let events = try await store.events(EventQuery(limit: 1_000_000)).map(\.content.eventID)
        #expect(Set(events).count == events.count)
        #expect(events.count >= batches * Self.batch)
        #expect(events.count % Self.batch == 0, "a batch is stored as a whole")
        #expect(try await store.lastInfo(.event, server: 1) == "\(events.count / Self.batch - 1)")
        #expect(try await CountsTests.kept(store) == CountsTests.counted(store))
        try store.close()
    }

    private static let batch = 50

    /// Stores batch after batch, beginning with the first one that may not be there, and says so after each.
    @Test(.enabled(if: victimDirectory != nil))
    func victim() async throws {
        let directory = try #require(victimDirectory)
        let store = try MonitoringStore(directory: directory)
        let file = try #require(fopen(directory + "/acknowledged", "a"))
        var number = max(Self.lines(directory + "/acknowledged") - 5, 0)
        while true {
            let numbers = number * Self.batch..<(number + 1) * Self.batch
            let lastInfo = try await store.lastInfo(.event, server: 1)
            let events = numbers.map { EventTests.event($0) }
            let position = max(number, Int(lastInfo) ?? 0)
            let receipt = try await store.ingest(Batch(server: 1, change: .events(events), lastInfo: "\(position)"))
            if receipt.stored > 0 {
                fputs("\(number)\n", file)
                fflush(file)
            }
            number += 1
        }
    }

    private static func startVictim(_ directory: String) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["--testing-library", "swift-testing", "--filter", "KillTests/victim"]
        process.environment = ProcessInfo.processInfo.environment.merging(["STORE_TESTS_VICTIM": directory]) { $1 }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    private static func lines(_ path: String) -> Int {
        (try? Data(contentsOf: URL(fileURLWithPath: path)))?.count { $0 == UInt8(ascii: "\n") } ?? 0
    }
}
