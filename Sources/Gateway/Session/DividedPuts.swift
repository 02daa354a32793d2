internal import HAPI
internal import Store

/// The parts of divided puts that have arrived; a value, bounded, that is told the time.
///
/// Each series lives by itself: a bad part ends its own series and no other. Lists that replace others are gathered until
/// their last part; anything else is stored part by part, and only its order is followed here.
struct DividedPuts: Sendable {
    struct Key: Hashable, Sendable {
        var procedure: Procedure
        var requestID: String
    }

    private struct Series {
        var nextSerial = 0
        var changes: [Change] = []
        var bytes = 0
        var deadline: Duration
    }

    /// What to do with a part.
    enum Verdict {
        /// Store this now.
        case complete(Change)
        /// It is kept until the last part comes.
        case gathered
        /// It was there before: the answer was lost on the way.
        case repeated
        case refused(String)
    }

    /// How long a series waits for its next part, as in the original server.
    static let patience = Duration.seconds(90)
    /// Series at a time, of all procedures.
    static let capacity = 16
    /// Bytes of the messages gathered in all series; what is made of them takes a small multiple of that.
    static let mostBytes = 64 << 20

    private var series: [Key: Series] = [:]

    /// Takes a part in.
    mutating func add(
        _ change: Change,
        bytes: Int,
        _ procedure: Procedure,
        _ divideInfo: DivideInfo,
        now: Duration
    ) -> Verdict {
        let key = Key(procedure: procedure, requestID: divideInfo.requestId)
        var series = self.series[key] ?? Series(deadline: now)
        let expected = series.nextSerial
        if divideInfo.serialId == expected - 1, !divideInfo.isLast { return .repeated }
        guard divideInfo.serialId == expected else {
            self.series[key] = nil
            return .refused(
                "divideInfo.serialId: Invalid serialId. expected: \(expected) actual: \(divideInfo.serialId)"
            )
        }
        series.nextSerial += 1
        series.deadline = now + Self.patience
        let gathers = change.replacesAll
        if gathers {
            series.changes.append(change)
            series.bytes += bytes
            guard self.series.values.reduce(bytes, { $0 + $1.bytes }) <= Self.mostBytes else {
                self.series[key] = nil
                return .refused("divideInfo: more than \(Self.mostBytes >> 20) MiB are divided at a time")
            }
        }
        if divideInfo.isLast {
            self.series[key] = nil
            return .complete(gathers ? Change.joining(series.changes) : change)
        }
        if self.series[key] == nil, self.series.count >= Self.capacity {
            return .refused("divideInfo: more than \(Self.capacity) series at a time")
        }
        self.series[key] = series
        return gathers ? .gathered : .complete(change)
    }

    /// Forgets the series whose next part did not come; harmless, for nothing of them was stored as complete.
    mutating func expire(at now: Duration) -> [Key] {
        let due = self.series.filter { $0.value.deadline <= now }.map(\.key)
        for key in due { self.series[key] = nil }
        return due
    }

    var nextDeadline: Duration? { self.series.values.lazy.map(\.deadline).min() }
}

extension Change {
    /// Whether storing a part alone would remove what the other parts hold.
    fileprivate var replacesAll: Bool {
        switch self {
        case .hosts(_, let update), .hostGroups(_, let update), .hostMemberships(_, let update),
            .hostParents(_, let update), .triggers(_, let update, _):
            update == .all
        case .items: true
        case .events, .history, .ownTriggers, .report, .link, .putAside: false
        }
    }

    /// One change from the parts of a series; the last part's options count, as in the original server.
    fileprivate static func joining(_ parts: [Change]) -> Change {
        parts.dropFirst().reduce(parts[0]) { whole, part in
            switch (whole, part) {
            case (.hosts(let one, _), .hosts(let more, let update)): .hosts(one + more, update)
            case (.hostGroups(let one, _), .hostGroups(let more, let update)): .hostGroups(one + more, update)
            case (.hostMemberships(let one, _), .hostMemberships(let more, let update)):
                .hostMemberships(one + more, update)
            case (.hostParents(let one, _), .hostParents(let more, let update)): .hostParents(one + more, update)
            case (.triggers(let one, _, _), .triggers(let more, let update, let scope)):
                .triggers(one + more, update, scope: scope)
            case (.items(let one, _), .items(let more, let scope)): .items(one + more, scope: scope)
            default: part
            }
        }
    }
}
