import Testing

@testable import Intake

@Suite("A Forward message is decoded")
struct ForwardDecoderTests {
    struct Decoded: Equatable {
        var tags: [String] = []
        var times: [RecordTime?] = []
        var bodies: [String] = []
        var replies: [UInt8] = []
        var messages = 0
        var unreadable = 0
        var failure: ForwardMessage.Failure?
    }

    static func decode(_ bytes: [UInt8], decompressedLimit: Int = 1 << 20, entryLimit: Int = 1 << 20) -> Decoded {
        let limits = ForwardLimits(entry: entryLimit, decompressed: decompressedLimit)
        var decoder = ForwardDecoder(bytes, limits: limits)
        var decoded = Decoded()
        do throws(ForwardMessage.Failure) {
            while let batch = try decoder.next() {
                decoded.tags += batch.batch.records.map(\.tag)
                decoded.times += batch.batch.records.map(\.time)
                decoded.bodies += batch.batch.records.map { String(decoding: batch.batch.bytes(of: $0), as: UTF8.self) }
                decoded.replies += batch.replies
                decoded.messages += batch.messages
                decoded.unreadable += batch.unreadable
            }
        } catch {
            decoded.failure = error
        }
        return decoded
    }

    static let time = RecordTime(seconds: 1_700_000_000, nanoseconds: 5)
    static let entry: MessagePackValue = [.eventTime(1_700_000_000, 5), ["message": "one"]]
    static let expected = Decoded(
        tags: ["app.log", "app.log"],
        times: [time, nil],
        bodies: [#"{"message":"one"}"#, #"{"message":"two"}"#],
        messages: 1
    )
    static let entries: MessagePackValue = [entry, [0, ["message": "two"]]]
    static let packed = entry.bytes + ([0, ["message": "two"]] as MessagePackValue).bytes
    static let option: MessagePackValue = ["size": 2, "compressed": "gzip"]

    static let forms: [(name: String, message: MessagePackValue)] = [
        ("Forward", ["app.log", entries]),
        ("Forward with an option", ["app.log", entries, ["size": 2, "compressed": "text"]]),
        ("PackedForward", ["app.log", .binary(packed)]),
        ("PackedForward in a string-like binary", ["app.log", .binary(packed), [:]]),
        ("CompressedPackedForward", ["app.log", .binary(gzipped(packed)), option]),
        (
            "two gzip members",
            ["app.log", .binary(gzipped(entry.bytes) + gzipped(Array(packed[entry.bytes.count...]))), option]
        ),
        (
            "Fluent Bit 2",
            [
                "app.log",
                [[[.eventTime(1_700_000_000, 5), [:]], ["message": "one"]], [[0, [:]], ["message": "two"]]],
            ]
        ),
    ]

    @Test("in every form", arguments: Self.forms)
    func form(_ name: String, _ message: MessagePackValue) {
        #expect(Self.decode(message.bytes) == Self.expected)
    }

    @Test("in the single form")
    func single() {
        let message: MessagePackValue = ["t", 1_700_000_000, ["a": 1]]
        let decoded = Self.decode(message.bytes + [0xC0] + message.bytes)
        #expect(decoded.bodies == [#"{"a":1}"#, #"{"a":1}"#])
        #expect(decoded.times == [RecordTime(seconds: 1_700_000_000), RecordTime(seconds: 1_700_000_000)])
        #expect(decoded.messages == 2)
    }

    static let times: [(value: MessagePackValue, time: RecordTime?)] = [
        (.integer(0), nil), (.null, nil), (.string("now"), nil), ([:], nil), ([], nil), ([[1]], nil),
        (.integer(-1), RecordTime(seconds: -1)), (.float(1.5), RecordTime(seconds: 1, nanoseconds: 500_000_000)),
        (.float(-0.25), RecordTime(seconds: -1, nanoseconds: 750_000_000)), (.float(.infinity), nil),
        (.float(.nan), nil),
        (.float(1e300), nil), (.eventTime(9, 7), RecordTime(seconds: 9, nanoseconds: 7)),
        (.eventTime(4_294_967_293, 7), RecordTime(seconds: 4_294_967_293, nanoseconds: 7)),
        (.integer(1_900_000_000_250), RecordTime(seconds: 1_900_000_000, nanoseconds: 250_000_000)),
        (.float(1_900_000_000_250), RecordTime(seconds: 1_900_000_000, nanoseconds: 250_000_000)),
        (.integer(1_900_000_000_250_001), RecordTime(seconds: 1_900_000_000, nanoseconds: 250_001_000)),
        (.integer(1_900_000_000_250_001_002), RecordTime(seconds: 1_900_000_000, nanoseconds: 250_001_002)),
        (.integer(.max), nil), (.integer(.min), nil), (.float(-9e14), nil),
        (.integer(7_258_118_399), RecordTime(seconds: 7_258_118_399)),
        (.eventTime(9, 1_000_000_000), nil), (.extension(1, [0, 0, 0, 9, 0, 0, 0, 7]), nil), (.extension(0, [9]), nil),
        ([.eventTime(9, 7), [:]], RecordTime(seconds: 9, nanoseconds: 7)),
    ]

    @Test("with any time that a sender may write", arguments: Self.times)
    func anyTime(_ value: MessagePackValue, _ time: RecordTime?) {
        let message: MessagePackValue = ["t", [[value, ["a": 1]]]]
        #expect(Self.decode(message.bytes) == Decoded(tags: ["t"], times: [time], bodies: [#"{"a":1}"#], messages: 1))
    }

    @Test("and acknowledged with its chunk, byte for byte", arguments: Self.forms)
    func acknowledged(_ name: String, _ message: MessagePackValue) {
        guard case .array(var elements) = message else { return }
        if elements.count == 2 { elements.append([:]) }
        guard case .map(let option) = elements[2] else { return }
        let chunk = MessagePackValue.string("cGF5bG9hZA==\n")
        elements[2] = .map(option + [("chunk", chunk)])
        let decoded = Self.decode(MessagePackValue.array(elements).bytes)
        #expect(decoded.bodies == Self.expected.bodies)
        #expect(decoded.replies == [0x81, 0xA3] + Array("ack".utf8) + chunk.bytes)
    }

    @Test("in batches of bounded size, acknowledged in the last one")
    func batches() throws {
        let count = 2500
        let entries = [[UInt8]](repeating: Self.entry.bytes, count: count).joined()
        let message: MessagePackValue = ["t", .binary(gzipped(Array(entries))), ["compressed": "gzip", "chunk": "c"]]
        var decoder = ForwardDecoder(
            message.bytes,
            limits: ForwardLimits(entry: 1 << 20, decompressed: 1 << 24)
        )
        var sizes: [Int] = []
        var replies: [Bool] = []
        while let batch = try decoder.next() {
            sizes.append(batch.batch.records.count)
            replies.append(!batch.replies.isEmpty)
        }
        #expect(sizes == [1000, 1000, 500])
        #expect(replies == [false, false, true])
    }

    static let damaged: [(name: String, message: MessagePackValue, bodies: Int)] = [
        (
            "gzip that breaks off",
            ["t", .binary(gzipped(packed).dropLast(12)), ["compressed": "gzip", "chunk": "c"]], 1
        ),
        ("no gzip at all", ["t", .binary(packed), ["compressed": "gzip", "chunk": "c"]], 0),
        ("no gzip, and nothing", ["t", .binary([]), ["compressed": "gzip", "chunk": "c"]], 0),
        ("an entry that breaks off", ["t", .binary(packed.dropLast(1)), ["chunk": "c"]], 1),
        ("an entry that is none", ["t", [entry, 5], ["chunk": "c"]], 1),
        ("a record that is no map", ["t", [[1, "text"], entry], ["chunk": "c"]], 1),
        ("metrics", ["t", .binary(packed), ["fluent_signal": 1, "chunk": "c"]], 0),
        ("a single record that is none", ["t", 1, "text", ["chunk": "c"]], 0),
    ]

    @Test("as far as it is good, and acknowledged, because it would never become better", arguments: Self.damaged)
    func partly(_ name: String, _ message: MessagePackValue, _ bodies: Int) {
        let decoded = Self.decode(message.bytes)
        #expect(decoded.bodies.count == bodies)
        #expect(decoded.unreadable == 1)
        #expect(decoded.messages == 1)
        #expect(!decoded.replies.isEmpty)
        #expect(decoded.failure == nil)
    }

    static let good: [MessagePackValue] = (0..<10).map { [.integer(Int64($0 + 1)), ["n": .integer(Int64($0))]] }
    static let deep: MessagePackValue = (0..<40).reduce("x") { value, _ in ["n": value] }
    static let bad: [(name: String, entry: MessagePackValue)] = [
        ("a record that is nested too deep", [1, ["deep": deep]]),
        ("a record with an array as a key", [1, .map([([1, 2], 3)])]),
        ("an entry that lacks its record", [1]),
        ("an entry that is none", 7),
        ("a record that is no map", [1, "text"]),
        ("an entry with a time that is nested too deep", [deep, "text"]),
    ]

    @Test("and one bad record costs that record alone", arguments: Self.bad)
    func oneBadRecord(_ name: String, _ entry: MessagePackValue) {
        let entries = Self.good[..<4] + [entry] + Self.good[4...]
        let packed = entries.flatMap(\.bytes)
        let expected = (0..<10).map { #"{"n":\#($0)}"# }
        let messages: [MessagePackValue] = [
            ["t", .array(Array(entries)), ["chunk": "c"]], ["t", .binary(packed), ["chunk": "c"]],
            ["t", .binary(gzipped(packed)), ["compressed": "gzip", "chunk": "c"]],
        ]
        for message in messages {
            let decoded = Self.decode(message.bytes)
            #expect(decoded.bodies == expected)
            #expect(decoded.unreadable == 1)
            #expect(!decoded.replies.isEmpty)
        }
    }

    @Test("and what is lost is counted by records, as far as the sender said how many there are")
    func lostRecords() {
        let packed = Self.good.flatMap(\.bytes)
        let broken = Array(packed.prefix(Self.good[0].bytes.count * 3)) + [0xC1] + packed
        let message: MessagePackValue = ["t", .binary(broken), ["size": 14, "chunk": "c"]]
        #expect(Self.decode(message.bytes).bodies.count == 3)
        #expect(Self.decode(message.bytes).unreadable == 11)
        let metrics: MessagePackValue = ["t", .binary(packed), ["size": 10, "fluent_signal": 1]]
        #expect(Self.decode(metrics.bytes).unreadable == 10)
    }

    @Test("and an entry that is too large is passed over alone")
    func largeEntry() {
        let large: MessagePackValue = [1, ["m": .binary([UInt8](repeating: 65, count: 700_000))]]
        let packed = (Self.good[..<4] + [large] + Self.good[4...]).flatMap(\.bytes)
        let message: MessagePackValue = ["t", .binary(gzipped(packed)), ["compressed": "gzip", "chunk": "c"]]
        let decoded = Self.decode(message.bytes, entryLimit: 300_000)
        #expect(decoded.bodies.count == 10)
        #expect(decoded.unreadable == 1)
    }

    @Test("with the groups of Fluent Bit, whose marks are no records, and its metadata, which are kept")
    func groups() {
        let start: MessagePackValue = [[.eventTime(.max, 0), ["schema": "otlp"]], ["scope": ["name": "root"]]]
        let record: MessagePackValue = [
            [.eventTime(1_700_000_000, 5), ["otlp": ["severity_text": "ERROR"]]], ["m": "a"],
        ]
        let end: MessagePackValue = [[.eventTime(.max - 1, 0), [:]], [:]]
        let empty: MessagePackValue = [[.eventTime(1_700_000_000, 5), ["a": 1]], [:]]
        let odd: MessagePackValue = [[.eventTime(1_700_000_000, 5), ["a": Self.deep]], ["m": "b"]]
        let message: MessagePackValue = ["t", [start, record, end, record, empty, odd], ["chunk": "c"]]
        let decoded = Self.decode(message.bytes)
        #expect(
            decoded.bodies == [
                #"{"m":"a","fluent_bit_metadata":{"otlp":{"severity_text":"ERROR"}},"fluent_bit_group":{"scope":{"name":"root"}}}"#,
                #"{"m":"a","fluent_bit_metadata":{"otlp":{"severity_text":"ERROR"}}}"#,
                #"{"fluent_bit_metadata":{"a":1}}"#, #"{"m":"b"}"#,
            ]
        )
        #expect(decoded.times == [Self.time, Self.time, Self.time, Self.time])
        #expect(decoded.unreadable == 0)
    }

    @Test("no further than the decompressed size allows")
    func bomb() {
        let message: MessagePackValue = ["t", .binary(gzipped(Self.packed)), ["compressed": "gzip", "chunk": "c"]]
        let decoded = Self.decode(message.bytes, decompressedLimit: Self.packed.count - 1)
        #expect(decoded.bodies.isEmpty)
        #expect(decoded.unreadable == 1)
        #expect(!decoded.replies.isEmpty)
        let large: MessagePackValue = [
            "t",
            .binary(gzipped(([0, ["m": .binary([UInt8](repeating: 65, count: 700_000))]] as MessagePackValue).bytes)),
            ["compressed": "gzip"],
        ]
        #expect(Self.decode(large.bytes).bodies.count == 1)
        #expect(Self.decode(large.bytes, entryLimit: 300_000).unreadable == 1)
    }

    @Test(
        "or the connection is given up",
        arguments: [
            (5, .malformed), ([], .malformed), (["t"], .malformed), (["t", 1], .malformed), ([1, entries], .malformed),
            (["t", entries, [5: 5]], .malformed), (["t", entries, [:], 1, 2], .malformed),
            (["t", .binary(packed), ["compressed": "zstd"]], .unknownCompression),
            ([.string(String(repeating: "t", count: 1025)), entries], .malformed),
        ] as [(MessagePackValue, ForwardMessage.Failure)]
    )
    func givenUp(_ message: MessagePackValue, _ failure: ForwardMessage.Failure) {
        let good: MessagePackValue = ["t", [Self.entry]]
        let decoded = Self.decode(good.bytes + message.bytes + good.bytes)
        #expect(decoded.bodies.count == 1, "what came before is kept")
        #expect(decoded.failure == failure)
    }
}
