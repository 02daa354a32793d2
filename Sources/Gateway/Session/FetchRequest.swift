internal import HAPI
internal import Store

/// A fetch that somebody asks the arm for.
struct FetchRequest: Sendable {
    typealias ID = Int64

    /// What is fetched.
    enum Kind: Sendable {
        case items(hosts: [String]?)
        case triggers(hosts: [String]?)
        case history(host: String, item: String, from: TimeStamp, to: TimeStamp)
        case events(lastInfo: String, count: Int, direction: FetchDirection)

        var procedure: Procedure {
            switch self {
            case .items: .fetchItems
            case .triggers: .fetchTriggers
            case .history: .fetchHistory
            case .events: .fetchEvents
            }
        }

        /// The hosts the answer is limited to.
        var scope: [String]? {
            switch self {
            case .items(let hosts), .triggers(let hosts): hosts
            case .history, .events: nil
            }
        }
    }

    var id: ID
    var kind: Kind
    /// When whoever asked stops waiting.
    var patience: Duration
}

/// How a fetch ended.
enum FetchOutcome: Sendable, Equatable {
    /// The data are stored: so many records, of events those that were new.
    case stored(Int)
    /// They are not, and why.
    case failed(String)
}

/// The fetches whose data have not come yet; a value, bounded, that is told the time.
struct PendingFetches: Sendable {
    private struct Entry {
        var request: FetchRequest
        var deadline: Duration
        var records = 0
        var new = 0
    }

    /// The most fetches at a time.
    static let capacity = 64

    private var entries: [String: Entry] = [:]

    /// Remembers a fetch under its fetchId; false when there are too many.
    mutating func add(_ request: FetchRequest, fetchID: String, now: Duration) -> Bool {
        guard self.entries.count < Self.capacity else { return false }
        self.entries[fetchID] = Entry(request: request, deadline: now + request.patience)
        return true
    }

    /// The hosts whose records a complete list with this fetchId replaces; nil for all.
    ///
    /// What answers a fetch that has been given up, whose hosts are forgotten, speaks for those it names and no others.
    func scope(_ fetchID: String?, naming hosts: some Sequence<String>) -> [String]? {
        guard let fetchID else { return nil }
        guard let entry = self.entries[fetchID] else { return Set(hosts).sorted() }
        return entry.request.kind.scope
    }

    /// Notes data that are stored, some of which may have been known before; the fetch ends with its last part.
    mutating func noteStored(
        _ fetchID: String,
        records: Int,
        new: Int,
        isLast: Bool
    ) -> (FetchRequest.ID, FetchOutcome)? {
        guard var entry = self.entries[fetchID] else { return nil }
        entry.records += records
        entry.new += new
        self.entries[fetchID] = isLast ? nil : entry
        return isLast ? (entry.request.id, .stored(entry.new)) : nil
    }

    /// Ends a fetch that will bring nothing.
    mutating func fail(_ fetchID: String, _ reason: String) -> (FetchRequest.ID, FetchOutcome)? {
        self.entries.removeValue(forKey: fetchID).map { ($0.request.id, .failed(reason)) }
    }

    /// Ends the fetches whose time is over; what came until then counts.
    mutating func expire(at now: Duration) -> [(FetchRequest.ID, FetchOutcome)] {
        let due = self.entries.filter { $0.value.deadline <= now }
        for key in due.keys { self.entries[key] = nil }
        return due.values.map { entry in
            let outcome: FetchOutcome =
                entry.records > 0 ? .stored(entry.new) : .failed("the arm did not send the data in time")
            return (entry.request.id, outcome)
        }
    }

    /// Ends all.
    mutating func failAll(_ reason: String) -> [(FetchRequest.ID, FetchOutcome)] {
        defer { self.entries = [:] }
        return self.entries.values.map { ($0.request.id, .failed(reason)) }
    }

    var nextDeadline: Duration? { self.entries.values.lazy.map(\.deadline).min() }
}
