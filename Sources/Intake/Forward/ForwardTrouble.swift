internal import Daemon
internal import Serving

/// What goes wrong with peers of the Forward protocol.
enum ForwardTrouble: SenderTrouble {
    case unreadable(UInt64)
    case noRoom(Connections.Table.Reason)
    case refusedPeer(String)
    case messageTooLarge
    case otherProtocol
    case unknownCompression

    init(_ trouble: ConnectionTrouble<MessagePackError>) {
        self =
            switch trouble {
            case .noRoom(let reason): .noRoom(reason)
            case .refused(let reason): .refusedPeer(reason)
            case .invalid(.tooLarge): .messageTooLarge
            case .invalid: .otherProtocol
            }
    }

    init(_ failure: ForwardMessage.Failure) {
        self = failure == .unknownCompression ? .unknownCompression : .otherProtocol
    }

    var message: String {
        switch self {
        case .unreadable: "dropped records that are damaged, too large, or no log records"
        case .noRoom(let reason): reason.message
        case .refusedPeer: "refused a peer"
        case .messageTooLarge:
            "closed a connection: a message is larger than the limit; let the sender make smaller chunks (chunk_limit_size)"
        case .otherProtocol: "closed a connection: what came is not the Forward protocol in MessagePack"
        case .unknownCompression:
            "closed a connection: only gzip is understood; let the sender compress by gzip or not at all"
        }
    }

    var detail: String? {
        if case .refusedPeer(let reason) = self { reason } else { nil }
    }

    var isWantOfRoom: Bool {
        switch self {
        case .noRoom: true
        default: false
        }
    }

    func count(in statistics: inout ForwardStatistics) {
        switch self {
        case .unreadable(let count): statistics.unreadable += count
        case .noRoom: statistics.refusedConnections += 1
        case .refusedPeer: statistics.refusedPeers += 1
        case .messageTooLarge, .otherProtocol, .unknownCompression: statistics.invalidStreams += 1
        }
    }
}
