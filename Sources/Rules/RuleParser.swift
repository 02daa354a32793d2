/// Reads rule files, line by line.
struct RuleParser {
    struct Failure: Error {
        var reason: String
    }

    private var set = RuleSet()
    private var seenFields: Set<RuleSet.Field> = []
    private var problems: [RuleFileError.Problem] = []
    private var line = 0
    var tokens: ArraySlice<RuleToken> = []

    mutating func parse(_ text: String) throws(RuleFileError) -> RuleSet {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            self.line += 1
            do {
                self.tokens = try RuleToken.tokens(line)[...]
                try self.statement()
            } catch let failure as Failure {
                self.report(failure.reason)
            } catch let failure as RuleToken.Failure {
                self.report(failure.reason)
            } catch let failure as Pattern.Failure {
                self.report("the pattern cannot be used: \(failure)")
            } catch {
                self.report("\(error)")
            }
        }
        for rule in self.set.rules where rule.actions.isEmpty {
            self.problems.append(
                .init(
                    line: rule.line,
                    reason: "rule \(rule.name) does nothing; give it set, drop, sample, limit or stop"
                )
            )
        }
        guard self.problems.isEmpty else { throw RuleFileError(problems: self.problems.sorted { $0.line < $1.line }) }
        return self.set
    }

    private mutating func report(_ reason: String) {
        self.problems.append(.init(line: self.line, reason: reason))
    }

    private mutating func statement() throws {
        guard !self.tokens.isEmpty else { return }
        guard case .word(let keyword) = self.tokens.removeFirst() else {
            throw Failure(reason: "a line begins with a word")
        }
        switch keyword {
        case "value": try self.translation()
        case "rule": self.set.rules.append(RuleSet.Rule(name: try self.name(), line: self.line))
        case "when": try self.inRule { parser, rule throws in rule.conditions.append(try parser.condition()) }
        case "set", "drop", "sample", "limit", "stop":
            try self.inRule { parser, rule throws in rule.actions += try parser.actions(keyword) }
        case "redact": self.set.redactions += try self.redactions()
        default:
            guard let field = RuleSet.Field(rawValue: keyword) else {
                throw Failure(
                    reason: "\(keyword) is not known; lines begin with a field, value, rule, when, an action, or redact"
                )
            }
            try self.source(of: field)
        }
        guard self.tokens.isEmpty else { throw Failure(reason: "there is too much at the end of the line") }
    }

    /// All words up to the end of the line.
    private mutating func name() throws -> String {
        var words = [try self.text("the rule's name")]
        while !self.tokens.isEmpty { words.append(try self.text("a word without signs")) }
        return words.joined(separator: " ")
    }

    private mutating func inRule(_ add: (inout RuleParser, inout RuleSet.Rule) throws -> Void) throws {
        guard var rule = self.set.rules.popLast() else {
            throw Failure(reason: "this belongs into a rule; begin one with rule NAME")
        }
        defer { self.set.rules.append(rule) }
        try add(&self, &rule)
    }

    /// Reads `FIELD from KEY, KEY… [as FORMAT]`.
    private mutating func source(of field: RuleSet.Field) throws {
        guard self.skip("from") else { throw Failure(reason: "write: \(field.rawValue) from KEY, KEY…") }
        guard self.seenFields.insert(field).inserted else {
            throw Failure(reason: "\(field.rawValue) has been said before")
        }
        var keys = [try self.text("a key")]
        while self.skipSymbol(",") { keys.append(try self.text("a key")) }
        self.set.keys[field] = keys
        guard field == .time, self.skip("as") else { return }
        self.set.timeFormat = try self.choice("a format", RuleSet.TimeFormat.allCases)
    }

    /// Reads `value FIELD WORD = VALUE, WORD = VALUE…`.
    private mutating func translation() throws {
        let field: RuleSet.Field = try self.choice("a field", [.severity, .status, .type])
        repeat {
            let word = try self.text("a word")
            guard self.skipSymbol("=") else { throw Failure(reason: "write: value \(field.rawValue) WORD = VALUE") }
            self.set.translations[field, default: [:]][word.lowercased()] = try self.value(of: field)
        } while self.skipSymbol(",")
    }

    /// One of HAPI's words, or any text for a field of text.
    mutating func value(of field: RuleSet.Field) throws -> String {
        let value = try self.text("a value")
        guard field.words.isEmpty || field.words.contains(value) else {
            throw Failure(reason: "\(value) is no \(field.rawValue); choose \(field.words.joined(separator: ", "))")
        }
        return value
    }

    // MARK: Tokens

    mutating func skip(_ word: String) -> Bool {
        guard self.tokens.first == .word(word) else { return false }
        self.tokens.removeFirst()
        return true
    }

    mutating func skipSymbol(_ symbol: String) -> Bool {
        guard self.tokens.first == .symbol(symbol) else { return false }
        self.tokens.removeFirst()
        return true
    }

    mutating func text(_ what: String) throws -> String {
        switch self.tokens.popFirst() {
        case .word(let text), .text(let text): return text
        default: throw Failure(reason: "\(what) is missing")
        }
    }

    mutating func choice<Choice: RawRepresentable<String>>(_ what: String, _ choices: [Choice]) throws -> Choice {
        let word = try self.text(what)
        guard let choice = choices.first(where: { $0.rawValue == word }) else {
            throw Failure(reason: "\(word) is not \(what); choose \(choices.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }

    mutating func pattern() throws -> Pattern? {
        guard case .pattern(let source, let ignoresCase) = self.tokens.first else { return nil }
        self.tokens.removeFirst()
        return try Pattern(source, ignoresCase: ignoresCase)
    }
}
