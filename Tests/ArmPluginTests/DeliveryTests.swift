import HAPI
import JSONRPC
import Spool
import TestSupport
import Testing

@testable import ArmPlugin

@Suite struct EventIDTests {
    @Test(arguments: [Int64(1), 9, 10, 99, 999_999, 123_456_789_999_999])
    func advancesInItsDigits(sequence: Int64) {
        var id = EventID(spool: "01J-X", sequence: sequence)
        id.advance()
        #expect(id == EventID(spool: "01J-X", sequence: sequence + 1))
        #expect(id.description.count == "01J-X-".count + EventID.digits)
        let parts = EventID.parse(id.description)
        #expect(parts?.spool == "01J-X")
        #expect(parts?.sequence == sequence + 1)
    }

    @Test(arguments: ["", "None", "-5", "a-", "a-x", "20150722012345000000", "a-9223372036854775807"])
    func othersAreNone(text: String) { #expect(EventID.parse(text) == nil) }
}

@Suite struct BatchEncoderTests {
    @Test func numbersAndDivides() throws {
        var encoder = BatchEncoder(spool: "S", sequence: 41)
        for _ in 0..<1001 { encoder.add(time: TimeStamp(seconds: 0), type: .bad) { $0.set(.brief, "x") } }
        #expect(encoder.count == 1001)
        let batches = encoder.take()
        #expect(batches.map(\.firstSequence) == [41, 1041])
        #expect(batches.map(\.count) == [1000, 1])
        let none = encoder.take()
        #expect(none.isEmpty)
        let last = try #require(batches.last)
        #expect(
            String(decoding: last.payload, as: UTF8.self)
                == #"{"events":[{"eventId":"S-0000000000001041","time":"19700101000000.000000000","type":"BAD","brief":"x"}],"lastInfo":"S-0000000000001041"}"#
        )
    }

    @Test func endsBatchesBySize() {
        var encoder = BatchEncoder(spool: "S", sequence: 1)
        let text = String(repeating: "x", count: 30_000)
        for _ in 0..<40 { encoder.add(time: TimeStamp(seconds: 0), type: .bad) { $0.set(.extendedInfo, text) } }
        let batches = encoder.take()
        #expect(batches.count == 3)
        #expect(batches.allSatisfy { $0.payload.count < BatchEncoder.batchBytes + 40_000 })
    }

    @Test func beginsAnotherRunOnlyBetweenBatches() {
        var encoder = BatchEncoder(spool: "S", sequence: 5)
        encoder.begin(run: "T")
        encoder.add(time: TimeStamp(seconds: 0), type: .good) { _ in }
        encoder.begin(run: "U")
        let batches = encoder.take()
        #expect(batches.map(\.firstSequence) == [5])
        #expect(batches.map(\.firstEventID) == ["T-0000000000000005"])
        #expect(encoder.nextSequence == 6)
    }
}

@Suite struct LastInfoCheckTests {
    @Test(
        arguments: [
            (nil, 1, 1, LastInfoCheck.Finding.agreement),
            (nil, 500, 1, .agreement),
            (nil, 500, 400, .serverForgot),
            ("1ABCDEFGH-0000000000000399", 500, 400, .agreement),
            ("1ABCDEFGH-0000000000000450", 500, 400, .agreement),
            ("1ABCDEFGH-0000000000000390", 500, 400, .agreement),
            ("1ABCDEFGH-0000000000000390", 500_000, 400_000, .serverIsBehind(390)),
            ("1ABCDEFGH-0000000000000500", 500, 500, .runIsShared(500)),
            ("0ABCDEFGH-0000000000000500", 500, 500, .spoolIsBehind(500)),
            ("0ABCDEFGH-0000000000000499", 500, 500, .agreement),
            ("0ABCDEFGH-0000000000000390", 500_000, 400_000, .serverIsBehind(390)),
            ("T-0000000000000399", 500, 400, .otherSpool("T-0000000000000399")),
            ("20150722012345", 500, 400, .otherSpool("20150722012345")),
        ] as [(String?, Int64, Int64, LastInfoCheck.Finding)]
    )
    func findings(lastInfo: String?, next: Int64, unconfirmed: Int64, expected: LastInfoCheck.Finding) {
        let check = LastInfoCheck(spool: "1ABCDEFGH", nextSequence: next, firstUnconfirmed: unconfirmed)
        #expect(check.compare(with: lastInfo) == expected)
        #expect(expected.description.isEmpty == (expected == .agreement))
    }
}

@Suite struct HealthReportTests {
    private let time = TimeStamp(seconds: 1)

    @Test func followsWhatHappens() {
        var health = HealthReport()
        #expect(health.armInfo.lastStatus == .initial)
        health.succeed(at: self.time)
        #expect(health.armInfo.lastStatus == .ok)
        health.fail("no", at: self.time)
        #expect(health.armInfo.lastStatus == .notGood)
        #expect(health.armInfo.failureReason == "no")
        health.succeed(at: self.time)
        #expect(health.armInfo.lastStatus == .ok)
        #expect(health.armInfo.numSuccess == 2)
        #expect(health.armInfo.numFailure == 1)
    }

    @Test func problemsLastUntilTheyAreOver() {
        var health = HealthReport()
        let isNews1 = health.setProblem("spool", "full", at: self.time)
        #expect(isNews1)
        let isNews2 = health.setProblem("spool", "full", at: self.time)
        #expect(!isNews2)
        let before = health
        health.succeed(at: self.time)
        #expect(health.armInfo.lastStatus == .notGood)
        #expect(!health.isNews(since: before))
        let isNews3 = health.setProblem("child", "dead", at: self.time)
        #expect(isNews3)
        #expect(health.armInfo.failureReason == "dead; full")
        #expect(health.isNews(since: before))
        let isNews4 = health.setProblem("spool", nil, at: self.time)
        #expect(isNews4)
        let isNews5 = health.setProblem("child", nil, at: self.time)
        #expect(isNews5)
        #expect(health.armInfo.lastStatus == .ok)
        #expect(health.armInfo.numFailure == 2)
    }
}

@Suite struct SetAsideTests {
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    private func batch(_ spool: String, _ brief: String) throws -> SpooledBatch {
        var encoder = BatchEncoder(spool: spool, sequence: 1)
        encoder.add(time: TimeStamp(seconds: 0), type: .bad) { $0.set(.brief, brief) }
        return try #require(encoder.take().first)
    }

    @Test func replacesNoFile() throws {
        let setAside = SetAside(directory: self.directory.file("set-aside"))
        let error = ErrorObject.invalidParams(["bad"])
        try self.directory.write("what an attempt that was cut short left", to: ".events.json")
        var kept: [String: String] = [:]
        for (spool, brief) in [("A", "one"), ("B", "two"), ("A", "three")] {
            let path = try setAside.keep(self.batch(spool, brief), because: error)
            #expect(kept.updateValue(brief, forKey: path) == nil)
        }
        #expect(
            kept.keys.map { $0.split(separator: "/").last ?? "" }.sorted()
                == ["events-A-0000000000000001-1-2.json", "events-A-0000000000000001-1.json"]
                + ["events-B-0000000000000001-1.json"]
        )
        for (path, brief) in kept { #expect(String(decoding: try contents(of: path), as: UTF8.self).contains(brief)) }
    }

    @Test(arguments: ["", "{\"events\":[]}", "{\"eventId\":\"../../etc/x-0000000000000001\"}"])
    func namesAFileByNothingElseThanAnID(payload: String) {
        #expect(SpooledBatch(firstSequence: 1, count: 1, payload: Array(payload.utf8)).firstEventID == nil)
    }
}
