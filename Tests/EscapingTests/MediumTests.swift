import Escaping
import Foundation
import Testing

/// The rules that have no parser of their own here, and the decisions behind the others.
struct MediumTests {
    @Test(arguments: [
        ("a<b", "a&lt;b"), ("\u{600}<", "\u{600}&lt;"), ("\"\u{301}", "&quot;\u{301}"), ("a\r\nb", "a&#13;\nb"),
        ("\0", "\u{FFFD}"), ("日本語", "日本語"),
    ])
    func htmlKeepsTheText(_ text: String, _ expected: String) {
        #expect(text.escaped(for: .html).unicodeScalars.elementsEqual(expected.unicodeScalars))
        #expect(text.escaped(for: .htmlText).unicodeScalars.elementsEqual(expected.unicodeScalars))
    }

    static let bidirectional: [Unicode.Scalar] =
        ([0x61C...0x61C, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069] as [ClosedRange<UInt32>])
        .flatMap { $0.compactMap(Unicode.Scalar.init) }

    @Test(arguments: Self.bidirectional)
    func whatTurnsTextRoundIsShownToPeopleAndKeptForPrograms(_ scalar: Unicode.Scalar) {
        let (text, number) = ("a\(scalar)<b", "U+" + String(format: "%04X", scalar.value))
        #expect(text.escaped(for: .htmlText) == "a[\(number)]&lt;b")
        #expect(text.escaped(for: .terminalLine) == "a<\(number)><b")
        #expect(text.escaped(for: .html).unicodeScalars.elementsEqual("a\(scalar)&lt;b".unicodeScalars))
        #expect(text.escaped(for: .csvField).unicodeScalars.elementsEqual(text.unicodeScalars))
        #expect(
            "=\(scalar)\"".escaped(for: .csvField).unicodeScalars.elementsEqual("\"'=\(scalar)\"\"\"".unicodeScalars)
        )
    }

    @Test func noOtherScalarIsReplacedOnAPage() {
        let others = (UInt32(1)...0x10FFFF).lazy.compactMap(Unicode.Scalar.init).filter {
            !Self.bidirectional.contains($0)
        }
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: others)
        let text = String(scalars)
        #expect(text.escaped(for: .htmlText).utf8.elementsEqual(text.escaped(for: .html).utf8))
    }

    @Test(arguments: ["=1", "+1", "-1", "@a", "\ta", "\ra", "\na", "＝1", "＋1", "－1", "＠a", "=\u{301}1"])
    func aSpreadsheetCalculatesNothing(_ text: String) {
        #expect(text.escaped(for: .csvField).hasPrefix("\"'"))
    }

    @Test(arguments: ["12", "web1.example.com", "日本語", "", "a b"])
    func aPlainFieldStaysPlain(_ text: String) { #expect(text.escaped(for: .csvField) == text) }

    @Test func aTerminalLineIsOneLineAndSaysWhatTurnsItRound() {
        let text = "a\u{1B}[2Jb\nc\u{85}d\u{9B}e\u{2028}f\u{202E}g\u{2066}h\u{61C}"
        #expect(text.escaped(for: .terminalLine) == "a [2Jb c d e f<U+202E>g<U+2066>h<U+061C>")
    }

    @Test(arguments: HostileText.prepending + ["\u{301}", "\u{200D}"])
    func noByteOfMeaningIsLeftBeside(_ scalar: Unicode.Scalar) {
        let text = "\(scalar)\"\(scalar)\\\(scalar)\n\(scalar)\r\n"
        let label = Array(text.escaped(for: .prometheusLabel).utf8)
        #expect(!label.contains(UInt8(ascii: "\n")))
        #expect(label.count { $0 == UInt8(ascii: "\\") } == 5)
        let pattern = "\(scalar)%\(scalar)_\(scalar)\\".escaped(for: .likePattern)
        #expect(pattern.unicodeScalars.count { $0 == "\\" } == 4)
    }
}
