import JSONRPC
import Testing

/// The grammar of RFC 8259, by table: what is JSON and what is not.
@Suite struct JSONReaderTests {
    @Test(arguments: [
        "{}", "[]", " [ 1 , 2 ] ", "\t{\"a\" : null}\r\n", "\"\"", "0", "-0", "-1.5e+10", "1E5", "1e-5", "0.0", "true",
        "false", "null", #"{"a":{"b":[[[{}]]]}}"#, #""\"\\\/\b\f\n\r\t\u0041""#, #""\uD83D\uDE00""#,
        "\"\u{1F600}\u{7F}\"",
        #"{"a":1,"a":2}"#,
    ])
    func accepts(text: String) throws {
        var reader = try JSONReader(text.utf8.span)
        _ = try reader.skipValue()
        try reader.finish()
    }

    @Test(arguments: [
        "", " ", "{", "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "{a:1}",
        "{'a':1}", "01", "-", "-a", "1.", ".5", "1e", "1e+", "+1", "0x1", "NaN", "Infinity", "tru", "TRUE", "nul", "\"",
        "\"a", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"", "\"\\uD800\"", "\"\\uD800\\u0041\"", "\"\\uDC00\"",
        "\"\t\"", "\"a\nb\"", "\"\0\"", "{} {}", "1 2", "]", "}", "[}", "{]", "\u{FEFF}{}", "//\n1", "[1]x", "\u{A0}1",
        "{1:2}", "{\"a\":1 \"b\":2}", "--1", "1.e5", "00",
    ])
    func refuses(text: String) {
        #expect(throws: JSONError.self) {
            var reader = try JSONReader(text.utf8.span)
            _ = try reader.skipValue()
            try reader.finish()
        }
    }

    @Test(arguments: [
        (#""""#, ""), (#""plain""#, "plain"), (#""a\"b\\c\/d""#, "a\"b\\c/d"), (#""\b\f\n\r\t""#, "\u{8}\u{C}\n\r\t"),
        (#""\u00e9\u20AC\uD83D\uDE00""#, "é€😀"), (#""\u0000""#, "\0"),
        ("\"日本語 longer than a word\"", "日本語 longer than a word"),
        (#""eight888\n""#, "eight888\n"), (#""1234567\"""#, "1234567\""),
    ])
    func readsStrings(text: String, expected: String) throws {
        var reader = try JSONReader(text.utf8.span)
        #expect(try reader.readString() == expected)
        try reader.finish()
    }

    @Test(arguments: [
        ("0", 0), ("-0", 0), ("42", 42), ("9223372036854775807", Int64.max), ("-9223372036854775808", .min),
        ("9223372036854775808", nil), ("1.0", 1), ("10e-1", 1), ("1e3", 1000), ("1.5", nil), ("1e400", nil),
        ("4294967295", 4_294_967_295), ("9007199254740993.0", 9_007_199_254_740_992),
    ])
    func readsNumbers(text: String, expected: Int64?) throws {
        var reader = try JSONReader(text.utf8.span)
        #expect(try reader.readNumber().integer == expected)
        try reader.finish()
    }

    /// Every place of a special byte relative to the eight-byte steps of the scanner.
    @Test(arguments: 0..<40, ["\"", "\\", "\u{1F}", "\u{1}", "é", "\u{1F600}", "\u{7F}", "!", "#", "[", "]", " "])
    func findsSpecialBytesAtEveryOffset(offset: Int, special: String) throws {
        let text = String(repeating: "x", count: offset) + special + String(repeating: "y", count: 40 - offset)
        var writer = JSONWriter()
        writer.value(text)
        var reader = try JSONReader(writer.bytes.span)
        #expect(try reader.readString() == text)
        try reader.finish()
        if special == "\u{1F}" || special == "\u{1}" {
            #expect(throws: JSONError(.unexpectedByte, at: offset + 1)) {
                let bytes = Array("\"\(text)\"".utf8)
                var reader = try JSONReader(bytes.span)
                _ = try reader.readText()
            }
        }
    }

    @Test func refusesOrRepairsInvalidUTF8() throws {
        let bytes: [UInt8] = Array("\"a".utf8) + [0xFF, 0xE2, 0x82] + Array("b\\uD800\"".utf8)
        #expect(throws: JSONError.self) {
            var reader = try JSONReader(bytes.span)
            _ = try reader.readText()
        }
        var reader = try JSONReader(bytes.span, invalidUTF8: .repair)
        #expect(try reader.readString() == "a\u{FFFD}\u{FFFD}b\u{FFFD}")
    }

    @Test func boundsDepthMembersAndSize() {
        func code(_ text: String, _ limits: JSONLimits) -> JSONError.Code? {
            do throws(JSONError) {
                var reader = try JSONReader(text.utf8.span, limits: limits)
                _ = try reader.skipValue()
                return nil
            } catch {
                return error.code
            }
        }
        let deep = String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)
        #expect(code(deep, .standard) == .tooDeep)
        #expect(code("[[[]]]", JSONLimits(depth: 3)) == nil)
        #expect(code("[[[]]]", JSONLimits(depth: 2)) == .tooDeep)
        #expect(code("[[],[],[]]", JSONLimits(depth: 2)) == nil)
        #expect(code("[1,2,{\"a\":1}]", JSONLimits(members: 4)) == nil)
        #expect(code("[1,2,{\"a\":1}]", JSONLimits(members: 3)) == .tooManyMembers)
        #expect(code("[1,2,3]", JSONLimits(bytes: 6)) == .tooLong)
    }
}
