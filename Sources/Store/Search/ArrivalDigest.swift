internal import GRDB

/// What arrived and matches a filter, in brief: the worst events, and how many others lie between them.
///
/// A burst is larger than what a page can be told at once. Of 1 emergency and 400 infos the newest fifty would all be infos, so
/// the worst are chosen, and a gap says for each place of the list how many are left out there.
public struct ArrivalDigest: Sendable {
    /// Events that are left out: neighbours in the order of events, as far as this digest knows.
    public struct Gap: Hashable, Sendable {
        public var count: Int
        /// The places of the newest and the oldest of them.
        public var newest: EventCursor
        public var oldest: EventCursor
        /// The worst severity among them.
        public var worst: Severity
    }

    /// The events that are told, in the order of events, the newest first.
    public let events: [HandledEvent]
    /// What is left out, the newest gap first; empty when everything is told.
    public let gaps: [Gap]
    /// Whether so much arrived that nothing of it is told: the list has to be read anew.
    public let isTooMuch: Bool

    /// How many events there were; 0 when there were too many to look at.
    public var count: Int { self.gaps.reduce(self.events.count) { $0 + $1.count } }

    /// Nothing arrived that matches.
    public static let nothing = ArrivalDigest(events: [], gaps: [], isTooMuch: false)
    static let tooMuch = ArrivalDigest(events: [], gaps: [], isTooMuch: true)
}

/// Chooses what is told of many arrivals: the worst, and the newest of those.
struct ArrivalSelection {
    struct Candidate: Sendable {
        let place: EventCursor
        let severity: Severity
    }

    private(set) var told: [Candidate] = []
    private(set) var gaps: [ArrivalDigest.Gap] = []

    init(_ candidates: [Candidate], limit: Int) {
        let newestFirst = candidates.sorted { $0.place > $1.place }
        guard newestFirst.count > limit else {
            self.told = newestFirst
            return
        }
        // Sorting is stable, so that the newest stay first within a severity.
        let worst = newestFirst.sorted { $0.severity.rawValue > $1.severity.rawValue }.prefix(limit)
        let chosen = Set(worst.map(\.place.id))
        var isInGap = false
        for candidate in newestFirst {
            if chosen.contains(candidate.place.id) {
                self.told.append(candidate)
                isInGap = false
            } else if isInGap {
                self.gaps[self.gaps.count - 1].add(candidate)
            } else {
                self.gaps.append(ArrivalDigest.Gap(candidate))
                isInGap = true
            }
        }
    }
}

extension ArrivalDigest.Gap {
    fileprivate init(_ first: ArrivalSelection.Candidate) {
        self.init(count: 1, newest: first.place, oldest: first.place, worst: first.severity)
    }

    fileprivate mutating func add(_ next: ArrivalSelection.Candidate) {
        self.count += 1
        self.oldest = next.place
        if next.severity.rawValue > self.worst.rawValue { self.worst = next.severity }
    }
}

extension MonitoringStore {
    /// Beyond so many arrivals a digest would cost more than reading the list anew.
    private static let reach: Int64 = 500_000
    /// So many events are looked at in one read, and then another reader may have the connection.
    private static let step: Int64 = 50_000

    /// Tells in brief what arrived after one event up to another, both given by their numbers, and matches.
    ///
    /// At most `limit` events are told. When `after` lies behind `last`, the store is not the one that `after` was read from, such as
    /// after a restore, and there is too much to tell.
    public func digest(
        _ filter: EventFilter,
        after: Int64,
        through last: Int64,
        limit: Int
    ) async throws -> ArrivalDigest {
        guard after <= last, last - after <= Self.reach else { return .tooMuch }
        var candidates: [ArrivalSelection.Candidate] = []
        for start in stride(from: after, to: last, by: Int(Self.step)) {
            candidates += try await self.candidates(filter, in: start..<min(start + Self.step, last))
        }
        guard !candidates.isEmpty else { return .nothing }
        let selection = ArrivalSelection(candidates, limit: limit)
        let search = EventSearch(.events(selection.told.map(\.place.id)), limit: limit)
        return ArrivalDigest(events: try await self.search(search), gaps: selection.gaps, isTooMuch: false)
    }

    /// The matching events with numbers above the lower bound, up to and with the upper one.
    private func candidates(
        _ filter: EventFilter,
        in range: Range<Int64>
    ) async throws -> [ArrivalSelection.Candidate] {
        try await self.read("look at arrivals") { db in
            let (condition, arguments) = filter.sql
            // Arrivals are neighbours in the table; any index would lead to events of all times first.
            let sql = """
                SELECT e.id, e.time, e.severity FROM event e NOT INDEXED \(EventSearch.joins)
                WHERE \(condition) AND e.id > ? AND e.id <= ?
                """
            let rows = try Row.fetchCursor(db, sql: sql, arguments: arguments + [range.lowerBound, range.upperBound])
            var candidates: [ArrivalSelection.Candidate] = []
            while let row = try rows.next() {
                let place = EventCursor(time: Timestamp(nanoseconds: row[1]), id: row[0])
                candidates.append(.init(place: place, severity: Severity(rawValue: row[2]) ?? .unknown))
            }
            return candidates
        }
    }
}
