/// Why a query could not be understood, and where.
public struct QueryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public enum Problem: Hashable, Sendable {
        case tooLong(limit: Int)
        case tooDeep(limit: Int)
        case tooManyConditions(limit: Int)
        case unclosedQuote
        case unclosedBracket
        case unexpected(String)
        case conditionMissing
        case unknownField(String)
        case valueMissing(field: String)
        case badOperator(field: String, String)
        case badValue(field: String, String, expected: String)
    }

    /// What is wrong.
    public let problem: Problem
    /// Where, in characters from the beginning.
    public let position: Int

    /// One sentence for people.
    public var reason: String {
        switch self.problem {
        case .tooLong(let limit): "a query has at most \(limit) characters"
        case .tooDeep(let limit): "brackets and NOT nest at most \(limit) deep"
        case .tooManyConditions(let limit): "a query has at most \(limit) conditions"
        case .unclosedQuote: "the quotation mark is not closed"
        case .unclosedBracket: "the bracket is not closed"
        case .unexpected(let text): "\(text) does not belong here"
        case .conditionMissing: "a condition is missing here"
        case .unknownField(let name): "there is no field \(name); fields are \(Parser.fieldNames)"
        case .valueMissing(let field): "\(field) needs a value"
        case .badOperator(let field, let sign): "\(field) cannot be compared by \(sign)"
        case .badValue(let field, let value, let expected): "\(value) is no \(field); \(expected)"
        }
    }

    public var description: String { "at character \(self.position + 1): \(self.reason)" }
}
