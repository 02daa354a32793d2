import Escaping
import Foundation
import TestSupport
import Testing

/// What a medium's own parser reads is the text that was escaped, for all scalars and around all that join others.
struct ParserAgreementTests {
    private static let nul: Unicode.Scalar = "\0"

    @Test func anHTMLParserReadsOneTextFromElementAndAttribute() throws {
        // The standard's parser makes U+FFFD of NUL, and so does the escaping: the text is not one to get back.
        let texts = HostileText.all + HostileText.alone(without: [Self.nul])
        let page = texts.map { text in
            let escaped = text.escaped(for: .html)
            return "<p title=\"\(escaped)\" lang='\(escaped)'>\(escaped)</p>"
        }
        let script = """
            import html.parser, json, sys
            texts, page = json.load(sys.stdin)
            class Reader(html.parser.HTMLParser):
                def __init__(self):
                    super().__init__(convert_charrefs=True)
                    self.found, self.text, self.tags = [], "", set()
                def handle_starttag(self, tag, attributes):
                    self.tags.add(tag); self.text = ""; self.attributes = dict(attributes)
                def handle_data(self, data): self.text += data
                def handle_endtag(self, tag):
                    self.found.append((self.text, self.attributes.get("title"), self.attributes.get("lang"), len(self.attributes)))
            for text, element in zip(texts, page):
                reader = Reader(); reader.feed(element); reader.close()
                if reader.tags != {"p"} or reader.found != [(text, text, text, 2)]:
                    sys.exit(f"read {reader.found!r}, {reader.tags!r} for {text!r}")
            print(len(texts))
            """
        #expect(try Self.python(script, [texts, page]) == "\(texts.count)")
    }

    @Test func aReaderOfCSVSeesOneField() throws {
        let texts = HostileText.all + HostileText.alone(without: [Self.nul])
        let lines = texts.map { "1,\($0.escaped(for: .csvField)),2" }.joined(separator: "\r\n") + "\r\n"
        let script = """
            import csv, io, json, sys
            texts, lines = json.load(sys.stdin)
            csv.field_size_limit(1 << 30)
            rows = list(csv.reader(io.StringIO(lines, newline="")))
            starts = "=+-@\\t\\r\\n\\uff1d\\uff0b\\uff0d\\uff20"
            for text, row in zip(texts, rows, strict=True):
                expected = "'" + text if text[0] in starts else text
                if row != ["1", expected, "2"]: sys.exit(f"read {row!r} for {text!r}")
            print(len(rows))
            """
        #expect(try Self.python(script, [texts, lines] as [Any]) == "\(texts.count)")
    }

    @Test func aShellSeesOneWord() throws {
        let texts = HostileText.all + ["", "plain", "-n", "$(id)", "a b", "'", "''", "~", "#"]
        let command = "printf '%s\\0' " + texts.map { $0.escaped(for: .shellWord) }.joined(separator: " ")
        let words = try Command.run("sh", [], input: command).split(separator: "\0", omittingEmptySubsequences: false)
            .dropLast()
        #expect(words.count == texts.count)
        #expect(zip(words, texts).allSatisfy { $0.0.unicodeScalars.elementsEqual($0.1.unicodeScalars) })
    }

    private static func python(_ script: String, _ input: [Any]) throws -> String {
        let interpreter = ProcessInfo.processInfo.environment["HATOHOL_TEST_PYTHON"] ?? "python3"
        let json = try JSONSerialization.data(withJSONObject: input)
        let output = try Command.run(
            interpreter,
            ["-c", script],
            environment: ["PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"],
            input: String(decoding: json, as: UTF8.self)
        )
        return output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
