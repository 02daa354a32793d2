import Glibc
import TestSupport
import Testing

@testable import Intake

@Suite("Lines of fluentd's standard output")
struct FluentdLineTests {
    /// A line as a person would write down what it says.
    private func read(_ line: String) -> String {
        let bytes = Array(line.utf8)
        switch FluentdLine(bytes, in: 0..<bytes.count) {
        case .event(let time, let tag, let record):
            let text = { (range: Range<Int>) in String(decoding: bytes[range], as: UTF8.self) }
            let stated = time.map { "\($0.seconds).\($0.nanoseconds)" } ?? "no time"
            return "\(stated) <\(text(tag))> <\(text(record))>"
        case .log(let level, let text):
            return "\(level) \(String(decoding: bytes[text], as: UTF8.self))"
        case .other:
            return "other"
        }
    }

    @Test(
        "events of old and new versions, in any zone",
        arguments: [
            ("2016-03-03 12:11:17 +0900 hatohol.hoge: {\"a\":1}", "1456974677.0 <hatohol.hoge> <{\"a\":1}>"),
            ("2016-03-03 12:11:17 +0530 a: {}", "1456987277.0 <a> <{}>"),
            ("2016-03-03 12:11:17 -0500 a: {}", "1457025077.0 <a> <{}>"),
            ("2016-03-03 12:11:17 -0330 a: {}", "1457019677.0 <a> <{}>"),
            ("2017-11-28 11:43:13.814351757 +0900 a: {}", "1511836993.814351757 <a> <{}>"),
            ("2017-11-28 11:43:13.5 +09:00 a: {}", "1511836993.500000000 <a> <{}>"),
            ("2017-11-28 02:43:13 UTC a: {}", "1511836993.0 <a> <{}>"),
            ("2017-11-28 02:43:13Z a: {}", "other"),
            ("2017-11-28 02:43:13 Z a: {}", "1511836993.0 <a> <{}>"),
            ("1969-12-31 23:59:59.999999999 +0000 a: {}", "-1.999999999 <a> <{}>"),
            ("2016-02-29 00:00:00 +0000 a: {}", "1456704000.0 <a> <{}>"),
            ("2016-12-31 23:59:60 +0000 a: {}", "1483228800.0 <a> <{}>"),
            // The milliseconds of 2030-03-17T17:46:40.250Z, taken for seconds.
            ("62178-08-08 17:50:50 +0000 a: {}", "1900000000.250000000 <a> <{}>"),
            ("2016-03-03 12:11:17 +0900 tag[0].x: text: more", "1456974677.0 <tag[0].x> <text: more>"),
            ("2016-03-03 12:11:17 +0900 a: ", "1456974677.0 <a> <>"),
            ("2016-03-03 12:11:17 +0900 a:{\"m\": 1}", "1456974677.0 <a:{\"m\"> <1}>"),
        ]
    )
    func events(line: String, meaning: String) { #expect(self.read(line) == meaning) }

    @Test(
        "lines of its own log",
        arguments: ["trace", "debug", "info", "warn", "error", "fatal"]
    )
    func log(level: String) {
        #expect(self.read("2016-03-03 12:11:17 +0900 [\(level)]: starting: x") == "\(level) [\(level)]: starting: x")
        #expect(self.read("2016-03-03 12:11:17.1 -0100 [\(level)][w]: #0 x") == "\(level) [\(level)][w]: #0 x")
    }

    @Test(
        "anything else is no event",
        arguments: [
            "", "x", "2016-03-03", "2016-13-03 12:11:17 +0900 a: {}", "2015-02-29 12:11:17 +0900 a: {}",
            "2016-03-03 24:11:17 +0900 a: {}", "2016-03-03 12:60:17 +0900 a: {}", "2016-03-03 12:11:61 +0900 a: {}",
            "2016-03-03 12:11:17 0900 a: {}", "2016-03-03 12:11:17 +090 a: {}", "2016-03-03 12:11:17 +0960 a: {}",
            "2016-03-03 12:11:17. +0900 a: {}", "2016-03-03 12:11:17.1234567890 +0900 a: {}",
            "2016-03-03 12:11:17 +0900 a:{}", "2016-03-03 12:11:17 +0900 : {}", "2016-03-03 12:11:17 +0900 ",
            "2016-03-03T12:11:17 +0900 a: {}", "20a6-03-03 12:11:17 +0900 a: {}", "2016-03-03 12:11:17 UTX a: {}",
        ]
    )
    func others(line: String) { #expect(self.read(line) == "other") }

    @Test("agrees with the C library's calendar on every kind of time", arguments: 0..<500)
    func times(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let seconds = Int.random(in: -62_000_000_000...253_000_000_000, using: &random)
        let offset = Int.random(in: -1439...1439, using: &random) * 60
        var local = time_t(seconds + offset)
        var parts = tm()
        gmtime_r(&local, &parts)
        let text = { (value: Int, digits: Int) in
            String(repeating: "0", count: digits - "\(value)".count) + "\(value)"
        }
        let date = [(Int(parts.tm_year) + 1900, 4), (Int(parts.tm_mon) + 1, 2), (Int(parts.tm_mday), 2)].map(text)
        let time = [Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec)].map { text($0, 2) }
        let zone = (offset < 0 ? "-" : "+") + text(abs(offset) / 3600, 2) + text(abs(offset) / 60 % 60, 2)
        let line = "\(date.joined(separator: "-")) \(time.joined(separator: ":")) \(zone) a: {}"
        #expect(self.read(line) == "\(seconds).0 <a> <{}>")
    }

    @Test("agrees with a regular expression on damaged lines", arguments: 0..<300)
    func damage(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var bytes = Array("2016-03-03 12:11:17.814 +0900 hatohol.a: {\"m\":1}".utf8)
        let alphabet = Array("0123456789-+:. [UTCZ]\u{E4}x\"".utf8)
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes[index] = alphabet.randomElement(using: &random) ?? 0
            case 1: bytes.remove(at: index)
            default: bytes.insert(alphabet.randomElement(using: &random) ?? 0, at: index)
            }
        }
        let line = String(decoding: bytes, as: UTF8.self)
        let event =
            /\d{4,9}-(0[1-9]|1[012])-(0[1-9]|[12]\d|30|31) ([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,9})? (Z|UTC|[-+]([01]\d|2[0-3]):?[0-5]\d) (?!\[(trace|debug|info|warn|error|fatal)\])(?!: ).*?: .*/
            .asciiOnlyDigits().matchingSemantics(.unicodeScalar)
        let isDay =
            !line.hasPrefix("2016-02-30")
            && !["04-31", "06-31", "09-31", "11-31", "02-31"].contains(String(line.dropFirst(5).prefix(5)))
        let expected = isDay && line.wholeMatch(of: event) != nil
        let meaning = self.read(line)
        #expect((meaning.hasSuffix(">")) == expected, "\(line) is \(meaning)")
    }
}
