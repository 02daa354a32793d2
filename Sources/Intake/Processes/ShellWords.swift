/// Splits a command into words as a shell does, without any expansion.
///
/// Blanks separate words. Between single quotes every character stands for itself; between double quotes a backslash
/// protects `"`, `\`, `$` and a back quote; elsewhere it protects any character (POSIX Shell Command Language, 2.2).
enum ShellWords {
    private enum Quote {
        case none
        case single
        case double
    }

    /// - Throws: `IntakeError.Code.invalidConfiguration` for a quote that does not end, a backslash at the end, or no word at all.
    static func split(_ command: String) throws(IntakeError) -> [String] {
        var words: [String] = []
        var word: String?
        var quote = Quote.none
        var rest = command.unicodeScalars.makeIterator()
        while let character = rest.next() {
            switch (quote, character) {
            case (.none, "'"), (.none, "\""):
                quote = character == "'" ? .single : .double
                word = word ?? ""
            case (.single, "'"), (.double, "\""):
                quote = .none
            case (.none, " "), (.none, "\t"), (.none, "\n"):
                if let word { words.append(word) }
                word = nil
            case (.none, "\\"), (.double, "\\"):
                guard let next = rest.next() else { throw self.error(command, "ends with a backslash") }
                if quote == .double, !["\"", "\\", "$", "`"].contains(next) { word = (word ?? "") + "\\" }
                word = (word ?? "") + String(next)
            default:
                word = (word ?? "") + String(character)
            }
        }
        guard quote == .none else { throw self.error(command, "has a quote that does not end") }
        if let word { words.append(word) }
        guard !words.isEmpty else { throw self.error(command, "is empty") }
        return words
    }

    private static func error(_ command: String, _ reason: String) -> IntakeError {
        IntakeError(.invalidConfiguration, stage: "read the command \"\(command)\"", reason: "it \(reason)")
    }
}
