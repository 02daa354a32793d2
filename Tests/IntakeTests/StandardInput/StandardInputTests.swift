import Glibc
import Testing

@testable import Intake

@Suite("Standard input", .timeLimit(.minutes(3)))
struct StandardInputTests {
    @Test("delivers every line once and ends with the input, an unfinished last line included")
    func lines() async throws {
        let pipe = try Pipe()
        let writer = Task.detached {
            for chunk in 0..<50 {
                let text = (0..<1000).map { "line \(chunk * 1000 + $0)\n" }.joined() + (chunk == 49 ? "last" : "")
                var bytes = Array(text.utf8)[...]
                while !bytes.isEmpty {
                    bytes = bytes.dropFirst(bytes.withUnsafeBytes { write(pipe.writer, $0.baseAddress, $0.count) })
                }
            }
            close(pipe.writer)
        }
        let sink = RecordCollector()
        try await StandardInput(descriptor: pipe.reader).run(into: sink)
        await writer.value
        close(pipe.reader)
        #expect(await sink.texts == (0..<50_000).map { "line \($0)" } + ["last"])
        #expect(await sink.lines.allSatisfy { $0.tag == "stdin" && $0.time == nil })
    }

    @Test("stops when cancelled, after what it has read was accepted")
    func cancellation() async throws {
        let pipe = try Pipe()
        defer {
            close(pipe.reader)
            close(pipe.writer)
        }
        let sink = RecordCollector()
        try await withRunning(StandardInput(descriptor: pipe.reader), into: sink) {
            _ = write(pipe.writer, "a\nb", 3)
            await sink.wait(for: 1)
        }
        #expect(await sink.texts == ["a", "b"])
    }

    @Test("a descriptor that cannot be read is an error")
    func unreadable() async throws {
        let directory = open("/tmp", O_RDONLY)
        defer { close(directory) }
        await #expect(throws: IntakeError(.cannotRead, stage: "", reason: "")) {
            try await StandardInput(descriptor: directory).run(into: RecordCollector())
        }
    }
}
