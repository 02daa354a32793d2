/// Something that must not leave the machine.
enum Redaction: Hashable, Sendable {
    /// A ready-made class.
    enum Class: String, CaseIterable, Sendable {
        case password, token, email, card
    }

    /// What stands in its place unless the file says otherwise.
    static let mark = "[redacted]"

    case `class`(Class)
    case text(String, mark: String)
    case pattern(Pattern, mark: String)
}

/// One thing to look for, and what to do about it.
struct RedactionTarget {
    /// How much of the text around an occurrence goes.
    enum Extent {
        /// The occurrence.
        case occurrence
        /// The value that follows it: up to the closing quote if it begins with one, else to the next blank or bracket.
        case valueAfter
        /// The card number in it, if its check digit is right.
        case cardNumber
    }

    var pattern: Pattern
    var extent: Extent
    var mark: [UInt8]

    init(_ source: String, _ extent: Extent, mark: String = Redaction.mark) {
        do throws(Pattern.Failure) {
            self.init(pattern: try Pattern(source, ignoresCase: true), extent: extent, mark: mark)
        } catch {
            preconditionFailure("a ready-made class has a bad pattern: \(error)")
        }
    }

    init(pattern: Pattern, extent: Extent, mark: String) {
        self.pattern = pattern
        self.extent = extent
        self.mark = Array(mark.utf8)
    }
}

extension Redaction {
    /// What to look for.
    var targets: [RedactionTarget] {
        switch self {
        case .pattern(let pattern, let mark): [RedactionTarget(pattern: pattern, extent: .occurrence, mark: mark)]
        case .text(let text, let mark):
            // Every character that is not part of a word can be escaped.
            if let pattern = try? Pattern(text.reduce(into: "") { $0 += Self.escaped($1) }) {
                [RedactionTarget(pattern: pattern, extent: .occurrence, mark: mark)]
            } else {
                []
            }
        case .class(.password):
            [
                RedactionTarget("://[^\\s/:@]*:[^\\s/@]+@", .occurrence, mark: "://\(Self.mark)@"),
                RedactionTarget("(password|passwd|passphrase|pwd|secret)[\"']?\\s*[=:]\\s*", .valueAfter),
            ]
        case .class(.token):
            [
                RedactionTarget("\\b(bearer|basic)\\s+[a-z0-9._~+/=-]{8,}", .occurrence),
                RedactionTarget("\\beyJ[a-z0-9_-]{8,}\\.[a-z0-9_-]{8,}\\.[a-z0-9_-]*", .occurrence),
                RedactionTarget("\\b(AKIA[0-9A-Z]{16}|gh[pousr]_[a-z0-9]{36,}|xox[abprs]-[a-z0-9-]{10,})", .occurrence),
                RedactionTarget(
                    "(token|api[_-]?key|access[_-]?key|authorization|session[_-]?id)[\"']?\\s*[=:]\\s*",
                    .valueAfter
                ),
            ]
        case .class(.email): [RedactionTarget("[a-z0-9._%+-]+@[a-z0-9-]+(\\.[a-z0-9-]+)+", .occurrence)]
        case .class(.card): [RedactionTarget("\\b[0-9]([ -]?[0-9]){12,18}\\b", .cardNumber)]
        }
    }

    /// The names of JSON members whose values go whatever they are.
    var memberNames: Pattern? {
        switch self {
        case .class(.password): try? Pattern("(?i)password|passwd|passphrase|pwd|secret")
        case .class(.token): try? Pattern("(?i)token|api[_-]?key|access[_-]?key|authorization|session[_-]?id")
        case .class(.email), .class(.card), .text, .pattern: nil
        }
    }

    private static func escaped(_ character: Character) -> String {
        guard let byte = character.asciiValue, !ByteSet.word.contains(byte), byte > 0x20 else {
            return String(character)
        }
        return "\\\(character)"
    }
}
