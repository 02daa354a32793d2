internal import Escaping
public import Query
public import Store

extension EventFilter {
    /// The filter that a query's text means, for a clock that shows `now`.
    ///
    /// Throws `QueryError`, which says what is wrong at which character.
    public init(query text: String, now: Timestamp) throws { self.init(try Parser.parse(text), now: now) }

    /// The filter that a query means, for a clock that shows `now`.
    public init(_ expression: Expression, now: Timestamp) {
        switch expression {
        case .all(let list): self = .all(list.map { EventFilter($0, now: now) })
        case .any(let list): self = .any(list.map { EventFilter($0, now: now) })
        case .not(let inner): self = .not(EventFilter(inner, now: now))
        case .condition(let condition): self.init(condition, now: now)
        }
    }

    private init(_ condition: Condition, now: Timestamp) {
        switch condition {
        case .severity(let comparison, let level):
            self = .severity(in: Set(Level.allCases.map(\.rawValue).filter { comparison.holds($0, level.rawValue) }))
        case .status(let status): self = .status(TriggerStatus(rawValue: status.rawValue) ?? .unknown)
        case .type(let kind): self = .type(EventType(rawValue: kind.rawValue) ?? .unknown)
        case .handling(let handling): self = .handling(HandlingStatus(rawValue: handling.rawValue) ?? .none)
        case .name(let field, let pattern): self = .name(Name(field), like: pattern.like)
        case .text(let pattern): self = .text(like: "%\(pattern.like)%")
        case .since(let moment): self = .since(Timestamp(nanoseconds: moment.nanoseconds(now: now.nanoseconds)))
        case .until(let moment): self = .until(Timestamp(nanoseconds: moment.nanoseconds(now: now.nanoseconds)))
        }
    }
}

extension EventFilter.Name {
    fileprivate init(_ field: NameField) {
        self =
            switch field {
            case .host: .host
            case .group: .group
            case .server: .server
            case .trigger: .trigger
            case .event: .event
            case .assignee: .assignee
            }
    }
}

extension Comparison {
    fileprivate func holds(_ one: UInt8, _ other: UInt8) -> Bool {
        switch self {
        case .equal: one == other
        case .notEqual: one != other
        case .less: one < other
        case .lessOrEqual: one <= other
        case .greater: one > other
        case .greaterOrEqual: one >= other
        }
    }
}

extension Query.Pattern {
    /// For SQL's LIKE with a backslash as its escape character.
    fileprivate var like: String {
        self.pieces.map { piece in
            switch piece {
            case .anything: "%"
            case .literal(let text): text.escaped(for: .likePattern)
            }
        }.joined()
    }
}
