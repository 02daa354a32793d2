extension EventFilter {
    /// What the filter asks of places, which admits at least the places of all matching events; nil when it admits all.
    ///
    /// Its condition holds for `event_place` as for `event`, whose columns it names.
    var placesOnly: EventFilter? {
        switch self {
        case .name(.host, _), .name(.group, _), .name(.server, _), .server, .host, .hostGroups: self
        case .all(let list): Self.all(of: list.compactMap(\.placesOnly))
        case .any(let list): Self.any(of: list.map(\.placesOnly))
        default: nil
        }
    }

    /// What the filter asks of people's handling, in the same way; nil when events that nobody handled may match.
    var handledOnly: EventFilter? {
        switch self {
        case .handling(let status): status == .none ? nil : self
        case .name(.assignee, let pattern): pattern.allSatisfy { $0 == "%" } ? nil : self
        case .all(let list): Self.all(of: list.compactMap(\.handledOnly))
        case .any(let list): Self.any(of: list.map(\.handledOnly))
        default: nil
        }
    }

    /// The only events that may match, where the filter names them.
    var identifiers: [Int64]? {
        switch self {
        case .events(let ids): ids
        case .all(let list): list.lazy.compactMap(\.identifiers).first
        default: nil
        }
    }

    /// The severities that matching events may have; nil when it does not say.
    var severities: Set<UInt8>? {
        switch self {
        case .severity(let values): values
        case .all(let list):
            list.compactMap(\.severities).reduce(nil) { known, more in known?.intersection(more) ?? more }
        case .any(let list):
            list.map(\.severities).reduce(Set()) { known, more in
                if let known, let more { known.union(more) } else { nil }
            }
        default: nil
        }
    }

    /// The first and the last moment, in nanoseconds, that matching events may have.
    var moments: ClosedRange<Int64>? {
        switch self {
        case .since(let moment): return moment.nanoseconds...Int64.max
        case .until(let moment): return moment.nanoseconds == .min ? nil : Int64.min...moment.nanoseconds - 1
        case .all(let list):
            var (first, last) = (Int64.min, Int64.max)
            for part in list {
                guard let range = part.moments else { return nil }
                (first, last) = (max(first, range.lowerBound), min(last, range.upperBound))
            }
            return first <= last ? first...last : nil
        default: return Int64.min...Int64.max
        }
    }

    /// The filter without what ``moments`` says: said twice, SQLite might follow the wrong one of two bounds.
    var withoutMoments: EventFilter {
        switch self {
        case .since, .until: .everything
        case .all(let list): .all(list.map(\.withoutMoments))
        default: self
        }
    }

    private static func all(of parts: [EventFilter]) -> EventFilter? { parts.isEmpty ? nil : .all(parts) }

    private static func any(of parts: [EventFilter?]) -> EventFilter? {
        let known = parts.compactMap(\.self)
        return known.count == parts.count ? .any(known) : nil
    }
}
