extension RuleParser {
    /// Reads `SUBJECT ~ /PATTERN/`, `SUBJECT = VALUE`, or either with `!` in front of the sign.
    mutating func condition() throws -> RuleSet.Condition {
        let subject: RuleSet.Subject = try self.choice("something to look at", RuleSet.Subject.allCases)
        let isNegatedMatch = self.skipSymbol("!~")
        if isNegatedMatch || self.skipSymbol("~") {
            guard let pattern = try self.pattern() else { throw Failure(reason: "after ~ a /pattern/ must follow") }
            return RuleSet.Condition(subject: subject, test: .matches(pattern), isNegated: isNegatedMatch)
        }
        let isNegated = self.skipSymbol("!=")
        guard isNegated || self.skipSymbol("=") else {
            throw Failure(reason: "write: when \(subject.rawValue) ~ /PATTERN/")
        }
        return RuleSet.Condition(subject: subject, test: .equals(try self.text("a value")), isNegated: isNegated)
    }

    /// What a rule does, the keyword being read.
    mutating func actions(_ keyword: String) throws -> [RuleSet.Action] {
        switch keyword {
        case "drop": return [.drop]
        case "stop": return [.stop]
        case "sample": return [try self.sample()]
        case "limit": return [try self.limit()]
        default: return try self.assignments()
        }
    }

    /// Reads `set FIELD VALUE, FIELD VALUE…`.
    private mutating func assignments() throws -> [RuleSet.Action] {
        var actions: [RuleSet.Action] = []
        repeat {
            let field: RuleSet.Field = try self.choice(
                "a field",
                [.severity, .status, .type, .trigger, .host, .message]
            )
            _ = self.skipSymbol("=")
            actions.append(.set(field, try self.value(of: field)))
        } while self.skipSymbol(",")
        return actions
    }

    /// Reads `sample 1 in N`.
    private mutating func sample() throws -> RuleSet.Action {
        guard self.skip("1"), self.skip("in"), let count = Int(try self.text("a number")), count > 0 else {
            throw Failure(reason: "write: sample 1 in NUMBER")
        }
        return .sample(count)
    }

    /// Reads `limit N per second|minute|hour [burst N] [by SUBJECT]`.
    private mutating func limit() throws -> RuleSet.Action {
        guard let count = Double(try self.text("a number")), count > 0, count <= 1e9, self.skip("per") else {
            throw Failure(reason: "write: limit NUMBER per second, minute or hour")
        }
        let seconds: Double =
            switch try self.text("second, minute or hour") {
            case "second": 1
            case "minute": 60
            case "hour": 3600
            default: throw Failure(reason: "write: limit NUMBER per second, minute or hour")
            }
        var burst = max(1, count)
        if self.skip("burst") {
            guard let number = Double(try self.text("a number")), number >= 1, number <= 1e9 else {
                throw Failure(reason: "a burst is a number from 1")
            }
            burst = number
        }
        let subject: RuleSet.Subject? =
            self.skip("by") ? try self.choice("something to tell apart by", [.tag, .host]) : nil
        return .limit(perSecond: count / seconds, burst: burst, by: subject)
    }

    /// Reads `redact CLASS…`, `redact text "TEXT" [as "MARK"]`, or `redact /PATTERN/ [as "MARK"]`.
    mutating func redactions() throws -> [Redaction] {
        if let pattern = try self.pattern() { return [.pattern(pattern, mark: try self.mark())] }
        if self.skip("text") {
            let text = try self.text("a text")
            guard !text.isEmpty else { throw Failure(reason: "an empty text is everywhere") }
            return [.text(text, mark: try self.mark())]
        }
        var classes: [Redaction] = []
        repeat {
            let choice: Redaction.Class = try self.choice("a class", Redaction.Class.allCases)
            classes.append(.class(choice))
            _ = self.skipSymbol(",")
        } while !self.tokens.isEmpty
        return classes
    }

    private mutating func mark() throws -> String {
        self.skip("as") ? try self.text("a mark") : Redaction.mark
    }
}
