import Testing

@testable import Intake

@Suite("Records of several lines")
struct RecordJoinerTests {
    /// One step: lines of a letter and a length, and what the joiner gives then.
    private func records(_ script: String, limit: Int = 100) -> [String] {
        var joiner = RecordJoiner(limit: limit)
        var records: [String] = []
        var position = 0
        // `S3` is a start line of 3 bytes, `c` a continuation, `X` a cut line, `.` the end of the open record.
        for word in script.split(separator: " ") {
            let note = { (range: Range<Int>, isCut: Bool) in
                records.append("\(range.lowerBound)-\(range.upperBound)\(isCut ? " cut" : "")")
            }
            if word == "." {
                joiner.finish(note)
                continue
            }
            let line = position..<position + (Int(word.dropFirst()) ?? 0)
            position = line.upperBound + 1
            joiner.add(line, isCut: word.first == "X", isStart: word.first == "S", note)
        }
        if let open = joiner.open { records.append("open \(open.lowerBound)-\(open.upperBound)") }
        return records
    }

    @Test(
        "lines go to the record before them until the next one starts",
        arguments: [
            ("S3", ["open 0-3"]),
            ("S3 .", ["0-3"]),
            ("S3 c4 c0", ["open 0-9"]),
            ("S3 c4 S5", ["0-8", "open 9-14"]),
            ("c4 c2 S5", ["0-7", "open 8-13"]),
            ("S3 S3 .", ["0-3", "4-7"]),
            ("", []),
            (".", []),
            // Up to the limit of 10 they belong together, beyond it nothing is lost.
            ("S4 c5", ["open 0-10"]),
            ("S4 c6", ["0-4", "open 5-11"]),
            ("c4 c5 c4 c5 .", ["0-10", "11-21"]),
            // Nothing is joined to a line whose rest is missing.
            ("S3 X10 c2 .", ["0-3", "4-14 cut", "15-17"]),
            ("X10", ["0-10 cut"]),
        ]
    )
    func script(script: String, expected: [String]) {
        #expect(self.records(script, limit: 10) == expected)
    }

    /// Splits a text piece by piece as a source does and gives the records.
    private func split(_ text: String, pieces: Int, limit: Int = 20, ending: RecordSplitter.Ending) -> [String] {
        var splitter = RecordSplitter(limit: limit, isStart: { $0.count > 0 && $0[0] == UInt8(ascii: "#") })
        var records: [String] = []
        var rest: [UInt8] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: max(1, bytes.count), by: pieces) {
            let isLast = start + pieces >= bytes.count
            let storage = rest + bytes[start..<min(start + pieces, bytes.count)]
            let used = splitter.split(storage, ending: isLast ? ending : .open) { range, isCut in
                records.append(String(decoding: storage[range], as: UTF8.self) + (isCut ? "…" : ""))
            }
            rest = Array(storage[used...])
        }
        return records
    }

    @Test("however the bytes come, the records are the same", arguments: 1...12)
    func pieces(size: Int) {
        let text = "head\r\n#one\r\n  a\r\n  b\r\n#two\n#three\n c\nd\n\n#a line that is too long for us\n rest\n#x"
        let whole = [
            "head", "#one\r\n  a\r\n  b", "#two", "#three\n c\nd\n", "#a line that is too …",
        ]
        #expect(self.split(text, pieces: size, ending: .open) == whole)
        #expect(self.split(text, pieces: size, ending: .quiet) == whole)
        // Half a line may belong to the record before it.
        #expect(self.split(text, pieces: size, ending: .final) == whole + [" rest", "#x"])
        #expect(self.split(text + "\n", pieces: size, ending: .quiet) == whole + [" rest", "#x"])
    }

    @Test("a hole that copytruncate left ends the record before it", arguments: 1...12)
    func holes(size: Int) {
        let hole = String(repeating: "\0", count: 100)
        let whole = ["#one\n a", " b", "#two"]
        #expect(self.split("#one\n a\n\(hole) b\n#two\n", pieces: size, ending: .final) == whole)
        #expect(self.split("#one\n a\n\(hole)", pieces: size, ending: .open) == ["#one\n a"])
    }

    @Test("a byte order mark hides no start of a record")
    func byteOrderMark() {
        #expect(self.split("\u{FEFF}#one\n a\n\u{FEFF}#two\n", pieces: 100, ending: .final) == ["#one\n a", "#two"])
    }
}
