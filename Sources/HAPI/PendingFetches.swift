/// Fetches that await their put: a value without a clock, told the time by its owner.
///
/// Bounded, and each has a deadline, because HAPI has no message that says a fetch failed.
public struct PendingFetches<Fetch, Time: Comparable> {
    struct Entry {
        var fetch: Fetch
        var deadline: Time
    }

    /// The most fetches that may be pending.
    public let capacity: Int
    private var entries: [String: Entry] = [:]

    /// Starts with no fetch pending.
    public init(capacity: Int = 256) {
        self.capacity = capacity
    }

    /// How many fetches are pending.
    public var count: Int { self.entries.count }

    /// The first moment at which ``expire(at:)`` will return something.
    public var nextDeadline: Time? { self.entries.values.lazy.map(\.deadline).min() }

    /// Remembers a fetch and returns the fetchId to send it with: a random decimal unlike that of any pending fetch; `nil` when
    /// too many are pending.
    public mutating func register(_ fetch: Fetch, deadline: Time) -> String? {
        var generator = SystemRandomNumberGenerator()
        return self.register(fetch, deadline: deadline, using: &generator)
    }

    /// Like ``register(_:deadline:)``, with ids from a generator of the caller's.
    public mutating func register(
        _ fetch: Fetch,
        deadline: Time,
        using generator: inout some RandomNumberGenerator
    ) -> String? {
        guard self.entries.count < self.capacity else { return nil }
        var id: String
        repeat {
            id = String(UInt32.random(in: 1...0x7FFF_FFFF, using: &generator))
        } while self.entries[id] != nil
        self.entries[id] = Entry(fetch: fetch, deadline: deadline)
        return id
    }

    /// Tells which fetch a put answers; `nil` for one that nobody waits for, whose put is applied all the same.
    ///
    /// - Parameters:
    ///   - fetchId: the put's fetchId.
    ///   - isLast: false while divideInfo or mayMoreFlag promise more; the fetch then stays pending.
    ///   - deadline: until when the rest must have come.
    /// - Returns: what was registered.
    public mutating func resolve(_ fetchId: String, isLast: Bool, deadline: Time) -> Fetch? {
        guard let entry = self.entries[fetchId] else { return nil }
        self.entries[fetchId] = isLast ? nil : Entry(fetch: entry.fetch, deadline: deadline)
        return entry.fetch
    }

    /// Takes out a fetch that was refused.
    public mutating func remove(_ fetchId: String) -> Fetch? {
        self.entries.removeValue(forKey: fetchId)?.fetch
    }

    /// Takes out the fetches whose deadline has come, earliest first.
    public mutating func expire(at now: Time) -> [Fetch] {
        let due = self.entries.filter { $0.value.deadline <= now }.sorted { $0.value.deadline < $1.value.deadline }
        for (id, _) in due { self.entries[id] = nil }
        return due.map(\.value.fetch)
    }
}

extension PendingFetches: Sendable where Fetch: Sendable, Time: Sendable {}
extension PendingFetches.Entry: Sendable where Fetch: Sendable, Time: Sendable {}
