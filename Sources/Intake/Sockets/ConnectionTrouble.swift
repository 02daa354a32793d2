/// What a peer can do wrong on a connection.
enum ConnectionTrouble<Failure: Error> {
    /// It is one too many.
    case tooMany
    /// The TLS handshake failed, for this reason.
    case refused(String)
    /// What it sends is of no use.
    case invalid(Failure)
}
