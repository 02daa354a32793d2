/// How a missing queue is declared.
public enum QueueType: String, Sendable, Hashable, CaseIterable {
    /// A classic queue that survives a restart of the broker.
    case durable
    /// A replicated queue, for clusters.
    case quorum
    /// A classic queue that is gone when the broker restarts, as the original programs declare it.
    case transient
}

/// What the broker says about a queue.
public struct DeclaredQueue: Sendable, Hashable {
    /// The name of the queue.
    public var name: String
    /// How many messages wait in it.
    public var messageCount: UInt32
    /// How many consumers it has.
    public var consumerCount: UInt32
    /// Whether it was there before; `false` when we have declared it.
    public var existed: Bool
}
