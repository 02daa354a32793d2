/// What the rules made of a record; every text in it has been redacted.
public struct RuledEvent: Hashable, Sendable {
    /// A point in time.
    public struct Time: Hashable, Sendable {
        /// Whole seconds since 1970-01-01 UTC, not counting leap seconds.
        public var seconds: Int64
        /// The part of a second past them, below 1,000,000,000.
        public var nanoseconds: UInt32
    }

    /// The message in UTF-8, without a line end; the whole record if no key gives one.
    public var message: [UInt8]
    /// The host in UTF-8, if the record or a rule names one.
    public var host: [UInt8]?
    /// One of HAPI's severities.
    public var severity: String?
    /// One of HAPI's statuses.
    public var status: String?
    /// One of HAPI's types.
    public var type: String?
    /// The id of a trigger in UTF-8.
    public var trigger: [UInt8]?
    /// The time, if a key gives one that can be read.
    public var time: Time?
    /// All members of the record that have no place above, as a JSON object; empty if there are none.
    public var rest: [UInt8] = []
}

/// What becomes of a record.
public enum RuleVerdict: Hashable, Sendable {
    /// It becomes an event.
    case event(RuledEvent)
    /// It goes no further, because of the rule of this name.
    case dropped(rule: String)
}

/// One thing that the rules did to a record, for people who ask why.
public struct RuleStep: Hashable, Sendable, CustomStringConvertible {
    /// The line of the rule file; `nil` for redactions.
    public var line: Int?
    /// The rule's name; `nil` for redactions.
    public var rule: String?
    /// What was done.
    public var action: String

    /// One line.
    public var description: String {
        guard let rule = self.rule, let line = self.line else { return self.action }
        return "rule \(rule) (line \(line)): \(self.action)"
    }
}
