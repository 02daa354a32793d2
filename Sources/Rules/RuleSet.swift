/// What a rule file says: where an event's fields come from, what happens to records, and what must not leave the machine.
///
/// docs/rules.md describes the format. A set is a value without state; ``RuleEngine`` applies it.
public struct RuleSet: Hashable, Sendable {
    /// A field of an event that a record key can give.
    enum Field: String, CaseIterable, Sendable {
        case message, host, severity, status, type, trigger, time

        /// The words that HAPI knows for it; empty for text.
        var words: [String] {
            switch self {
            case .severity: ["UNKNOWN", "INFO", "WARNING", "ERROR", "CRITICAL", "EMERGENCY"]
            case .status: ["OK", "NG", "UNKNOWN"]
            case .type: ["GOOD", "BAD", "UNKNOWN", "NOTIFICATION"]
            case .message, .host, .trigger, .time: []
            }
        }
    }

    /// How a record writes its time.
    enum TimeFormat: String, CaseIterable, Sendable {
        case rfc3339, seconds, milliseconds, microseconds, nanoseconds
    }

    /// What a condition looks at.
    enum Subject: String, CaseIterable, Sendable {
        case tag, host, message, severity, status, type, trigger
    }

    enum Test: Hashable, Sendable {
        case matches(Pattern)
        case equals(String)
    }

    struct Condition: Hashable, Sendable {
        var subject: Subject
        var test: Test
        var isNegated: Bool
    }

    enum Action: Hashable, Sendable {
        case set(Field, String)
        case drop
        /// Keeps the first of each so many.
        case sample(Int)
        case limit(perSecond: Double, burst: Double, by: Subject?)
        case stop
    }

    struct Rule: Hashable, Sendable {
        var name: String
        var line: Int
        var conditions: [Condition] = []
        var actions: [Action] = []
    }

    /// The record keys for each field, the best first.
    var keys: [Field: [String]] = [
        .message: ["message"], .host: ["host"], .severity: ["severity"], .status: ["status"], .type: ["type"],
    ]
    var timeFormat = TimeFormat.rfc3339
    /// Words of records, in lower case, and what they mean.
    var translations: [Field: [String: String]] = [:]
    var rules: [Rule] = []
    var redactions: [Redaction] = []

    /// No rules: the keys and defaults of the original.
    public init() {}

    /// Reads a rule file.
    ///
    /// - Parameter text: The whole file.
    /// - Throws: ``RuleFileError`` with every mistake that was found.
    public init(reading text: String) throws(RuleFileError) {
        var parser = RuleParser()
        self = try parser.parse(text)
    }
}
