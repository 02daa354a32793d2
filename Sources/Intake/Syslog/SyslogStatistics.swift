/// What a syslog source has seen since it was made.
public struct SyslogStatistics: Hashable, Sendable {
    /// Messages that the sink has accepted.
    public var messages: UInt64 = 0
    /// Those among them that were longer than the limit, or broke off.
    public var cutMessages: UInt64 = 0
    /// Datagrams that the kernel dropped because nobody read them in time.
    public var droppedDatagrams: UInt64 = 0
    /// Connections closed because there were too many.
    public var refusedConnections: UInt64 = 0
    /// Peers whose TLS handshake failed, for lack of a good certificate for example.
    public var refusedPeers: UInt64 = 0
    /// Streams given up because their framing was wrong.
    public var invalidStreams: UInt64 = 0

    /// All zero.
    public init() {}
}
