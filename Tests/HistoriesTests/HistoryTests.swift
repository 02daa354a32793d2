import Testing

@Suite("Histories")
struct HistoryTests {
    @Test(
        "a script is what it was printed from, and a seed always gives the same one",
        arguments: 1...40 as ClosedRange<UInt64>
    )
    func script(seed: UInt64) throws {
        let history = Generator.history(seed: seed)
        #expect(try History(history.description) == history)
        #expect(Generator.history(seed: seed) == history)
        #expect(throws: History.UnknownLine.self) { try History("append logs/app.log three lines") }
    }

    @Test(
        "the names that logrotate gives",
        arguments: [
            ("logs/app.log.1", true), ("logs/app.log.12.gz", true), ("logs/app.log-20261130", true),
            ("logs/app-20261130.log", true), ("logs/app-20261130.log.gz", true), ("logs/app.log.old", true),
            ("logs/app.log", false), ("other/app.log.1", false), ("logs/application.log", false),
            ("logs/app.log.backup", false), ("logs/app-2026-11-30T20-00-00.000.log", false),
        ]
    )
    func names(path: String, isRotation: Bool) {
        #expect(LogrotateName.isRotation(path, of: "logs/app.log") == isRotation)
    }

    /// What has to arrive, what may come twice, and what may be missing.
    @Test(
        "the model knows what is promised",
        arguments: [
            ("append a.log 2x20\nstart beginning\nsettle", [1...1, 1...1]),
            ("append a.log 1x20\nstart end\nappend a.log 1x20\nsettle", [0...0, 1...1]),
            ("start beginning\nappend a.log 1x20\ntruncate a.log\nsettle", [0...1]),
            (
                "start beginning\nappend a.log 1x20\nsettle\nstop\nappend a.log 1x20\ndelete a.log\nstart end\nsettle",
                [1...1, 0...1]
            ),
            (
                "start beginning\nappend a.log 1x20\nsettle\nstop\nappend a.log 1x20\nrename a.log b\nstart end\nsettle",
                [1...1, 1...1]
            ),
            ("append a.log 1x1024\nstart beginning\nsettle\ncopy a.log a-20261130.log\nsettle", [1...1]),
            ("append a.log 1x1023\nstart beginning\nsettle\ncopy a.log a-20261130.log\nsettle", [1...2]),
            ("append a.log 1x1024\nstart beginning\nsettle\ncopy a.log backup.log\nsettle", [1...2]),
            ("append a.log 1x20\ntwin a.log b.log\nstart beginning\nsettle", [2...2]),
        ] as [(String, [ClosedRange<Int>])]
    )
    func promise(script: String, bounds: [ClosedRange<Int>]) throws {
        var model = Model(patterns: ["*.log"])
        for step in try History(script).steps { _ = model.apply(step) }
        let texts = model.origins.map { $0.text.prefix(Model.keyLength) }
        var found: [ClosedRange<Int>] = []
        for (index, text) in texts.enumerated() where !texts[..<index].contains(text) {
            found.append(model.bounds[text] ?? 0...0)
        }
        #expect(found == bounds)
    }

    @Test("lines that are missing, come twice, are out of order or were never written are found")
    func verdict() throws {
        var model = Model(patterns: ["*.log"])
        for step in try History("append a.log 3x20\nstart beginning\nsettle").steps { _ = model.apply(step) }
        let texts = model.origins.map(\.text)
        #expect(model.judge(texts).isEmpty)
        #expect(model.judge(texts.dropLast()).kinds.map(\.name) == ["lost"])
        #expect(model.judge(texts + [texts[0]]).kinds.map(\.name) == ["repeated"])
        #expect(model.judge(texts + ["else"]).kinds.map(\.name) == ["unknown"])
        #expect(model.judge([texts[1], texts[0], texts[2]]).kinds.map(\.name) == ["disordered"])
    }

    /// A follower that loses what is written to a file after it was renamed.
    @Test("what goes wrong is shrunk to what it needs")
    func shrinking() async throws {
        let history = try History(
            "tail *\nappend a 10x20\nstart beginning\nsettle\nappend b 3x40\nrename a c\nappend c 30x64\nstop\ndelete b"
        )
        var shrinker = Shrinker(attempts: 200) { candidate in
            guard let rename = candidate.steps.firstIndex(of: .rename("a", to: "c")) else { return false }
            return candidate.steps[rename...].contains { if case .append("c", _) = $0 { true } else { false } }
        }
        #expect(await shrinker.shrink(history).description == "tail *\nrename a c\nappend c 1x20")
    }
}
