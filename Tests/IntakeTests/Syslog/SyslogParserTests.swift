import Intake
import Testing

/// A message with its fields as text, so that a table can be read.
struct ReadableMessage: Equatable {
    var format: SyslogMessage.Format
    var priority: UInt8
    var time: Int64?
    var host: String?
    var application: String?
    var process: String?
    var kind: String?
    var data: String?
    var text: String

    init(_ bytes: [UInt8], clock: SyslogClock, localHost: String? = nil) {
        let message = SyslogParser(clock: clock, localHost: localHost).parse(bytes.span)
        func text(_ range: Range<Int>?) -> String? { range.map { String(decoding: bytes[$0], as: UTF8.self) } }
        self.format = message.format
        self.priority = message.priority.code
        self.time = message.time
        self.host = text(message.host)
        self.application = text(message.application)
        self.process = text(message.process)
        self.kind = text(message.kind)
        self.data = text(message.structuredData)
        self.text = text(message.text) ?? ""
    }

    init(
        _ format: SyslogMessage.Format,
        _ priority: UInt8,
        _ time: Int64?,
        _ host: String?,
        _ application: String?,
        _ process: String?,
        _ kind: String?,
        _ data: String?,
        _ text: String
    ) {
        self.format = format
        self.priority = priority
        self.time = time
        self.host = host
        self.application = application
        self.process = process
        self.kind = kind
        self.data = data
        self.text = text
    }
}

@Suite("A syslog message is taken apart")
struct SyslogParserTests {
    /// 2026-11-21 04:00:00 UTC.
    static let clock = SyslogClock(now: 1_795_233_600)

    static let rfc5424: [(String, ReadableMessage)] = [
        (
            "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \u{FEFF}'su root' failed",
            .init(
                .rfc5424,
                34,
                1_065_910_455_003_000_000,
                "mymachine.example.com",
                "su",
                nil,
                "ID47",
                nil,
                "'su root' failed"
            )
        ),
        (
            "<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time.",
            .init(.rfc5424, 165, 1_061_727_255_000_003_000, "192.0.2.1", "myproc", "8710", nil, nil, "%% It's time.")
        ),
        (
            #"<165>1 2003-10-11T22:14:15.003Z h evntslog - ID47 [a@1 iut="3" e="A\"\]\\"][b@1 x="y"]"#,
            .init(
                .rfc5424,
                165,
                1_065_910_455_003_000_000,
                "h",
                "evntslog",
                nil,
                "ID47",
                #"[a@1 iut="3" e="A\"\]\\"][b@1 x="y"]"#,
                ""
            )
        ),
        ("<0>1 - - - - - -", .init(.rfc5424, 0, nil, nil, nil, nil, nil, nil, "")),
        ("<191>1 - - - - - - \nline\u{0}", .init(.rfc5424, 191, nil, nil, nil, nil, nil, nil, "\nline\u{0}")),
        (
            "<13>1 2026-01-01T00:00:00.123456789+00:00 h a p m - nine digits",
            .init(.rfc5424, 13, 1_767_225_600_123_456_789, "h", "a", "p", "m", nil, "nine digits")
        ),
    ]

    @Test("by RFC 5424", arguments: Self.rfc5424)
    func byRFC5424(_ line: String, _ expected: ReadableMessage) {
        #expect(ReadableMessage(Array(line.utf8), clock: Self.clock) == expected)
    }

