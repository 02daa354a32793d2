/// What a query asks for: conditions joined by AND, OR and NOT.
///
/// Its description is a query that means the same.
public indirect enum Expression: Hashable, Sendable {
    /// All of these; none at all means everything.
    case all([Expression])
    /// At least one of these.
    case any([Expression])
    case not(Expression)
    case condition(Condition)

    /// The query without any condition.
    public static let everything = Expression.all([])
}

/// One condition of a query.
public enum Condition: Hashable, Sendable {
    case severity(Comparison, Level)
    case status(Status)
    case type(Kind)
    case handling(Handling)
    /// A name as a whole, with wildcards.
    case name(NameField, Pattern)
    /// A piece of the event's text.
    case text(Pattern)
    /// At this moment or later.
    case since(Moment)
    /// Before this moment.
    case until(Moment)
}

/// The fields that hold names.
public enum NameField: String, Hashable, Sendable, CaseIterable {
    case host, group, server, trigger, event, assignee
}

/// How an ordered field is compared.
public enum Comparison: String, Hashable, Sendable, CaseIterable {
    case equal = "="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
}

/// Severities, in rising order.
public enum Level: UInt8, Hashable, Sendable, CaseIterable {
    case unknown, info, warning, error, critical, emergency
}

/// States of a trigger.
public enum Status: UInt8, Hashable, Sendable, CaseIterable {
    case ok, ng, unknown
}

/// What an event tells.
public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
    case good, bad, unknown, notification
}

/// How far people have come with an event.
public enum Handling: UInt8, Hashable, Sendable, CaseIterable {
    case none, hold, progress, done
}

/// Text in which `*` stands for any characters; letters of either case match.
public struct Pattern: Hashable, Sendable {
    /// One piece of a pattern.
    public enum Piece: Hashable, Sendable {
        case literal(String)
        case anything
    }

    /// The pieces in order, never two literals in a row.
    public let pieces: [Piece]

    /// Takes pieces as they are.
    public init(_ pieces: [Piece]) { self.pieces = pieces }

    /// A pattern without wildcards.
    public init(literal: String) { self.pieces = [.literal(literal)] }
}

/// A moment, said absolutely or from now.
public enum Moment: Hashable, Sendable {
    /// So many seconds ago, as in `-2h`.
    case ago(Int64)
    /// Nanoseconds since 1970 in UTC.
    case at(Int64)
}
