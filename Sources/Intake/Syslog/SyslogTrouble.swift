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
        case .connection(.tooMany): "refused a connection: there are too many"
        case .connection(.refused): "refused a peer"
        case .connection(.invalid): "closed a connection: a message began with a wrong length"
        }
    }

    var detail: String? {
        if case .connection(.refused(let reason)) = self { reason } else { nil }
    }

    func count(in statistics: inout SyslogStatistics) {
        switch self {
        case .droppedDatagrams(let count): statistics.droppedDatagrams += count
        case .connection(.tooMany): statistics.refusedConnections += 1
        case .connection(.refused): statistics.refusedPeers += 1
        case .connection(.invalid): statistics.invalidStreams += 1
        }
    }
}
