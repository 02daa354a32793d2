/// What goes wrong with peers, and is counted rather than thrown.
enum ForwardTrouble {
    case unreadable(UInt64)
    case refusedConnection
    case refusedPeer(String)
    case messageTooLarge
    case otherProtocol
    case unknownCompression

    /// What the log says when it happens first.
    var message: String {
        switch self {
        case .unreadable: "dropped records that are damaged, too large, or no log records"
        case .refusedConnection: "refused a connection: there are too many"
        case .refusedPeer(let reason): "refused a peer: \(reason)"
        case .messageTooLarge:
            "closed a connection: a message is larger than the limit; let the sender make smaller chunks"
        case .otherProtocol: "closed a connection: what came is not the Forward protocol in MessagePack"
        case .unknownCompression:
            "closed a connection: only gzip is understood; let the sender compress by gzip or not at all"
        }
    }

    /// Counts it, and says whether it had not happened before.
    func isFirst(countedIn statistics: inout ForwardStatistics) -> Bool {
        func add(_ amount: UInt64, to counter: inout UInt64) -> Bool {
            counter += amount
            return counter == amount
        }
        return switch self {
        case .unreadable(let count): add(count, to: &statistics.unreadable)
        case .refusedConnection: add(1, to: &statistics.refusedConnections)
        case .refusedPeer: add(1, to: &statistics.refusedPeers)
        case .messageTooLarge, .otherProtocol, .unknownCompression: add(1, to: &statistics.invalidStreams)
        }
    }
}
