/// What a Forward source has seen since it was made.
public struct ForwardStatistics: Hashable, Sendable {
    /// Records that the sink has accepted.
    public var records: UInt64 = 0
    /// Messages whose last record the sink has accepted.
    public var messages: UInt64 = 0
    /// Records that could not be read and were dropped.
    public var unreadable: UInt64 = 0
    /// Connections closed because there were too many.
    public var refusedConnections: UInt64 = 0
    /// Peers without the right key or password.
    public var refusedPeers: UInt64 = 0
    /// Connections given up because what came was no Forward protocol, or a message was too large.
    public var invalidStreams: UInt64 = 0

    /// All zero.
    public init() {}
}
