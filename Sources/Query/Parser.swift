/// Understands queries such as `severity>=error host:web* text:"disk full" since:-2h`.
///
/// Conditions next to each other are joined by AND, which binds closer than OR; NOT and a leading `-` turn a condition round.
/// A word without a field is looked for in the text.
public struct Parser {
    /// Characters in one query.
    public static let maximumLength = 2000
    /// Conditions in one query.
    public static let maximumConditions = 100
    /// How deep brackets and NOT nest.
    public static let maximumDepth = 32

    static let fieldNames =
        (["severity", "status", "type", "handling"] + NameField.allCases.map(\.rawValue) + ["text", "since", "until"])
        .joined(separator: ", ")

    private var lexer: Lexer
    private var token: Token?
    private let end: Int
    private var conditions = 0

    /// Understands a query; an empty one asks for everything.
    public static func parse(_ text: String) throws(QueryError) -> Expression {
        guard text.count <= self.maximumLength else {
            throw QueryError(problem: .tooLong(limit: self.maximumLength), position: self.maximumLength)
        }
        var parser = try Parser(text)
        guard parser.token != nil else { return .everything }
        let expression = try parser.alternatives(depth: 0)
        if let token = parser.token {
            throw QueryError(problem: .unexpected(token.spelling), position: token.position)
        }
        return expression
    }

    private init(_ text: String) throws(QueryError) {
        self.lexer = Lexer(text)
        self.end = text.count
        self.token = try self.lexer.next()
    }

    private mutating func advance() throws(QueryError) { self.token = try self.lexer.next() }

    private mutating func alternatives(depth: Int) throws(QueryError) -> Expression {
        var list = [try self.conjunction(depth: depth)]
        while self.token?.kind == .or {
            try self.advance()
            list.append(try self.conjunction(depth: depth))
        }
        return list.count == 1 ? list[0] : .any(list)
    }

    private mutating func conjunction(depth: Int) throws(QueryError) -> Expression {
        var list = [try self.single(depth: depth)]
        while let token = self.token, token.kind != .or, token.kind != .close {
            if token.kind == .and { try self.advance() }
            list.append(try self.single(depth: depth))
        }
        return list.count == 1 ? list[0] : .all(list)
    }

    private mutating func single(depth: Int) throws(QueryError) -> Expression {
        guard let token = self.token else { throw QueryError(problem: .conditionMissing, position: self.end) }
        guard depth < Self.maximumDepth else {
            throw QueryError(problem: .tooDeep(limit: Self.maximumDepth), position: token.position)
        }
        switch token.kind {
        case .open:
            try self.advance()
            let inner = try self.alternatives(depth: depth + 1)
            guard self.token?.kind == .close else {
                throw QueryError(problem: .unclosedBracket, position: token.position)
            }
            try self.advance()
            return inner
        case .not:
            try self.advance()
            return .not(try self.single(depth: depth + 1))
        case .term(let field, let sign, let value):
            try self.advance()
            return try self.term(field, sign, value, at: token.position)
        case .close, .and, .or:
            throw QueryError(problem: .conditionMissing, position: token.position)
        }
    }

    private mutating func term(
        _ field: Token.Word?,
        _ sign: String,
        _ value: Token.Word?,
        at position: Int
    ) throws(QueryError) -> Expression {
        self.conditions += 1
        guard self.conditions <= Self.maximumConditions else {
            throw QueryError(problem: .tooManyConditions(limit: Self.maximumConditions), position: position)
        }
        var name = field?.text ?? "text"
        let isTurnedRound = field != nil && name.hasPrefix("-")
        if isTurnedRound { name.removeFirst() }
        guard let value else { throw QueryError(problem: .valueMissing(field: name), position: position) }
        let condition = try ConditionReader(name: name.lowercased(), sign: sign, value: value, position: position)
            .read()
        return isTurnedRound ? .not(condition) : condition
    }
}

extension Token {
    fileprivate var spelling: String {
        switch self.kind {
        case .open: "("
        case .close: ")"
        case .and: "AND"
        case .or: "OR"
        case .not: "NOT"
        case .term(let field, let sign, let value): field.map { $0.text + sign } ?? value?.text ?? ""
        }
    }
}
