import Testing

@testable import Intake

@Suite("Choosing events by tag")
struct TagFilterTests {
    private func wanted(_ tag: String, by patterns: [String]) throws -> Bool {
        var filter = try TagFilter(patterns)
        let bytes = Array("<\(tag)>".utf8)
        return filter.wanted(bytes, 1..<bytes.count - 1) == tag
    }

    @Test(
        "an expression has to match from the start, not to the end",
        arguments: [
            (#"^hatohol\..*"#, "hatohol.a", true), (#"^hatohol\..*"#, "my.hatohol.a", false),
            (#"hatohol"#, "hatohol2", true), (#"hatohol"#, "my.hatohol", false), (#"hatohol$"#, "hatohol2", false),
            (#"(?P<first>a|b)\.\d+"#, "b.12", true), (#""#, "anything", true), (#"a|b"#, "b", true),
        ]
    )
    func anchoring(pattern: String, tag: String, isWanted: Bool) throws {
        #expect(try self.wanted(tag, by: [pattern]) == isWanted)
    }

    @Test("any of several expressions is enough, none lets nothing through")
    func several() throws {
        #expect(try self.wanted("b.x", by: ["a", "b"]))
        #expect(try !self.wanted("c.x", by: ["a", "b"]))
        #expect(try !self.wanted("c.x", by: []))
    }

    @Test("answers do not depend on what was asked before")
    func memory() throws {
        var filter = try TagFilter(["a"])
        for index in 0..<10_000 {
            let tag = index % 3 == 0 ? "a\(index % 5000)" : "b\(index % 5000)"
            let bytes = Array(tag.utf8)
            #expect((filter.wanted(bytes, 0..<bytes.count) != nil) == tag.hasPrefix("a"))
        }
    }

    @Test("a broken expression is an error that names it")
    func broken() {
        #expect(throws: IntakeError(.invalidPattern, stage: "", reason: "")) { try TagFilter(["a", "b("]) }
    }
}
