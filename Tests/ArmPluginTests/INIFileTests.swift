import ArmPlugin
import Testing

@Suite struct INIFileTests {
    /// Each line of the dialect with the value Python 2's SafeConfigParser gives, or would give if it did not fail.
    @Test(arguments: [
        ("key = value", "value"),
        ("KEY: value", "value"),
        ("key=a = b", "a = b"),
        ("  key", nil),
        ("key = a # b", "a # b"),
        ("key = a ; comment", "a"),
        ("key = a;b", "a;b"),
        ("key = 100%%", "100%"),
        ("key = p%ss", "p%ss"),
        ("other = x\nkey = <%(other)s>", "<x>"),
        ("key = %(unknown)s", "%(unknown)s"),
        ("key = \"\"", ""),
        ("key = \"quoted\"", "\"quoted\""),
        ("key =", ""),
        ("key = one\n two\n\tthree", "one\ntwo\nthree"),
        ("key = first\nkey = last", "last"),
        ("# key = x\n; key = y", nil),
        ("key = value\r", "value"),
    ])
    func value(text: String, expected: String?) throws {
        let file = try INIFile(parsing: "[hap2]\n" + (text == "  key" ? "" : text), path: "hap2.conf")
        #expect(file.section("hap2")?["key"]?.value == expected)
    }

    @Test func defaultSectionIsMerged() throws {
        let file = try INIFile(parsing: "[DEFAULT]\na = 1\nb = 2\n[hap2]\nb = 3\n[other]\nc = 4\n", path: "x")
        #expect(file.section("hap2")?.mapValues(\.value) == ["a": "1", "b": "3"])
        #expect(file.section("missing") == nil)
    }

    @Test(arguments: [
        ("key = value\n", "x.conf:1: a setting stands before the first [section]"),
        ("[hap2]\n\nnonsense\n", "x.conf:3: 'nonsense' is neither a [section] nor key = value"),
        ("# comment\n[hap2\n", "x.conf:2: ']' is missing after the name of the section"),
        ("[hap2]\n= value\n", "x.conf:2: '= value' is neither a [section] nor key = value"),
        ("[hap2]\nkey = a\u{0}b\n", "x.conf:2: there is a zero byte: write the file as UTF-8"),
    ])
    func errorsNameTheLine(text: String, expected: String) {
        let error = #expect(throws: SettingsError.self) { try INIFile(parsing: text, path: "x.conf") }
        #expect(error?.description == expected)
    }

    @Test func interpolationOfItselfEnds() throws {
        let file = try INIFile(parsing: "[hap2]\nkey = %(key)s\n", path: "x")
        #expect(file.section("hap2")?["key"]?.value == "%(key)s")
    }
}
