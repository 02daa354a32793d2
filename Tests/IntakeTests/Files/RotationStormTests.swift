import Glibc
import TestSupport
import Testing

@testable import Intake

/// Numbered lines 0..<N, written while files are rotated and the follower is stopped, killed and started.
///
/// What arrives must be exactly these numbers, each once, and in the order of the file.
@Suite("Rotation storms", .timeLimit(.minutes(5)))
struct RotationStormTests {
    private static let lines = 6000

    /// The ways logrotate and its relatives rotate.
    enum Rotation: String, CaseIterable, Sendable {
        case renameAndCreate
        case renameMatched
        case truncateWhenRead
        case copyTruncate
        case copyTruncateMatched
        /// Compressed at the next rotation, as by `delaycompress`.
        case compressLater
        /// Compressed at once.
        case compress

        /// The names after a rotation match the pattern as well.
        var isMatched: Bool { self != .renameAndCreate && self != .truncateWhenRead && self != .copyTruncate }

        /// Where such a log may lie.
        var layouts: [LogLayout] { self.isMatched ? LogLayout.besideRotations : LogLayout.allCases }
    }

    /// A way of rotating, and where the log lies.
    struct Weather: Sendable, CustomTestStringConvertible {
        var rotation: Rotation
        var layout: LogLayout

        static let all = Rotation.allCases.flatMap { rotation in
            rotation.layouts.map { Weather(rotation: rotation, layout: $0) }
        }

        var testDescription: String { "\(self.rotation.rawValue), \(self.layout.rawValue)" }
    }

    @Test("no line is lost or repeated", arguments: Weather.all, [1, 2])
    func storm(weather: Weather, seed: UInt64) async throws {
        let (sink, rotation) = (RecordCollector(), weather.rotation)
        let site = LogSite(weather.layout, isWild: rotation.isMatched)
        let writer = Task.detached { try await self.write(rotation, to: site.path, seed: seed, sink: sink) }
        defer { writer.cancel() }
        var random = SeededRandom(seed: seed &+ 1000)
        var isWritten = false
        while !isWritten, !Task.isCancelled {
            let tail = try self.tail(site, resuming: await sink.storedPositions)
            let next = await sink.lines.count + Int.random(in: 1...1500, using: &random)
            if next < Self.lines, Bool.random(using: &random) {
                let isLastOneStored = Bool.random(using: &random)
                let killing = KillingSink(sink, limit: next, isLastOneStored: isLastOneStored)
                await #expect(throws: KillingSink.Killed.self) { try await tail.run(into: killing) }
            } else {
                try await withRunning(tail, into: sink) { await sink.wait(for: min(next, Self.lines)) }
            }
            isWritten = await sink.lines.count >= Self.lines
        }
        try await writer.value
        // One more run: what is not over may not come again.
        try await withRunning(try self.tail(site, resuming: await sink.storedPositions), into: sink) {
            LogWriter(site.path).write("the end\n")
            await sink.wait(for: Self.lines + 1)
        }
        let expected = (0..<Self.lines).map { "line number \($0)" } + ["the end"]
        let texts = await sink.texts
        #expect(texts.count == expected.count)
        let difference = zip(texts, expected).first { $0 != $1 }
        #expect(difference == nil, "first difference: \(String(describing: difference))")
    }

    private func tail(_ site: LogSite, resuming positions: [SourcePosition]) throws -> FileTail {
        try site.tail(resuming: positions) { ($0.auditInterval, $0.chunkSize) = (.milliseconds(50), 4096) }
    }

    /// Writes all lines and rotates now and then, as a program and its logrotate do.
    private func write(_ rotation: Rotation, to path: String, seed: UInt64, sink: RecordCollector) async throws {
        var random = SeededRandom(seed: seed)
        var writer = LogWriter(path)
        var number = 0
        var generation = 0
        var rotated = 0
        while number < Self.lines {
            for _ in 0..<min(Int.random(in: 1...400, using: &random), Self.lines - number) {
                writer.write("line number \(number)\n")
                number += 1
                if number % 50 == 0 { await Task.yield() }
            }
            guard number < Self.lines else { return }
            let written = number
            switch rotation {
            case .renameAndCreate, .renameMatched:
                // Of names that no pattern matches, the follower finds again what it has seen, and no more.
                if rotation == .renameAndCreate { await sink.wait { $0.count >= written } }
                generation = self.shift(generation, of: path)
                rename(path, path + ".1")
                if Bool.random(using: &random) { writer.write("line number \(number)\n") } else { number -= 1 }
                number += 1
                writer = LogWriter(path)
            case .compress, .compressLater:
                generation = self.shift(generation, of: path)
                rename(path, path + ".1")
                if Bool.random(using: &random) { writer.write("line number \(number)\n") } else { number -= 1 }
                number += 1
                writer = LogWriter(path)
                try await self.compress(rotation == .compress ? path + ".1" : path + ".2", seed: seed)
            case .truncateWhenRead:
                await sink.wait { $0.count >= written }
                writer.truncate()
            case .copyTruncate, .copyTruncateMatched:
                // A copy is known by what was read of the original; of each generation something has to be.
                let before = rotated
                await sink.wait { $0.count > before }
                // The program is held while the copy is made: the lines in between are what this way of rotating loses.
                generation = self.shift(generation, of: path)
                LogWriter(path + ".1").write(try self.contents(of: path))
                writer.truncate()
                // Before the next rotation the follower has to have seen this one.
                await sink.wait { $0.count >= written }
                rotated = written
            }
        }
    }

    /// Gives the rotated files the next number each, the oldest first; returns the highest.
    private func shift(_ highest: Int, of path: String) -> Int {
        for number in (0..<highest).reversed() {
            for end in ["", ".gz"] { rename("\(path).\(number + 1)\(end)", "\(path).\(number + 2)\(end)") }
        }
        return highest + 1
    }

    /// Does what gzip does: writes the new file bit by bit, gives it the old time, removes the old one.
    private func compress(_ path: String, seed: UInt64) async throws {
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        let packed = gzipped(try self.contents(of: path))
        let archive = LogWriter(path + ".gz")
        for start in stride(from: 0, to: packed.count, by: 3000) {
            archive.write(Array(packed[start..<min(start + 3000, packed.count)]))
            await Task.yield()
        }
        let times = [status.st_atim, status.st_mtim]
        utimensat(AT_FDCWD, path + ".gz", times, 0)
        unlink(path)
    }

    private func contents(of path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        return try #require(OpenFile.bytes(of: descriptor, from: 0, count: 1 << 22))
    }
}
