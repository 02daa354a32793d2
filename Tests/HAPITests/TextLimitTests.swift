import Foundation
import HAPI
import Testing

/// Lengths count code points after NFC; cuts fall between characters and are marked.
@Suite struct TextLimitTests {
    static let limit = TextLimit.string255

    @Test(arguments: [
        (String(repeating: "a", count: 255), true), (String(repeating: "a", count: 256), false),
        (String(repeating: "日", count: 255), true), (String(repeating: "日", count: 256), false),
        (String(repeating: "e\u{301}", count: 255), true), (String(repeating: "e\u{301}", count: 256), false),
        // U+0958 may not stay composed in NFC: it counts as two.
        (String(repeating: "\u{958}", count: 127), true), (String(repeating: "\u{958}", count: 128), false),
        (String(repeating: "😀", count: 255), true), ("", true),
    ])
    func countsCodePointsAfterNFC(text: String, fits: Bool) {
        #expect(Self.limit.admits(text) == fits)
    }

    @Test(arguments: [
        (String(repeating: "a", count: 256), String(repeating: "a", count: 254) + "…"),
        (String(repeating: "a", count: 255), String(repeating: "a", count: 255)),
        // A character of 7 code points does not fit in what is left and goes as a whole.
        (String(repeating: "a", count: 250) + "👨‍👩‍👧‍👦" + "bbb", String(repeating: "a", count: 250) + "…"),
        (String(repeating: "a", count: 253) + "\r\n" + "bbb", String(repeating: "a", count: 253) + "…"),
        (String(repeating: "e\u{301}", count: 256), String(repeating: "é", count: 254) + "…"),
        ("e\u{301}", "é"),
    ])
    func cutsBetweenCharactersAndMarks(text: String, expected: String) {
        #expect(Array(Self.limit.clip(text).unicodeScalars) == Array(expected.unicodeScalars))
    }

    @Test func cutsInsideACharacterOnlyWhenItIsTooLongByItself() {
        let zalgo = "x" + String(repeating: "\u{316}", count: 1000)
        let cut = Self.limit.clip(zalgo)
        #expect(cut.unicodeScalars.count == 255)
        #expect(Self.limit.admits(cut))
    }

    /// The shortcut for short texts rests on this: NFC has no more code points than UTF-8 has bytes.
    @Test func normalisingNeverYieldsMoreCodePointsThanBytes() {
        for value in 0...0x10FFFF as ClosedRange<UInt32> {
            guard let scalar = Unicode.Scalar(value), value >= 0x80 else { continue }
            let text = String(scalar)
            if text.utf8.count < TextLimit(characters: text.utf8.count).clip(text).unicodeScalars.count {
                Issue.record("U+\(String(value, radix: 16))")
            }
        }
    }

    /// Our own normalisation against Foundation's.
    @Test(arguments: [
        "e\u{301}", "\u{1100}\u{1161}\u{11A8}", "か\u{3099}", "\u{212B}", "q\u{323}\u{307}", "q\u{307}\u{323}",
    ])
    func sendsNFC(text: String) {
        let expected = text.precomposedStringWithCanonicalMapping
        #expect(Array(Self.limit.clip(text).unicodeScalars) == Array(expected.unicodeScalars))
    }
}
