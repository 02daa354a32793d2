import ArmPlugin
import HAPI
import Intake
import JSONRPC
import Logging
import Spool
import Testing

@testable import FluentdArm

@Suite struct EventMapperTests {
    private func event(_ body: String, isJSON: Bool, isTruncated: Bool = false, time: RecordTime? = nil) throws -> Event
    {
        try self.event(Array(body.utf8), isJSON: isJSON, isTruncated: isTruncated, time: time)
    }

    private func event(
        _ bytes: [UInt8],
        isJSON: Bool,
        isTruncated: Bool = false,
        time: RecordTime? = nil
    ) throws -> Event {
        let record = Record(
            tag: "hatohol.test",
            time: time,
            body: isJSON ? .json(bytes.indices) : .text(bytes.indices),
            isTruncated: isTruncated
        )
        var encoder = BatchEncoder(spool: "S", sequence: 1)
        var mapper = EventMapper()
        mapper.map(record, in: bytes.span, host: "node1".utf8.span, now: TimeStamp(seconds: 100), into: &encoder)
        let batch = try #require(encoder.take().first)
        return try #require(try PutEvents.decode(JSONValue(batch.payload)).value.events.first)
    }

    @Test func plainLine() throws {
        let event = try self.event("disk nearly full", isJSON: false)
        #expect(
            event
                == Event(
                    eventId: "S-0000000000000001",
                    time: TimeStamp(seconds: 100),
                    type: .unknown,
                    status: .unknown,
                    severity: .unknown,
                    hostId: "node1",
                    hostName: "node1",
                    brief: "disk nearly full"
                )
        )
    }

    @Test("lines of several hosts and times keep their own, in whatever order they come")
    func severalHeads() throws {
        let line = Array("line".utf8)
        let heads: [(host: String, seconds: Int64)] = [
            ("a", 1), ("a", 1), ("b", 1), ("b", 2), ("a", 2), ("ab", 2), ("a", 1),
        ]
        var encoder = BatchEncoder(spool: "S", sequence: 1)
        var mapper = EventMapper()
        let record = Record(tag: "t", body: .text(line.indices))
        for (host, seconds) in heads {
            mapper.map(record, in: line.span, host: host.utf8.span, now: TimeStamp(seconds: seconds), into: &encoder)
        }
        let batch = try #require(encoder.take().first)
        let events = try PutEvents.decode(JSONValue(batch.payload)).value.events
        #expect(events.map(\.hostId) == heads.map(\.host))
        #expect(events.map(\.hostName) == heads.map(\.host))
        #expect(events.map(\.time) == heads.map { TimeStamp(seconds: $0.seconds) })
        #expect(events.map(\.eventId) == (1...heads.count).map { "S-000000000000000\($0)" })
    }

    /// The rules of the original, record by record; `nil` for the extended info means that there is none.
    @Test(
        arguments: [
            (#"{"message":"Hello!","host":"chaos"}"#, "chaos", "Hello!", nil),
            (#"{"message":"line\n"}"#, "node1", "line", nil),
            (#"{"a":1}"#, "node1", #"{"a":1}"#, #"{"a":1}"#),
            (#"{}"#, "node1", "{}", nil),
            (#"{"message":5,"host":7}"#, "7", "5", nil),
            (#"{"message":null,"host":null}"#, "node1", #"{"message":null,"host":null}"#, nil),
            (#"{"message":"m","k":"v","n":{"x":[1,2]}}"#, "node1", "m", #"{"k":"v","n":{"x":[1,2]}}"#),
            (
                #"{"message":"m","status":"BROKEN","type":["BAD"]}"#, "node1", "m",
                #"{"type":["BAD"],"status":"BROKEN"}"#
            ),
            (#"{"message":"tab\t\"quoted\" é","host":"h\u0031"}"#, "h1", "tab\t\"quoted\" é", nil),
            (#"{"message":"m","k":"v""#, "node1", #"{"message":"m","k":"v""#, nil),
            (#"[1]"#, "node1", "[1]", nil),
            (#""text""#, "node1", #""text""#, nil),
            ("", "node1", "", nil),
        ] as [(String, String, String, String?)]
    )
    func record(json: String, host: String, brief: String, extendedInfo: String?) throws {
        let event = try self.event(json, isJSON: true)
        #expect(event.hostId == host)
        #expect(event.hostName == host)
        #expect(event.brief == brief)
        #expect(event.extendedInfo == extendedInfo)
        #expect(event.status == .unknown)
        #expect(event.type == .unknown)
    }

    @Test func enumerations() throws {
        let event = try self.event(#"{"type":"BAD","status":"NG","severity":"EMERGENCY","message":"m"}"#, isJSON: true)
        #expect(event.type == .bad)
        #expect(event.status == .notGood)
        #expect(event.severity == .emergency)
        #expect(event.extendedInfo == nil)
        let lower = try self.event(#"{"type":"bad","message":"m"}"#, isJSON: true)
        #expect(lower.type == .unknown)
        #expect(lower.extendedInfo == #"{"type":"bad"}"#)
    }

    @Test func timeOfTheRecord() throws {
        let event = try self.event("x", isJSON: false, time: RecordTime(seconds: -1, nanoseconds: 500_000_000))
        #expect(event.time == TimeStamp(seconds: -1, nanoseconds: 500_000_000))
    }

    @Test(arguments: ["x", "é", "\u{1F469}\u{200D}\u{1F680}"])
    func longTextIsCutAndKept(character: String) throws {
        let text = String(repeating: character, count: 300)
        for event in [try self.event(text, isJSON: false), try self.event(#"{"message":"\#(text)"}"#, isJSON: true)] {
            #expect(event.brief.hasSuffix("\u{2026}"))
            #expect(event.brief.unicodeScalars.count <= 255)
            #expect(text.hasPrefix(event.brief.dropLast()))
            #expect(event.extendedInfo == #"{"message":"\#(text)"}"#)
        }
    }

    @Test func exactLengthIsNotCut() throws {
        let text = String(repeating: "x", count: 255)
        let event = try self.event(text, isJSON: false)
        #expect(event.brief == text)
        #expect(event.extendedInfo == nil)
    }

    @Test func truncatedLineIsMarked() throws {
        #expect(
            try self.event("start of a line", isJSON: false, isTruncated: true).extendedInfo
                == #"{"message":"start of a line","truncated":true}"#
        )
    }

    @Test func invalidBytesAreReplaced() throws {
        let line = try self.event([0x61, 0xFF, 0x00, 0x62], isJSON: false)
        #expect(line.brief == "a\u{FFFD}\u{0}b")
        let record = try self.event(
            Array(#"{"message":"a"#.utf8) + [0xFF] + Array(#"","k":""#.utf8) + [0xFE] + Array(#""}"#.utf8),
            isJSON: true
        )
        #expect(record.brief == "a\u{FFFD}")
        #expect(record.extendedInfo == "{\"k\":\"\u{FFFD}\"}")
    }
}

@Suite struct EventRecorderTests {
    private func batch(_ lines: [String], position: UInt8? = nil) -> RecordBatch {
        var batch = RecordBatch()
        for line in lines {
            let start = batch.storage.count
            batch.storage += Array(line.utf8)
            batch.records.append(Record(tag: "t", body: .text(start..<batch.storage.count)))
        }
        batch.position = position.map { SourcePosition(key: "file", value: [$0]) }
        return batch
    }

    @Test func storesEventsWithTheirPositions() async throws {
        let spool = try Spool.inMemory(limit: 1 << 30, logger: .init(label: "test"))
        let recorder = EventRecorder(spool: spool, doubt: NumberingDoubt())
        try await recorder.accept(self.batch(["a", "b"], position: 1), host: [0x68])
        try await recorder.accept(self.batch([], position: 2), host: [0x68])
        let stored = try await spool.batches(after: 0, limit: 10)
        #expect(stored.map(\.count) == [2])
        #expect(try await spool.positions() == [Position(source: "file", value: [2])])
    }

    @Test func beginsAnotherRunBetweenBatchesAndKeepsTheNumbers() async throws {
        let spool = try Spool.inMemory(limit: 1 << 30, logger: .init(label: "test"))
        let doubt = NumberingDoubt()
        let recorder = EventRecorder(spool: spool, doubt: doubt)
        let first = spool.id
        try await recorder.accept(self.batch(["a"]), host: [0x68])
        doubt.raise()
        try await recorder.accept(self.batch(["b"]), host: [0x68])
        try await recorder.accept(self.batch(["c"]), host: [0x68])
        let stored = try await spool.batches(after: 0, limit: 10).map { String(decoding: $0.payload, as: UTF8.self) }
        #expect(spool.id != first)
        #expect(stored.count == 3)
        for (number, (id, payload)) in zip([first, spool.id, spool.id], stored).enumerated() {
            #expect(payload.contains("\(id)-000000000000000\(number + 1)"))
        }
    }

    @Test func manySourcesShareBatches() async throws {
        let spool = try Spool.inMemory(limit: 1 << 30, logger: .init(label: "test"))
        let recorder = EventRecorder(spool: spool, doubt: NumberingDoubt())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for source in 0..<100 {
                group.addTask {
                    for line in 0..<20 { try await recorder.accept(self.batch(["\(source) \(line)"]), host: [0x68]) }
                }
            }
            try await group.waitForAll()
        }
        let stored = try await spool.batches(after: 0, limit: 10_000)
        #expect(stored.reduce(0) { $0 + $1.count } == 2000)
        #expect(stored.count < 500)
        var next: Int64 = 1
        for batch in stored {
            #expect(batch.firstSequence == next)
            next += Int64(batch.count)
        }
    }

    /// Events of one time are shown as they arrived; batches of one read may arrive in another order after the store has failed.
    @Test func laterBatchesOfOneReadHaveLaterTimes() async throws {
        let spool = try Spool.inMemory(limit: 1 << 30, logger: .init(label: "test"))
        let recorder = EventRecorder(spool: spool, doubt: NumberingDoubt())
        try await recorder.accept(self.batch((0..<2500).map { "line \($0)" }), host: [0x68])
        let stored = try await spool.batches(after: 0, limit: 10).map { String(decoding: $0.payload, as: UTF8.self) }
        let times = stored.map { Set($0.split(separator: ",").filter { $0.hasPrefix("\"time\":") }) }
        #expect(times.map(\.count) == [1, 1, 1])
        let order = times.compactMap(\.first)
        #expect(order[0] < order[1] && order[1] < order[2])
    }

    @Test func whatIsAbandonedWasNotAccepted() async throws {
        let spool = try Spool.inMemory(limit: 1 << 10, logger: .init(label: "test"))
        let recorder = EventRecorder(spool: spool, doubt: NumberingDoubt())
        let line = String(repeating: "x", count: 900)
        try await recorder.accept(self.batch([line]), host: [0x68])
        let waiting = Task { try await recorder.accept(self.batch([line]), host: [0x68]) }
        while !spool.status.isFull { await Task.yield() }
        await recorder.abandon()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        #expect(spool.status.batches == 1)
    }
}
