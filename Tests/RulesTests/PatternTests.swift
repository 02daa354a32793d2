import Testing

@testable import Rules

@Suite("A pattern", .timeLimit(.minutes(3)))
struct PatternTests {
    static func occurs(_ pattern: String, _ text: String) throws -> Bool {
        var search = PatternSearch(try Pattern(pattern))
        let first = search.occurs(in: Array(text.utf8).span)
        let second = search.occurs(in: Array(text.utf8).span)
        #expect(first == second, "a second search finds the same")
        return first
    }

    static func found(_ pattern: String, _ text: String) throws -> String? {
        var finder = PatternFinder(try Pattern(pattern))
        let bytes = Array(text.utf8)
        var budget = 1_000_000
        return finder.first(in: bytes.span, from: 0, &budget).map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    static let matches: [(pattern: String, text: String, found: String?)] = [
        ("b+", "abbbc", "bbb"), ("b+?", "abbbc", "bbb"), ("ab|abc", "xabc", "abc"), ("", "x", nil),
        ("a{2,3}", "aaaa", "aaa"),
        ("a{2}", "a", nil), ("a{2,}", "aaaa", "aaaa"), ("a{0}b", "ab", "b"), ("^a", "ba", nil), ("^b", "ba", "b"),
        ("a$", "ba", "a"),
        ("b$", "ba", nil), ("(?:ab)+", "xababa", "abab"), ("[a-c]+", "xxabcd", "abc"), ("[^a-c]+", "abxyc", "xy"),
        ("[]a]+", "x]a]", "]a]"), ("[a-]+", "x-a", "-a"), (#"[\]\d]+"#, "x]1", "]1"), (".+", "a\nb", "a"),
        (".", "ä", "ä"),
        ("^.$", "€", "€"), ("^..$", "€", nil), ("ä+", "xää", "ää"), (#"\d+"#, "a12b", "12"), (#"\w+"#, "-a_1-", "a_1"),
        (#"\s"#, "a\tb", "\t"), (#"\S+"#, " ab ", "ab"), (#"\D+"#, "1é2", "é"), (#"\bcat\b"#, "a cat.", "cat"),
        (#"\bcat\b"#, "concat", nil), (#"\Bcat\b"#, "concat", "cat"), ("(?i)error", "An ERROR", "ERROR"),
        ("(?i)[a-c]+", "ABC", "ABC"), (#"\."#, "a.b", "."), (#"\/"#, "a/b", "/"), ("(a|b|)c", "bc", "bc"),
        (#"^$"#, "x", nil),
        (#"(GET|POST) /[a-z]+"#, "POST /index.html", "POST /index"),
    ]

    @Test("occurs or not, and is found leftmost and longest", arguments: Self.matches)
    func matching(_ pattern: String, _ text: String, _ found: String?) throws {
        #expect(try Self.found(pattern, text) == found)
        let isEmptyMatch = pattern.isEmpty
        #expect(try Self.occurs(pattern, text) == (found != nil || isEmptyMatch))
    }

    @Test("sees the start and the end of an empty text")
    func empty() throws {
        #expect(try Self.occurs("^$", ""))
        #expect(try !Self.occurs("^$", "x"))
        #expect(try !Self.occurs(#"\b"#, ""))
        #expect(try Self.occurs(#"\B"#, ""))
    }

    @Test(
        "is refused with its place",
        arguments: [
            ("(", 1), (")", 0), ("a)", 1), ("[", 1), ("[a", 2), ("*", 0), ("a|*", 2), ("a{", 2), ("a{2,1}", 6),
            ("a{1001}", 7),
            ("(?=a)", 2), (#"\1"#, 1), ("\\", 1), ("[b-a]", 4), ("[ä]", 1), ("[[:digit:]]", 2), ("^*", 2),
            (#"\p{L}"#, 1),
            ("((a{100}){100}){100}", 0),
        ]
    )
    func refused(_ pattern: String, _ position: Int) {
        #expect(performing: { try Pattern(pattern) }, throws: { ($0 as? Pattern.Failure)?.position == position })
    }

    @Test(
        "takes no longer for nested quantifiers",
        arguments: ["(a+)+$", "(a*)*b", "(a|a)*c", "(a|aa)+$", "(.*)*x", "(a?){50}a{50}$"]
    )
    func nested(_ pattern: String) throws {
        let text = String(repeating: "a", count: 100_000) + "!"
        #expect(try !Self.occurs(pattern, text))
    }

    @Test("needs no more memory for many states")
    func manyStates() throws {
        var random = SystemRandomNumberGenerator()
        let text = (0..<50_000).map { _ in Bool.random(using: &random) ? "a" : "b" }.joined()
        #expect(try !Self.occurs("(a|b)*a(a|b){14}c", text))
        #expect(try Self.occurs("(a|b)*a(a|b){14}c", text + "c") == (text.utf8.suffix(15).first == UInt8(ascii: "a")))
    }

    @Test("agrees with the standard library's", arguments: 0..<200)
    func agrees(_ seed: Int) throws {
        var random = SplitMix(UInt64(seed))
        let source = Self.expression(depth: 3, &random)
        let regex = try Regex(source)
        for _ in 0..<20 {
            let text = String(
                (0..<Int.random(in: 0...8, using: &random)).map { _ in "ab ".randomElement(using: &random)! }
            )
            let expected = text.firstMatch(of: regex)
            #expect(try Self.occurs(source, text) == (expected != nil), "\(source) in \"\(text)\"")
        }
    }

    private static func expression(depth: Int, _ random: inout SplitMix) -> String {
        func part() -> String { self.expression(depth: depth - 1, &random) }
        switch Int.random(in: 0..<(depth > 0 ? 9 : 4), using: &random) {
        case 0: return "a"
        case 1: return "b"
        case 2: return "[^a]"
        case 3: return ["^", "$", "a", "b"].randomElement(using: &random)!
        case 4: return "(?:\(part())|\(part()))"
        case 5: return "(?:\(part())a)*"
        case 6: return "(?:b\(part())){1,2}"
        default: return part() + part()
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
