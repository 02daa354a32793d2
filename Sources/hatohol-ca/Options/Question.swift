internal import Glibc

/// A question that the person at the terminal answers with yes or no.
struct Question {
    let text: String

    init(_ text: String) { self.text = text }

    /// Whether the answer is yes; nil when nobody is there to answer.
    ///
    /// Standard input must be a terminal, unlike for a passphrase: a script that is started from one has not asked to be
    /// interrupted.
    var isAffirmed: Bool? {
        guard isatty(STDIN_FILENO) == 1 else { return nil }
        while true {
            tell(["\(self.text) (yes/no)"])
            switch readLine()?.lowercased() {
            case "yes", "y": return true
            case "no", "n", nil: return false
            default: continue
            }
        }
    }
}
