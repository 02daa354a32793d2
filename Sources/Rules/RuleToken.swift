/// A part of a line of a rule file.
enum RuleToken: Hashable {
    case word(String)
    case text(String)
    case pattern(String, ignoresCase: Bool)
    case symbol(String)

    struct Failure: Error {
        var reason: String
    }

    /// Takes a line apart: words, `"texts"`, `/patterns/`, the signs `,` `=` `!=` `~` `!~`, and a comment after `#`.
    static func tokens(_ line: Substring) throws(Failure) -> [RuleToken] {
        var tokens: [RuleToken] = []
        var rest = line
        while let first = rest.first {
            switch first {
            case " ", "\t", "\r": rest.removeFirst()
            case "#": return tokens
            case "\"": tokens.append(.text(try self.delimited(&rest, "\"", keepsEscapes: false)))
            case "/":
                let source = try self.delimited(&rest, "/", keepsEscapes: true)
                let ignoresCase = rest.first == "i"
                if ignoresCase { rest.removeFirst() }
                tokens.append(.pattern(source, ignoresCase: ignoresCase))
            case ",", "=", "~":
                tokens.append(.symbol(String(rest.removeFirst())))
            case "!":
                guard let second = rest.dropFirst().first, second == "=" || second == "~" else {
                    throw Failure(reason: "after ! a = or a ~ must follow")
                }
                tokens.append(.symbol(String(rest.prefix(2))))
                rest = rest.dropFirst(2)
            default:
                let word = rest.prefix { !$0.isWhitespace && !",=~!\"#".contains($0) }
                tokens.append(.word(String(word)))
                rest = rest.dropFirst(word.count)
            }
        }
        return tokens
    }

    /// What stands between two delimiters; a backslash takes the meaning from a delimiter, and from itself in a text.
    private static func delimited(
        _ rest: inout Substring,
        _ delimiter: Character,
        keepsEscapes: Bool
    ) throws(Failure) -> String {
        rest.removeFirst()
        var content = ""
        while let character = rest.popFirst() {
            if character == delimiter { return content }
            if character == "\\", let next = rest.popFirst() {
                if next != delimiter, keepsEscapes || next != "\\" { content.append(character) }
                content.append(next)
            } else {
                content.append(character)
            }
        }
        throw Failure(reason: "the closing \(delimiter) is missing")
    }
}
