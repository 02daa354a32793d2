/// A piece of a query, and where it begins.
struct Token: Hashable {
    enum Kind: Hashable {
        case open
        case close
        case and
        case or
        case not
        /// Field, operator as written, and value; a word alone has no field.
        case term(field: Word?, sign: String, value: Word?)
    }

    /// A word, and which of its characters are wildcards.
    struct Word: Hashable {
        var pattern: [Pattern.Piece]
        var text: String
        var position: Int
        var isQuoted: Bool
    }

    let kind: Kind
    let position: Int
}

/// Cuts a query into tokens.
///
/// It reads Unicode scalars, not characters: a quotation mark that a combining accent follows is still a quotation mark.
struct Lexer {
    private static let signs = ["!=", ">=", "<=", ":", "=", ">", "<"]

    private let scalars: [Unicode.Scalar]
    private var position = 0

    init(_ text: some StringProtocol) { self.scalars = Array(text.unicodeScalars) }

    /// The next token; nil at the end.
    mutating func next() throws(QueryError) -> Token? {
        while self.position < self.scalars.count, self.scalars[self.position].properties.isWhitespace {
            self.position += 1
        }
        guard self.position < self.scalars.count else { return nil }
        let start = self.position
        switch self.scalars[start] {
        case "(":
            self.position += 1
            return Token(kind: .open, position: start)
        case ")":
            self.position += 1
            return Token(kind: .close, position: start)
        default:
            return try self.term(at: start)
        }
    }

    private mutating func term(at start: Int) throws(QueryError) -> Token {
        let isQuoted = self.scalars[start] == "\""
        let first = try self.word(isField: true)
        guard !isQuoted, let sign = self.sign() else {
            if let first, let keyword = Self.keyword(first) { return Token(kind: keyword, position: start) }
            guard let first else {
                throw QueryError(problem: .unexpected(String(self.scalars[start])), position: start)
            }
            return Token(kind: .term(field: nil, sign: ":", value: first), position: start)
        }
        guard let first else { throw QueryError(problem: .unexpected(sign), position: start) }
        return Token(kind: .term(field: first, sign: sign, value: try self.word(isField: false)), position: start)
    }

    private static func keyword(_ word: Token.Word) -> Token.Kind? {
        switch word.isQuoted ? "" : word.text {
        case "AND": .and
        case "OR": .or
        case "NOT": .not
        default: nil
        }
    }

    private mutating func sign() -> String? {
        for sign in Self.signs where self.scalars[self.position...].starts(with: sign.unicodeScalars) {
            self.position += sign.unicodeScalars.count
            return sign
        }
        return nil
    }

    /// A word, quoted or not, or nil when there is none; a field ends at an operator.
    private mutating func word(isField: Bool) throws(QueryError) -> Token.Word? {
        let start = self.position
        guard start < self.scalars.count else { return nil }
        if self.scalars[start] == "\"" { return try self.quoted(at: start) }
        while self.position < self.scalars.count {
            let scalar = self.scalars[self.position]
            if scalar.properties.isWhitespace || "()\"".unicodeScalars.contains(scalar) { break }
            if isField, ":=<>!".unicodeScalars.contains(scalar) { break }
            self.position += 1
        }
        guard self.position > start else { return nil }
        let text = String(String.UnicodeScalarView(self.scalars[start..<self.position]))
        return Token.Word(pattern: Pattern(wildcards: text).pieces, text: text, position: start, isQuoted: false)
    }

    /// Within quotation marks a backslash takes the next scalar as it is, and an asterisk is an asterisk.
    private mutating func quoted(at start: Int) throws(QueryError) -> Token.Word {
        self.position += 1
        var text = String.UnicodeScalarView()
        while self.position < self.scalars.count {
            let scalar = self.scalars[self.position]
            self.position += 1
            if scalar == "\"" {
                let text = String(text)
                return Token.Word(pattern: [.literal(text)], text: text, position: start, isQuoted: true)
            }
            if scalar == "\\", self.position < self.scalars.count {
                text.append(self.scalars[self.position])
                self.position += 1
            } else {
                text.append(scalar)
            }
        }
        throw QueryError(problem: .unclosedQuote, position: start)
    }
}

extension Pattern {
    /// Text in which each asterisk is a wildcard.
    public init(wildcards text: String) {
        var pieces: [Piece] = []
        for part in text.unicodeScalars.split(separator: "*", omittingEmptySubsequences: false).enumerated() {
            if part.offset > 0, pieces.last != .anything { pieces.append(.anything) }
            if !part.element.isEmpty { pieces.append(.literal(String(part.element))) }
        }
        self.init(pieces)
    }
}
