/// Applies a rule set to one record after the other.
///
/// Holds what the rules remember: counts for samples, buckets for limits, and the automata of the patterns. A value of one
/// owner; make one for each stream of records, or let one owner map them all so that limits count for all of them.
public struct RuleEngine {
    fileprivate struct Rule {
        var rule: RuleSet.Rule
        /// For each condition with a pattern, its search.
        var searches: [PatternSearch?]
        /// For each action, what it remembers.
        var seen: [Int]
        var limiters: [RateLimiter?]
    }

    private var reader: RecordReader
    private var rules: [Rule]
    private var redactor: Redactor?
    /// How many records each rule has dropped, in the order of the file.
    public private(set) var counts: [RuleCounts]

    /// Whether ``steps`` are kept; off by default.
    public var isExplaining = false
    /// What was done to the last record.
    public private(set) var steps: [RuleStep] = []

    /// Prepares to apply a set.
    public init(_ set: RuleSet) {
        self.reader = RecordReader(set)
        self.redactor = set.redactions.isEmpty ? nil : Redactor(set.redactions)
        self.counts = set.rules.map { RuleCounts(rule: $0.name) }
        self.rules = set.rules.map { rule in
            Rule(
                rule: rule,
                searches: rule.conditions.map { condition in
                    if case .matches(let pattern) = condition.test { PatternSearch(pattern) } else { nil }
                },
                seen: rule.actions.map { _ in 0 },
                limiters: rule.actions.map { action in
                    if case .limit(let rate, let burst, _) = action {
                        RateLimiter(perSecond: rate, burst: burst)
                    } else {
                        nil
                    }
                }
            )
        }
    }

    /// Decides what becomes of a record.
    ///
    /// - Parameters:
    ///   - record: Its bytes.
    ///   - isJSON: Whether the source announced them as JSON; what is no JSON object all the same counts as a plain line.
    ///   - tag: Where it came from.
    ///   - now: Nanoseconds of a clock that never goes back, for limits.
    /// - Returns: The event that it becomes, or the rule that dropped it.
    public mutating func apply(to record: Span<UInt8>, isJSON: Bool, tag: String, now: Int64) -> RuleVerdict {
        self.steps.removeAll(keepingCapacity: true)
        var event = isJSON ? self.reader.read(json: record) : self.reader.read(text: record)
        let tag = Array(tag.utf8)
        for index in self.rules.indices {
            guard self.rules[index].matches(event, tag) else { continue }
            let (outcome, deed) = self.rules[index].act(on: &event, tag, now, isExplaining: self.isExplaining)
            if self.isExplaining {
                let rule = self.rules[index].rule
                self.steps.append(RuleStep(line: rule.line, rule: rule.name, action: deed))
            }
            switch outcome {
            case .goOn: continue
            case .stop: return .event(self.redacted(event))
            case .drop(let reason):
                self.counts[index].note(reason)
                return .dropped(rule: self.rules[index].rule.name)
            }
        }
        return .event(self.redacted(event))
    }

    /// Redacts a text that leaves by another way than as the event of a record, such as a log line.
    public mutating func redacted(_ text: String) -> String {
        var bytes = Array(text.utf8)
        guard self.redactor?.redact(&bytes) == true else { return text }
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func redacted(_ event: RuledEvent) -> RuledEvent {
        guard self.redactor != nil else { return event }
        var event = event
        self.note(self.redactor?.redact(&event.message), "the message")
        self.note(self.redact(&event.host), "the host")
        self.note(self.redact(&event.trigger), "the trigger")
        if !event.rest.isEmpty { self.note(self.redactor?.redact(json: &event.rest), "the rest of the record") }
        return event
    }

    private mutating func note(_ isRedacted: Bool?, _ what: String) {
        guard self.isExplaining, isRedacted == true else { return }
        self.steps.append(RuleStep(action: "redacted \(what)"))
    }

    private mutating func redact(_ text: inout [UInt8]?) -> Bool {
        guard var bytes = text, self.redactor?.redact(&bytes) == true else { return false }
        text = bytes
        return true
    }
}

extension RuleEngine.Rule {
    fileprivate enum Outcome {
        case goOn
        case stop
        case drop(RuleCounts.Reason)
    }

    fileprivate mutating func matches(_ event: RuledEvent, _ tag: [UInt8]) -> Bool {
        for index in self.rule.conditions.indices {
            let condition = self.rule.conditions[index]
            let value = Self.value(condition.subject, event, tag)
            let holds =
                switch condition.test {
                case .equals(let text): value.elementsEqual(text.utf8)
                case .matches: self.searches[index]?.occurs(in: value.span) ?? false
                }
            guard holds != condition.isNegated else { return false }
        }
        return true
    }

    /// A field that the record lacks is an empty text.
    private static func value(_ subject: RuleSet.Subject, _ event: RuledEvent, _ tag: [UInt8]) -> [UInt8] {
        switch subject {
        case .tag: tag
        case .host: event.host ?? []
        case .message: event.message
        case .trigger: event.trigger ?? []
        case .severity: Array((event.severity ?? "").utf8)
        case .status: Array((event.status ?? "").utf8)
        case .type: Array((event.type ?? "").utf8)
        }
    }

    /// Does what the rule says; the text tells it to people, if they want it.
    fileprivate mutating func act(
        on event: inout RuledEvent,
        _ tag: [UInt8],
        _ now: Int64,
        isExplaining: Bool
    ) -> (Outcome, String) {
        var deeds: [String] = []
        var outcome = Outcome.goOn
        for index in self.rule.actions.indices {
            guard case .goOn = outcome else { break }
            let deed: String
            (outcome, deed) = self.act(index, on: &event, tag, now)
            if isExplaining, !deed.isEmpty { deeds.append(deed) }
        }
        return (outcome, deeds.joined(separator: ", "))
    }

    private mutating func act(
        _ index: Int,
        on event: inout RuledEvent,
        _ tag: [UInt8],
        _ now: Int64
    ) -> (Outcome, String) {
        switch self.rule.actions[index] {
        case .set(let field, let value):
            event.set(field, value)
            return (.goOn, "set \(field.rawValue)")
        case .stop: return (.stop, "no further rules")
        case .drop: return (.drop(.drop), "dropped")
        case .sample(let count):
            defer { self.seen[index] = (self.seen[index] + 1) % count }
            return self.seen[index] == 0 ? (.goOn, "kept as the sample") : (.drop(.sample), "dropped, not the sample")
        case .limit(_, _, let subject):
            let name = subject.map { Self.value($0, event, tag) } ?? []
            let isAdmitted = self.limiters[index]?.admits(name, at: now) ?? true
            return isAdmitted ? (.goOn, "within the limit") : (.drop(.limit), "dropped, above the limit")
        }
    }
}
