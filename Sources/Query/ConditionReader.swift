/// Makes a condition of a field, an operator and a value.
struct ConditionReader {
    let name: String
    let sign: String
    let value: Token.Word
    let position: Int

    func read() throws(QueryError) -> Expression {
        switch self.name {
        case "severity": return .condition(.severity(try self.comparison(), try self.choice(Level.allCases)))
        case "status": return try self.choice(Status.allCases, Condition.status)
        case "type": return try self.choice(Kind.allCases, Condition.type)
        case "handling": return try self.choice(Handling.allCases, Condition.handling)
        case "text": return try self.equality(.text(Pattern(self.value.pattern)))
        case "since": return .condition(.since(try self.moment()))
        case "until": return .condition(.until(try self.moment()))
        default:
            guard let field = NameField(rawValue: self.name) else {
                throw QueryError(problem: .unknownField(self.name), position: self.position)
            }
            return try self.equality(.name(field, Pattern(self.value.pattern)))
        }
    }

    private func comparison() throws(QueryError) -> Comparison {
        Comparison(rawValue: self.sign) ?? .equal
    }

    private func equality(_ condition: Condition) throws(QueryError) -> Expression {
        switch self.sign {
        case ":", "=": return .condition(condition)
        case "!=": return .not(.condition(condition))
        default: throw QueryError(problem: .badOperator(field: self.name, self.sign), position: self.position)
        }
    }

    private func choice<Choice: Sendable>(
        _ choices: [Choice],
        _ condition: (Choice) -> Condition
    ) throws(QueryError) -> Expression {
        try self.equality(condition(try self.choice(choices)))
    }

    private func choice<Choice: Sendable>(_ choices: [Choice]) throws(QueryError) -> Choice {
        let wanted = self.value.text.lowercased()
        if let choice = choices.first(where: { "\($0)" == wanted }) { return choice }
        let list = choices.map { "\($0)" }.joined(separator: ", ")
        throw self.bad("use one of \(list)")
    }

    private func moment() throws(QueryError) -> Moment {
        guard self.sign == ":" || self.sign == "=" else {
            throw QueryError(problem: .badOperator(field: self.name, self.sign), position: self.position)
        }
        guard let moment = Moment(self.value.text) else {
            throw self.bad("use -30m, -2h, -7d, 2026-01-31 or 2026-01-31T12:00:00Z")
        }
        return moment
    }

    private func bad(_ expected: String) -> QueryError {
        QueryError(
            problem: .badValue(field: self.name, self.value.text, expected: expected),
            position: self.value.position
        )
    }
}