    static let rfc3164: [(String, ReadableMessage)] = [
        (
            "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
            .init(
                .rfc3164,
                34,
                1_791_756_855_000_000_000,
                "mymachine",
                "su",
                nil,
                nil,
                nil,
                "'su root' failed for lonvick on /dev/pts/8"
            )
        ),
        (
            "<13>Nov  2 07:08:09 web-1 sshd[4711]: Accepted",
            .init(.rfc3164, 13, 1_793_603_289_000_000_000, "web-1", "sshd", "4711", nil, nil, "Accepted")
        ),
        (
            "<30>Nov 20 01:02:03 systemd[1]: from /dev/log",
            .init(.rfc3164, 30, 1_795_136_523_000_000_000, nil, "systemd", "1", nil, nil, "from /dev/log")
        ),
        (
            "<13>Nov 20 01:02:03 host no tag here",
            .init(.rfc3164, 13, 1_795_136_523_000_000_000, "host", nil, nil, nil, nil, "no tag here")
        ),
        (
            "<13>Nov 20 01:02:03.250 host app: fraction",
            .init(.rfc3164, 13, 1_795_136_523_250_000_000, "host", "app", nil, nil, nil, "fraction")
        ),
        (
            "<13>2026-11-20T01:02:03+01:00 host app[1]: zone",
            .init(.rfc3164, 13, 1_795_132_923_000_000_000, "host", "app", "1", nil, nil, "zone")
        ),
        (
            "<13>Nov 20 01:02:03 host app[1]:no space",
            .init(.rfc3164, 13, 1_795_136_523_000_000_000, "host", nil, nil, nil, nil, "app[1]:no space")
        ),
        ("<13>Nov 20 01:02:03", .init(.rfc3164, 13, 1_795_136_523_000_000_000, nil, nil, nil, nil, nil, "")),
    ]

    @Test("by RFC 3164", arguments: Self.rfc3164)
    func byRFC3164(_ line: String, _ expected: ReadableMessage) {
        #expect(ReadableMessage(Array(line.utf8), clock: Self.clock) == expected)
    }

