internal import JSONRPC
internal import Rules

/// `--explain`: says for each line of standard input which event it would become, and which rules made it so.
struct Explanation {
    /// The tag that the lines have; rules that look at other tags do not apply.
    static let tag = "stdin"

    private let configuration: Configuration

    init(_ configuration: Configuration) { self.configuration = configuration }

    /// Reads to the end of the input; a line that begins with a brace is a JSON record.
    func run(asJSON: Bool) {
        var engine = RuleEngine(self.configuration.rules ?? RuleSet())
        engine.isExplaining = true
        while let line = readLine() {
            let verdict = engine.apply(
                to: line.utf8.span,
                isJSON: line.hasPrefix("{"),
                tag: Self.tag,
                now: EventMapper.monotonicNanoseconds
            )
            print(asJSON ? self.json(verdict, engine.steps) : self.text(verdict, engine.steps))
        }
    }

    private func text(_ verdict: RuleVerdict, _ steps: [RuleStep]) -> String {
        var text = self.members(verdict).map { "\($0.name)=\($0.value)" }.joined(separator: " ")
        for step in steps { text += "\n    \(step)" }
        return text
    }

    private func json(_ verdict: RuleVerdict, _ steps: [RuleStep]) -> String {
        var bytes = [UInt8(ascii: "{")]
        for (name, value) in self.members(verdict) {
            bytes.appendJSON(name)
            bytes.append(UInt8(ascii: ":"))
            bytes.appendJSON(value)
            bytes.append(UInt8(ascii: ","))
        }
        bytes.appendJSON("steps")
        bytes.append(UInt8(ascii: ":"))
        bytes.append(UInt8(ascii: "["))
        for (index, step) in steps.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.appendJSON("\(step)")
        }
        return String(decoding: bytes, as: UTF8.self) + "]}"
    }

    private func members(_ verdict: RuleVerdict) -> [(name: String, value: String)] {
        switch verdict {
        case .dropped(let rule): [("dropped", rule)]
        case .event(let event):
            [
                ("type", event.type ?? "UNKNOWN"), ("status", event.status ?? "UNKNOWN"),
                ("severity", event.severity ?? "UNKNOWN"),
                ("host", event.host.map { String(decoding: $0, as: UTF8.self) } ?? self.configuration.hostName),
                ("trigger", event.trigger.map { String(decoding: $0, as: UTF8.self) } ?? ""),
                ("brief", String(decoding: event.message, as: UTF8.self)),
                ("extendedInfo", String(decoding: event.rest, as: UTF8.self)),
            ].filter { !$0.1.isEmpty }
        }
    }
}
