internal import Spool

/// Compares what the server remembers with what the spool says was sent, at the start of a session.
///
/// The numbers of a spool rise over all of its runs, so that the number alone tells how far an earlier run of the same spool
/// had come.
public struct LastInfoCheck: Hashable, Sendable {
    /// What is found.
    public enum Finding: Hashable, Sendable {
        /// Both agree, or there is nothing to compare.
        case agreement
        /// The server remembers nothing although it has confirmed events: its store was lost or is a new one.
        case serverForgot
        /// The server has confirmed more than it now remembers: its store is an older copy.
        case serverIsBehind(Int64)
        /// The server remembers another spool: this node's spool was lost, or another node uses the same queue.
        case otherSpool(String)
        /// The server remembers a number of another run of this spool that this one has not reached: the spool is an older
        /// copy, or was copied. The numbers it gives out again have ids of their own.
        case spoolIsBehind(Int64)
        /// The server remembers a number of the present run that this process has not given out: another process goes on
        /// with the same run, as the clone of a running machine does. Another run has to begin.
        case runIsShared(Int64)
    }

    /// Batches sent again may leave the server's memory this much behind without anything being wrong.
    static let tolerance: Int64 = 100_000

    /// The id of the spool's present run.
    public var spool: String
    /// The number of the next event.
    public var nextSequence: Int64
    /// The number of the oldest event not yet confirmed; ``nextSequence`` if there is none.
    public var firstUnconfirmed: Int64

    /// Takes what the spool says.
    public init(spool: String, nextSequence: Int64, firstUnconfirmed: Int64) {
        self.spool = spool
        self.nextSequence = nextSequence
        self.firstUnconfirmed = firstUnconfirmed
    }

    /// Compares with the server's lastInfo, `nil` for none.
    public func compare(with lastInfo: String?, firstSequence: Int64 = 1) -> Finding {
        guard let lastInfo else { return self.firstUnconfirmed > firstSequence ? .serverForgot : .agreement }
        guard let known = EventID.parse(lastInfo), Spool.isSameSpool(known.spool, self.spool) else {
            return .otherSpool(lastInfo)
        }
        if known.sequence >= self.nextSequence {
            return known.spool == self.spool ? .runIsShared(known.sequence) : .spoolIsBehind(known.sequence)
        }
        if known.sequence + Self.tolerance < self.firstUnconfirmed { return .serverIsBehind(known.sequence) }
        return .agreement
    }
}

extension LastInfoCheck.Finding: CustomStringConvertible {
    /// What a person should know; empty for agreement.
    public var description: String {
        switch self {
        case .agreement: ""
        case .serverForgot:
            "the server remembers none of the events it has confirmed: its store was lost or replaced"
        case .serverIsBehind(let sequence):
            "the server remembers events up to \(sequence) only, and has confirmed later ones: its store is an older copy"
        case .otherSpool(let lastInfo):
            "the server last heard of event \(lastInfo.prefix(60)): this node's spool is new, or another node uses the same queue"
        case .spoolIsBehind(let sequence):
            "the server knows event \(sequence) of this spool, which has not got that far: the state directory is an older copy, or was copied; new events have ids of their own"
        case .runIsShared(let sequence):
            "the server knows event \(sequence), which this process has not sent: a copy of this machine sends events with the same ids; new events get other ids, and each machine needs a queue of its own"
        }
    }
}
