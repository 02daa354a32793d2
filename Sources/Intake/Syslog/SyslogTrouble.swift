internal import Daemon

/// What goes wrong with senders of syslog.
enum SyslogTrouble: SenderTrouble {
    case droppedDatagrams(UInt64)
    case connection(ConnectionTrouble<SyslogFraming.Failure>)

    init(_ trouble: ConnectionTrouble<SyslogFraming.Failure>) {
        self = .connection(trouble)
    }

    var message: String {
        switch self {
        case .droppedDatagrams: "the system drops datagrams: they come faster than they can be stored"
        case .connection(.noRoom(let reason)): reason.message
        case .connection(.refused): "refused a peer"
        case .connection(.invalid(.invalidCount)):
            "closed a connection: a message began with a wrong length; for a sender of lines that begin with digits, "
                + "add ?framing=lines to the address"
        case .connection(.invalid(.missingCount)):
            "closed a connection: a message began without its length; the length of the one before was wrong, unless "
                + "the sender mixes counts and lines"
        }
    }

    var detail: String? {
        if case .connection(.refused(let reason)) = self { reason } else { nil }
    }

    var isWantOfRoom: Bool {
        switch self {
        case .connection(.noRoom): true
        default: false
        }
    }

    func count(in statistics: inout SyslogStatistics) {
        switch self {
        case .droppedDatagrams(let count): statistics.droppedDatagrams += count
        case .connection(.noRoom): statistics.refusedConnections += 1
        case .connection(.refused): statistics.refusedPeers += 1
        case .connection(.invalid): statistics.invalidStreams += 1
        }
    }
}
