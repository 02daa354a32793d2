/// What a source that others send to has taken since it was made, and what it has not.
public struct ListenerCounts: Hashable, Sendable {
    /// Why something was not taken, or not whole.
    public enum Trouble: String, Hashable, Sendable, CaseIterable {
        /// The kernel dropped a datagram because nobody read it in time.
        case droppedDatagrams
        /// A record was longer than the limit, or broke off.
        case cutRecords
        /// A record could not be read and was dropped.
        case unreadableRecords
        /// There were too many connections.
        case refusedConnections
        /// A peer had no good certificate, key or password.
        case refusedPeers
        /// A connection was given up because of what came over it.
        case invalidStreams
    }

    /// The name of the source.
    public var source: String

    /// Records that are on the disk.
    public var records: UInt64

    private var troubles: [Trouble: UInt64]

    /// Makes the counts of a source; troubles that are not named never happened.
    public init(source: String, records: UInt64, troubles: [Trouble: UInt64]) {
        self.source = source
        self.records = records
        self.troubles = troubles
    }

    /// How often a trouble happened.
    public subscript(_ trouble: Trouble) -> UInt64 { self.troubles[trouble] ?? 0 }
}

/// A source that others send to.
public protocol ListeningSource: Source {
    /// What it has taken so far, and what it has not.
    var counts: ListenerCounts { get }
}

extension SyslogSource: ListeningSource {
    /// What it has taken so far, and what it has not.
    public var counts: ListenerCounts {
        let statistics = self.statistics
        return ListenerCounts(
            source: self.name,
            records: statistics.messages,
            troubles: [
                .droppedDatagrams: statistics.droppedDatagrams, .cutRecords: statistics.cutMessages,
                .refusedConnections: statistics.refusedConnections, .refusedPeers: statistics.refusedPeers,
                .invalidStreams: statistics.invalidStreams,
            ]
        )
    }
}

extension ForwardSource: ListeningSource {
    /// What it has taken so far, and what it has not.
    public var counts: ListenerCounts {
        let statistics = self.statistics
        return ListenerCounts(
            source: self.name,
            records: statistics.records,
            troubles: [
                .unreadableRecords: statistics.unreadable, .refusedConnections: statistics.refusedConnections,
                .refusedPeers: statistics.refusedPeers, .invalidStreams: statistics.invalidStreams,
            ]
        )
    }
}
