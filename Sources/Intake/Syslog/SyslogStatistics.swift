/// What a syslog source has seen since it was made.
public struct SyslogStatistics: Hashable, Sendable {
    /// Messages that the sink has accepted.
    public var messages: UInt64 = 0
    /// Those among them that were longer than the limit, or broke off.
    public var cutMessages: UInt64 = 0
    /// Datagrams that the kernel dropped because nobody read them in time.
    public var droppedDatagrams: UInt64 = 0
    /// Connections closed at once because there were too many.
    public var refusedConnections: UInt64 = 0
    /// Streams given up because their framing was wrong.
    public var invalidStreams: UInt64 = 0

    /// All zero.
    public init() {}
}

/// What goes wrong with senders, and is counted rather than thrown.
enum SyslogTrouble {
    case droppedDatagrams(UInt64)
    case refusedConnection
    case invalidStream

    /// What the log says when it happens first.
    var message: String {
        switch self {
        case .droppedDatagrams: "the system drops datagrams: they come faster than they can be stored"
        case .refusedConnection: "refused a connection: there are too many"
        case .invalidStream: "closed a connection: a message began with a wrong length"
        }
    }

    /// Counts it, and says whether it had not happened before.
    func isFirst(countedIn statistics: inout SyslogStatistics) -> Bool {
        func add(_ amount: UInt64, to counter: inout UInt64) -> Bool {
            counter += amount
            return counter == amount
        }
        return switch self {
        case .droppedDatagrams(let count): add(count, to: &statistics.droppedDatagrams)
        case .refusedConnection: add(1, to: &statistics.refusedConnections)
        case .invalidStream: add(1, to: &statistics.invalidStreams)
        }
    }
}
