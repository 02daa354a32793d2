/// The calls that await an answer: a value without a clock, told the time by its owner.
///
/// Bounded: ``register(_:deadline:)`` refuses more than ``capacity`` calls, so a silent peer cannot grow it.
public struct PendingCalls<Call, Time: Comparable> {
    struct Entry {
        var call: Call
        var deadline: Time
    }

    /// The most calls that may be pending.
    public let capacity: Int
    private var entries: [Int64: Entry] = [:]

    /// Starts with no call pending.
    public init(capacity: Int = 1024) {
        self.capacity = capacity
    }

    /// How many calls are pending.
    public var count: Int { self.entries.count }

    /// Whether no call is pending.
    public var isEmpty: Bool { self.entries.isEmpty }

    /// The first moment at which ``expire(at:)`` will return something.
    public var nextDeadline: Time? { self.entries.values.lazy.map(\.deadline).min() }

    /// Remembers a call and returns the id to send it with: random, positive, 31 bits (every peer can read it), and
    /// unlike that of any pending call; `nil` when too many calls are pending.
    public mutating func register(_ call: Call, deadline: Time) -> MessageID? {
        var generator = SystemRandomNumberGenerator()
        return self.register(call, deadline: deadline, using: &generator)
    }

    /// Like ``register(_:deadline:)``, with ids from a generator of the caller's.
    public mutating func register(
        _ call: Call,
        deadline: Time,
        using generator: inout some RandomNumberGenerator
    ) -> MessageID? {
        guard self.entries.count < self.capacity else { return nil }
        var id: Int64
        repeat { id = Int64.random(in: 1...0x7FFF_FFFF, using: &generator) } while self.entries[id] != nil
        self.entries[id] = Entry(call: call, deadline: deadline)
        return .number(id)
    }

    /// Takes out the call that an answer belongs to; `nil` if nobody waits for it, then drop the answer.
    ///
    /// Ids match as decimal text: an answer carrying `"42"` belongs to call 42.
    public mutating func resolve(_ id: MessageID) -> Call? {
        guard let integer = id.integer else { return nil }
        return self.entries.removeValue(forKey: integer)?.call
    }

    /// Takes out the calls whose deadline has come, earliest first.
    public mutating func expire(at now: Time) -> [Call] {
        let due = self.entries.filter { $0.value.deadline <= now }.sorted { $0.value.deadline < $1.value.deadline }
        for (id, _) in due { self.entries[id] = nil }
        return due.map(\.value.call)
    }

    /// Takes out all calls, earliest deadline first, as when the connection is lost.
    public mutating func removeAll() -> [Call] {
        let all = self.entries.values.sorted { $0.deadline < $1.deadline }
        self.entries = [:]
        return all.map(\.call)
    }
}

extension PendingCalls: Sendable where Call: Sendable, Time: Sendable {}
extension PendingCalls.Entry: Sendable where Call: Sendable, Time: Sendable {}
