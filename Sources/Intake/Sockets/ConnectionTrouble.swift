internal import Daemon
internal import Serving

/// What a peer can do wrong on a connection.
enum ConnectionTrouble<Failure: Error> {
    /// There is no room for it, or it made room for another one.
    case noRoom(Connections.Table.Reason)
    /// It has not finished the TLS handshake, or signed in, for this reason.
    case refused(String)
    /// What it sends is of no use.
    case invalid(Failure)
}

extension Newcomers.Reason {
    /// What the log says of a connection that was closed for it.
    var message: String {
        switch self {
        case .gaveWay, .madeRoom: "closed a connection that had said nothing, to make room for another"
        case .tooManyWait: "refused a connection: its address has too many that have said nothing"
        case .noRoom: "refused a connection: there are too many"
        case .noDescriptor: "refused a connection: descriptors run out; raise the limit (LimitNOFILE, ulimit -n)"
        }
    }
}