    /// What stands behind the time in a message of the network, and what host, tag, process and text are found in it.
    static let heads: [(line: String, host: String?, tag: String?, process: String?, text: String)] = [
        ("Message forwarded from aix01: su[123]: U01", "aix01", "su", "123", "U01"),
        ("From aix02: su[77]: U02", "aix02", "su", "77", "U02"),
        ("From here on: nothing", "From", nil, nil, "here on: nothing"),
        ("last message repeated 3 times", nil, nil, nil, "last message repeated 3 times"),
        ("web1 last message repeated 3 times", "web1", nil, nil, "last message repeated 3 times"),
        ("message repeated 5 times: [ U04 foo ]", nil, nil, nil, "message repeated 5 times: [ U04 foo ]"),
        ("2026 year1 app: U17", "year1", "app", nil, "U17"),
        (#"{"json": "U32", "a": 1}"#, nil, nil, nil, #"{"json": "U32", "a": 1}"#),
        (#"time="2026-11-30T18:58:49Z" level=info"#, nil, nil, nil, #"time="2026-11-30T18:58:49Z" level=info"#),
        ("web1 My::App[7]: x", "web1", "My::App", "7", "x"),
        ("My::App[7]: x", nil, "My::App", "7", "x"),
        ("[77]: no tag", nil, nil, nil, "[77]: no tag"),
        (": empty tag", nil, nil, nil, ": empty tag"),
        ("app:no space", nil, nil, nil, "app:no space"),
        ("2001:db8::1 app: x", "2001:db8::1", "app", nil, "x"),
        ("fe80::1%eth0 app: x", "fe80::1%eth0", "app", nil, "x"),
        ("web_1.example.com app: x", "web_1.example.com", "app", nil, "x"),
    ]

    @Test("and names a host only if there is one", arguments: Self.heads)
    func head(_ line: String, _ host: String?, _ tag: String?, _ process: String?, _ text: String) {
        let message = ReadableMessage(Array("<13>Nov 20 01:02:03 \(line)".utf8), clock: Self.clock)
        let time: Int64 = 1_795_136_523_000_000_000
        #expect(message == .init(.rfc3164, 13, time, host, tag, process, nil, nil, text))
    }

    /// What stands behind the time in a message that a program of the machine `web1.example.com` wrote.
    static let localHeads: [(line: String, tag: String?, process: String?, text: String)] = [
        ("MyApp::Worker[12]: U40 started", "MyApp::Worker", "12", "U40 started"),
        ("gsad main[8990]: U41 starting", "gsad main", "8990", "U41 starting"),
        ("U42 hello without tag", nil, nil, "U42 hello without tag"),
        (
            String(repeating: "u", count: 70) + "[8990]: U43 long tag", String(repeating: "u", count: 70), "8990",
            "U43 long tag"
        ),
        ("[77]: U49 no tag", nil, nil, "[77]: U49 no tag"),
        (": U50 empty tag", nil, nil, ": U50 empty tag"),
        ("2026 was a year", nil, nil, "2026 was a year"),
        ("web1 app[1]: x", "app", "1", "x"),
        ("web1.example.com app[1]: x", "app", "1", "x"),
        ("web12 app[1]: x", "web12 app", "1", "x"),
        ("web1 is up: yes", nil, nil, "is up: yes"),
    ]

    @Test("and never names a host that came through a Unix socket", arguments: Self.localHeads)
    func localHead(_ line: String, _ tag: String?, _ process: String?, _ text: String) {
        let bytes = Array("<13>Nov 20 01:02:03 \(line)".utf8)
        let message = ReadableMessage(bytes, clock: Self.clock, localHost: "web1.example.com")
        let time: Int64 = 1_795_136_523_000_000_000
        #expect(message == .init(.rfc3164, 13, time, nil, tag, process, nil, nil, text))
    }

    @Test("and may begin with a byte order mark")
    func byteOrderMark() {
        let message = ReadableMessage(Array("\u{FEFF}<34>1 - h a p m - x".utf8), clock: Self.clock)
        #expect(message == .init(.rfc5424, 34, nil, "h", "a", "p", "m", nil, "x"))
        let text = ReadableMessage(Array("\u{FEFF}<999>x".utf8), clock: Self.clock)
        #expect(text == .init(.unstructured, 13, nil, nil, nil, nil, nil, nil, "<999>x"))
    }

    static let unstructured: [(line: String, priority: UInt8, text: String)] = [
        ("", 13, ""),
        ("plain text", 13, "plain text"),
        ("<>x", 13, "<>x"),
        ("<192>x", 13, "<192>x"),
        ("<013>x", 13, "<013>x"),
        ("<1234>x", 13, "<1234>x"),
        ("<13", 13, "<13"),
        ("<11>Use the BFG!", 11, "Use the BFG!"),
        ("<11>Feb 30 10:00:00 h a: x", 11, "Feb 30 10:00:00 h a: x"),
        ("<11>Nov 20 24:00:00 h a: x", 11, "Nov 20 24:00:00 h a: x"),
        ("<11>2 2026-01-01T00:00:00Z h a p m - x", 11, "2 2026-01-01T00:00:00Z h a p m - x"),
        ("<11>1 2026-01-01t00:00:00z h a p m - x", 11, "1 2026-01-01t00:00:00z h a p m - x"),
        ("<11>1 2026-01-01T00:00:60Z h a p m - x", 11, "1 2026-01-01T00:00:60Z h a p m - x"),
        ("<11>1 2026-02-29T00:00:00Z h a p m - x", 11, "1 2026-02-29T00:00:00Z h a p m - x"),
        ("<11>1 - h a p m [x", 11, "1 - h a p m [x"),
        (#"<11>1 - h a p m [x y="]"] z"#, 11, #"1 - h a p m [x y="]"] z"#),
        (#"<11>1 - h a p m [x][x] z"#, 11, #"1 - h a p m [x][x] z"#),
        ("<11>1 - h a p m -x", 11, "1 - h a p m -x"),
    ]

    @Test("and keeps all its text when it follows neither", arguments: Self.unstructured)
    func byNeither(_ line: String, _ priority: UInt8, _ text: String) {
        let message = ReadableMessage(Array(line.utf8), clock: Self.clock)
        #expect(message == .init(.unstructured, priority, nil, nil, nil, nil, nil, nil, text))
    }

    @Test("within the limits of each RFC 5424 field", arguments: [(255, 48, 128, 32)])
    func limits(_ host: Int, _ application: Int, _ process: Int, _ kind: Int) {
        func line(_ lengths: [Int]) -> [UInt8] {
            Array(("<13>1 - " + lengths.map { String(repeating: "x", count: $0) }.joined(separator: " ") + " - m").utf8)
        }
        let longest = [host, application, process, kind]
        #expect(ReadableMessage(line(longest), clock: Self.clock).format == .rfc5424)
        for field in longest.indices {
            var tooLong = longest
            tooLong[field] += 1
            #expect(ReadableMessage(line(tooLong), clock: Self.clock).format == .unstructured)
        }
    }

    @Test("whose structured data has at most 64 elements and 64 parameters in each")
    func structuredDataLimits() {
        func format(elements: Int, parameters: Int) -> SyslogMessage.Format {
            let data = (0..<elements).map { element in
                "[e\(element)" + (0..<parameters).map { " p\($0)=\"v\"" }.joined() + "]"
            }
            return ReadableMessage(Array("<13>1 - - - - - \(data.joined()) m".utf8), clock: Self.clock).format
        }
        #expect(format(elements: 64, parameters: 64) == .rfc5424)
        #expect(format(elements: 65, parameters: 1) == .unstructured)
        #expect(format(elements: 1, parameters: 65) == .unstructured)
    }

    /// Receiver's time, zone offset in hours, the date in the message, and its time in UTC.
    static let years: [(now: Int64, zone: Int64, date: String, seconds: Int64)] = [
        // 2026-01-01 00:30 UTC: the last day of December belongs to the year before, the first of January to this one.
        (1_767_227_400, 0, "Dec 31 23:59:59", 1_767_225_599),
        (1_767_227_400, 0, "Jan  1 00:00:01", 1_767_225_601),
        (1_767_227_400, 0, "Jan  1 23:00:00", 1_767_308_400),
        (1_767_227_400, 0, "Jan  3 00:00:00", 1_735_862_400),
        // 2025-12-31 23:30 UTC: the sender's new year has begun already.
        (1_767_223_800, 0, "Jan  1 00:10:00", 1_767_226_200),
        // The same moment, where the receiver's zone is nine hours ahead and has turned the year too.
        (1_767_223_800, 9, "Jan  1 08:10:00", 1_767_222_600),
        (1_767_223_800, 9, "Dec 31 23:00:00", 1_767_189_600),
        // 2026-11-21 04:00 UTC: the last 29 February was in 2024.
        (1_795_233_600, 0, "Feb 29 12:00:00", 1_709_208_000),
        (1_795_233_600, -5, "Nov 20 23:00:00", 1_795_233_600),
    ]

    @Test("and gets the year and the zone of the receiver", arguments: Self.years)
    func yearAndZone(_ now: Int64, _ zone: Int64, _ date: String, _ seconds: Int64) {
        let clock = SyslogClock(now: now, zoneOffset: zone * 3600)
        let message = ReadableMessage(Array("<13>\(date) h a: m".utf8), clock: clock)
        #expect(message.time == seconds * 1_000_000_000)
    }

    @Test("whatever its bytes are", arguments: 0..<8)
    func randomBytes(_ seed: UInt64) {
        var random = SplitMix(seed)
        let seeds = Self.rfc5424.map(\.0) + Self.rfc3164.map(\.0)
        for _ in 0..<2_000 {
            var bytes = Array(seeds.randomElement(using: &random)!.utf8)
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = .random(in: 0...255, using: &random)
                case 1: bytes.removeSubrange(place..<min(bytes.count, place + 3))
                default: bytes.insert(contentsOf: Array(#"<[]="\ :1"#.utf8).shuffled(using: &random), at: place)
                }
                if bytes.isEmpty { bytes = [0x3C] }
            }
            let message = SyslogParser(clock: Self.clock).parse(bytes.span)
            #expect(message.text.upperBound == bytes.count)
        }
    }
}

/// Random numbers that are the same in each run (Steele, Lea, Flood: "Fast splittable pseudorandom number generators").
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) {
        self.state = seed
    }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
