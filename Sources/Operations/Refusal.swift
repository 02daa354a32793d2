/// Why something that a person or a program asks for is not done: a rule that it breaks.
public struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// A rule that the console explains in the reader's language, by the key of the text.
    public enum Rule: String, CaseIterable, Sendable {
        case badUserName
        case passwordTooShort
        case passwordTooLong
        case passwordContainsName
        case passwordCommon
        case passwordRepetitive

        /// The rule in English.
        public var reason: String {
            switch self {
            case .badUserName: "1 to 64 letters, digits and . _ - @ are allowed."
            case .passwordTooShort: "The password is too short."
            case .passwordTooLong: "The password is too long."
            case .passwordContainsName: "The password contains the user name."
            case .passwordCommon: "This is one of the first passwords an attacker tries."
            case .passwordRepetitive: "The password repeats or counts; mix it more."
            }
        }
    }

    /// What breaks the rule, by its name in the REST API, such as `brokerURL`.
    public let parameter: String
    /// The rule, where it has a text of its own.
    public let rule: Rule?
    /// Why it is not done, in English.
    public let reason: String

    /// Refuses a parameter by a rule.
    public init(_ parameter: String, _ rule: Rule) {
        self.parameter = parameter
        self.rule = rule
        self.reason = rule.reason
    }

    /// Refuses a parameter for a reason.
    public init(_ parameter: String, _ reason: String) {
        self.parameter = parameter
        self.rule = nil
        self.reason = reason
    }

    /// The parameter and the reason, in one line.
    public var description: String { "\(self.parameter): \(self.reason)" }
}
