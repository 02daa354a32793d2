import Testing

@testable import Query

@Suite("The query language")
struct ParserTests {
    @Test(
        "understands",
        arguments: [
            ("", ""),
            ("severity>=error", "severity>=error"),
            ("SEVERITY:Error", "severity=error"),
            ("host:web* text:\"disk full\" since:-2h", "host:web* text:\"disk full\" since:-2h"),
            ("disk", "text:disk"),
            ("\"AND\"", "text:AND"),
            ("a OR b c", "text:a OR (text:b text:c)"),
            ("(a OR b) c", "(text:a OR text:b) text:c"),
            ("NOT host:a", "NOT host:a"),
            ("-host:a host!=b", "NOT host:a NOT host:b"),
            ("a AND NOT (b OR c)", "text:a NOT (text:b OR text:c)"),
            ("since:2026-01-31 until:2026-02-01T09:30+09:00", "since:2026-01-31T00:00:00Z until:2026-02-01T00:30:00Z"),
            ("since:1969-12-31T23:59:59.5Z", "since:1969-12-31T23:59:59.500000000Z"),
            ("handling:progress assignee:hana", "handling:progress assignee:hana"),
            ("text:\"a \\\"b\\\" \\\\\"", "text:\"a \\\"b\\\" \\\\\""),
            ("text:\"50*\"", "text:\"50*\""),
            ("host:障害*", "host:障害*"),
        ]
    )
    func understands(text: String, canonical: String) throws {
        #expect(try Parser.parse(text).description == canonical)
    }

    @Test(
        "is read back as it was written",
        arguments: ["\u{301}a", "a\"\u{301}", "\u{600}\"", "\\\u{301}", "(\u{301}", "*\u{301}"]
    )
    func roundTrip(text: String) throws {
        let written = Expression.condition(.text(Pattern([.literal(text)]))).description
        #expect(try Parser.parse(written).description == written)
        guard case .condition(.text(let pattern)) = try Parser.parse(written) else { return #expect(Bool(false)) }
        #expect(pattern.pieces == [.literal(text)])
    }

    @Test(
        "points at the mistake",
        arguments: [
            ("colour:red", 0, QueryError.Problem.unknownField("colour")),
            ("host:a (b", 7, .unclosedBracket),
            ("host:a text:\"b", 12, .unclosedQuote),
            ("a )", 2, .unexpected(")")),
            ("a OR", 4, .conditionMissing),
            ("OR a", 0, .conditionMissing),
            ("a host:", 2, .valueMissing(field: "host")),
            ("a host>b", 2, .badOperator(field: "host", ">")),
            (">b", 0, .unexpected(">")),
            ("()", 1, .conditionMissing),
        ]
    )
    func points(text: String, position: Int, problem: QueryError.Problem) {
        #expect(throws: QueryError(problem: problem, position: position)) { try Parser.parse(text) }
    }

    @Test("names what a field accepts")
    func values() {
        let error = #expect(throws: QueryError.self) { try Parser.parse("severity>=bad") }
        #expect(error?.position == 10)
        #expect(error?.reason.contains("unknown, info, warning, error, critical, emergency") == true)
        for text in ["since:yesterday", "since:2026-02-30", "since:-2x", "since:2026-01-01T25:00", "since>now"] {
            #expect(throws: QueryError.self, "\(text)") { try Parser.parse(text) }
        }
    }

    @Test("has limits")
    func limits() {
        let deep = String(repeating: "(", count: 40) + "a" + String(repeating: ")", count: 40)
        #expect(throws: QueryError.self) { try Parser.parse(deep) }
        #expect(throws: QueryError.self) { try Parser.parse(String(repeating: "a ", count: 101)) }
        #expect(throws: QueryError.self) { try Parser.parse(String(repeating: "a", count: 2001)) }
    }

    @Test("reads moments from now")
    func moments() {
        #expect(Moment("-2h")?.nanoseconds(now: 7_200_000_000_001) == 1)
        #expect(Moment("1970-01-02")?.nanoseconds(now: 0) == 86_400_000_000_000)
        #expect(Moment("2024-02-29T00:00:00Z") != nil)
        #expect(Moment("2023-02-29T00:00:00Z") == nil)
    }

    @Test("what is printed means the same", arguments: 0..<300)
    func roundTrip(seed: Int) throws {
        var generator = ExpressionGenerator(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1)
        let expression = generator.expression(depth: 3)
        let printed = expression.description
        #expect(try Parser.parse(printed).description == printed, "\(printed)")
    }

    @Test("no text is fatal", arguments: 0..<300)
    func anything(seed: Int) {
        var generator = ExpressionGenerator(state: UInt64(seed) &* 0xD134_2543_DE82_EF95 &+ 7)
        let alphabet = Array("ab:=<>!()\"\\* -_ORANDT\u{0}\u{301}障\n")
        let text = String((0..<40).map { _ in alphabet[generator.below(alphabet.count)] })
        _ = try? Parser.parse(text)
    }
}

/// Makes queries from a number; the same number gives the same query.
private struct ExpressionGenerator {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        self.state = self.state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((self.state >> 33) % UInt64(bound))
    }

    mutating func expression(depth: Int) -> Expression {
        switch depth == 0 ? 3 : self.below(5) {
        case 0: .all((0..<2 + self.below(2)).map { _ in self.expression(depth: depth - 1) })
        case 1: .any((0..<2 + self.below(2)).map { _ in self.expression(depth: depth - 1) })
        case 2: .not(self.expression(depth: depth - 1))
        default: .condition(self.condition())
        }
    }

    private mutating func condition() -> Condition {
        let texts = ["disk", "disk full", "a\"b", "\\", "50*", "AND", "障害", "x:y", "("]
        let text = texts[self.below(texts.count)]
        switch self.below(6) {
        case 0: return .severity(Comparison.allCases[self.below(6)], Level.allCases[self.below(6)])
        case 1: return .status(Status.allCases[self.below(3)])
        case 2: return .name(NameField.allCases[self.below(6)], Pattern(wildcards: "web*0*"))
        case 3: return .since(.ago(Int64(self.below(100_000))))
        case 4: return .until(.at(Int64(self.below(2_000_000_000)) * 1_000_000_001))
        default: return .text(Pattern(literal: text))
        }
    }
}
